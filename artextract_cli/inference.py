"""Inference: a scene and a trained network to scores, attention and similarity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray

from artextract_cli.attention import masking_effect, node_attention
from artextract_cli.checkpoint import (
    ModelCard,
    load_model,
    model_path,
    recorded_plugin,
    recorded_scorer,
)
from artextract_cli.device import resolve_device
from artextract_cli.errors import InputError, UsageError
from artextract_cli.hidden_layer import HiddenLayerNetwork
from artextract_cli.message_passing import resolve_engine
from artextract_cli.scene import picture_digest
from artextract_cli.scene_scores import MaskingEffect
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
    shown: str | None = None  # the score of the heat map, where it is not the model's own
    expect: Expect = "either"  # sign of the content that the heat map shows
    adapts: bool = False  # to every scene that it scores

    @property
    def superpixels(self) -> Mapping[str, str]:
        """Origin of the method that cuts superpixels."""
        return self.card.superpixels

    @property
    def heat_map_score(self) -> str:
        """Name of the score that the heat map shows."""
        own = "fused" if self.card.heat_map_of == "pixels" else "network"
        return self.shown or (own if self.expect == "either" else self.expect)

    def described(self) -> dict[str, Any]:
        """What scene.json says of it."""
        card = self.card
        return {
            "model": {"path": str(self.path.resolve()), "sha256": self.digest},
            "backbone": dict(card.backbone),
            "objective": dict(card.objective),
            "learns_from": card.learns_from,
            "scorer": dict(card.scorer),
            "heat_map_of": "superpixels" if self.heat_map_score == "network" else "pixels",
            "heat_map_score": self.heat_map_score,
            "expect": self.expect,
            "adapts": self.adapts,
            "engine": self.engine,
            "device": str(self.device),
        }


def open_model(
    run: Path,
    *,
    device: str = "auto",
    engine: str = "auto",
    shown: str | None = None,
    expect: Expect = "either",
    adapts: bool = False,
) -> Model:
    """Load a trained model onto its device.

    The heat map is that of the score ``shown``, "envelope" or "residual"; of the model's own where
    that is None, of content of either sign or of the one to ``expect``. A model that ``adapts``
    learns from layers put beneath each scene before it scores that scene.

    Raises
    ------
    InputError
        If there is none, it is damaged, or its training was killed before it was calibrated.
    UsageError
        If the model does not have the score asked for, or does not distinguish signs.
    DependencyError
        If a plugin that it was made with is not installed.
    """
    network, card = load_model(run)
    if not card.calibration:
        msg = f"the training of {run} did not end: finish it with 'artextract train --resume'"
        raise InputError(msg)
    if shown is not None and card.learns_from != "layers":
        msg = (
            f"{run} compares views and has no score {shown!r}: leave --scorer out, or choose "
            "--model none"
        )
        raise UsageError(msg)
    if expect != "either" and not set(SIGNED_MAPS) <= card.calibration.keys():
        msg = f"the model {run} does not distinguish dark from light content: leave out --expect"
        raise UsageError(msg)
    if adapts and card.learns_from != "layers":
        msg = (
            f"{run} compares views and cannot adapt to a painting: leave out --adapt, or choose "
            "a model that looks for hidden layers"
        )
        raise UsageError(msg)
    if expect != "either" and shown is not None:
        msg = f"--expect {expect} and --scorer {shown} each choose the heat map: leave one out"
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
        shown=shown,
        expect=expect,
        adapts=adapts,
    )


def hidden_layer_network(model: Model) -> HiddenLayerNetwork:
    """The network of a model that looks for hidden layers.

    Raises
    ------
    TypeError
        If the model compares views.
    """
    if not isinstance(model.network, HiddenLayerNetwork):
        raise TypeError(type(model.network))
    return model.network


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
