"""Inference: a scene and a trained network to scores, attention and similarity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray

from artextract_cli.attention import masking_effect, node_attention
from artextract_cli.blocks import Block
from artextract_cli.checkpoint import (
    ModelCard,
    load_model,
    model_path,
    recorded_plugin,
    recorded_scorer,
)
from artextract_cli.contract import FloatArray
from artextract_cli.device import resolve_device
from artextract_cli.errors import InputError, UsageError
from artextract_cli.message_passing import resolve_engine
from artextract_cli.scene import picture_digest
from artextract_cli.siamese import SceneBatch, Scorer, SiameseNetwork
from artextract_cli.signs import SIGNED_MAPS, Expect


@dataclass(frozen=True, kw_only=True)
class Model:
    """A trained network on its device, ready for inference."""

    network: SiameseNetwork
    card: ModelCard
    scorer: Scorer
    path: Path
    digest: str
    engine: str
    device: torch.device
    expect: Expect = "either"  # sign of the content that the heat map shows

    @property
    def heat_map_of(self) -> Literal["pixels", "superpixels"]:
        """What has one score in the heat map; a map of one sign is always of pixels."""
        return self.card.heat_map_of if self.expect == "either" else "pixels"


@dataclass(frozen=True, kw_only=True)
class MaskingEffect:
    """Change of the pair distance when the 5 % most attended nodes are masked, or random ones."""

    attended: float
    random: float


@dataclass(frozen=True, kw_only=True)
class WholeScore:
    """Whether anything lies beneath the painting at all."""

    score: float  # −log10 of the false-alarm rate on clean paintings
    false_alarm_rate: float
    something_is_there: bool  # at a false-alarm rate of at most 5 %


@dataclass(frozen=True, kw_only=True)
class SceneScores:
    """What the network says of one scene; maps have the size of the graph's pictures (h, w)."""

    labels: NDArray[np.int32]  # (h, w) of the photograph's superpixels
    band_ids: tuple[str, ...]
    superpixels: Mapping[str, str]  # origin of the method
    # (h, w) by name: "heatmap" always. A network that looks for hidden layers adds the calibrated
    # "dark", "light", "network" and "residual", the "probability" 0..1 of content, and "hidden".
    maps: Mapping[str, FloatArray]
    band_maps: FloatArray  # (h, w, B) evidence of every band; signed where the network knows signs
    whole: WholeScore | None
    distances: Mapping[str, float]  # Euclidean, of the pooled embeddings, per band and "fused"
    similarities: Mapping[str, float]  # cosine, of the pooled embeddings, per band and "fused"
    pooled: FloatArray  # (V, D)
    nodes: tuple[FloatArray, ...]  # per view (N, D)
    attention: FloatArray | None  # (h, w, 2) attention given out: photograph, mean over bands
    masking: MaskingEffect | None
    gradcam: FloatArray  # (h, w, 2) Grad-CAM of the pair distance: photograph, mean over bands


def open_model(
    run: Path, *, device: str = "auto", engine: str = "auto", expect: Expect = "either"
) -> Model:
    """Load a trained model onto its device.

    ``expect`` is the sign of the hidden content that its heat maps show: dark, light or either.

    Raises
    ------
    InputError
        If there is none, it is damaged, or its training was killed before it was calibrated.
    UsageError
        If one sign is expected of a model that does not distinguish them.
    DependencyError
        If a plugin that it was made with is not installed.
    """
    network, card = load_model(run)
    if not card.calibration:
        msg = f"the training of {run} did not end: finish it with 'artextract train --resume'"
        raise InputError(msg)
    if expect != "either" and not set(SIGNED_MAPS) <= card.calibration.keys():
        msg = f"the model {run} does not tell dark from light content: leave out --expect"
        raise UsageError(msg)
    recorded_plugin("superpixels", card.superpixels)
    on = resolve_device(device)
    return Model(
        network=network.to(on),
        card=card,
        scorer=recorded_scorer(card),
        path=model_path(run),
        digest=picture_digest(model_path(run)),
        engine=resolve_engine(engine, on).name,
        device=on,
        expect=expect,
    )


def attention_of(
    network: SiameseNetwork, batch: SceneBatch
) -> tuple[NDArray[np.float32] | None, MaskingEffect | None]:
    """Attention given out by every node (N, V), and what masking the most attended changes.

    None for a backbone that cannot tell.
    """
    importance = node_attention(network, batch)
    if importance is None:
        return None, None
    generator = torch.Generator().manual_seed(0)
    attended, random = masking_effect(network, batch, importance.mean(1).cpu(), generator)
    return importance.cpu().numpy(), MaskingEffect(attended=attended, random=random)


def pooled_numbers(
    pooled: torch.Tensor, names: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Distance and similarity of the photograph's embedding to the others', and "fused": the mean.

    ``pooled`` is (V, D), ``names`` are those of the views after the photograph.
    """
    distances = (pooled[:1] - pooled[1:]).norm(dim=1).tolist()
    similarities = torch.cosine_similarity(pooled[:1], pooled[1:]).tolist()
    return tuple(  # type: ignore[return-value]
        dict(zip(names, numbers, strict=True)) | {"fused": float(np.mean(numbers))}
        for numbers in (distances, similarities)
    )


class Enlarged:
    """A map (h, w, ...) as one of ``shape`` (H, W), by nearest neighbours."""

    def __init__(self, picture: NDArray[Any], shape: Sequence[int]) -> None:
        self._picture = picture
        self._rows, self._columns = (
            ((np.arange(size) + 0.5) * available / size).astype(int)
            for size, available in zip(shape, picture.shape[:2], strict=True)
        )
        self._is_as_large = tuple(shape) == picture.shape[:2]

    def block(self, block: Block) -> NDArray[Any]:
        """What a block (h, w, ...) shows."""
        rows, columns = block.place
        places = (self._rows[rows][:, None], self._columns[columns])
        made: NDArray[Any] = self._picture[block.place if self._is_as_large else places]
        return made

    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[Any]:
        """The values (P, ...) of pixels."""
        made: NDArray[Any] = self._picture[self._rows[rows], self._columns[columns]]
        return made
