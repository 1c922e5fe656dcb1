"""Inference: a scene and a trained network to scores per superpixel, attention and similarity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray

from artextract_cli.attention import given_attention, grad_cam, masking_effect
from artextract_cli.checkpoint import ModelCard, load_model, model_path, recorded_plugin
from artextract_cli.console import warn
from artextract_cli.contract import FloatArray
from artextract_cli.device import resolve_device
from artextract_cli.errors import InputError
from artextract_cli.message_passing import resolve_engine
from artextract_cli.scene import Scene, picture_digest
from artextract_cli.siamese import (
    SceneBatch,
    SiameseNetwork,
    band_distances,
    collate,
    scene_tensors,
)
from artextract_cli.superpixel_graph import SceneGraphs, build_graphs, sized

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class Model:
    """A trained network on its device, ready for inference."""

    network: SiameseNetwork
    card: ModelCard
    path: Path
    digest: str
    engine: str
    device: torch.device


@dataclass(frozen=True, kw_only=True)
class MaskingEffect:
    """Change of the pair distance when the 5 % most attended nodes are masked, or random ones."""

    attended: float
    random: float


@dataclass(frozen=True, kw_only=True)
class SceneScores:
    """What the network says of one scene; maps have the size of the graph's pictures (h, w)."""

    graphs: SceneGraphs
    score: FloatArray  # (N,) −log10 of the false-alarm rate, all bands together
    band_score: FloatArray  # (N, B) the same for every band
    distances: FloatArray  # (B,) Euclidean distance of the pooled embeddings, per band
    similarities: FloatArray  # (B,) cosine similarity of the pooled embeddings, per band
    pooled: FloatArray  # (V, D)
    nodes: tuple[FloatArray, ...]  # per view (N, D)
    attention: FloatArray | None  # (h, w, 2) attention given out: photograph, mean over bands
    masking: MaskingEffect | None
    gradcam: FloatArray  # (h, w, 2) Grad-CAM of the pair distance: photograph, mean over bands


def open_model(run: Path, *, device: str = "auto", engine: str = "auto") -> Model:
    """Load a trained model onto its device.

    Raises
    ------
    InputError
        If there is none, it is damaged, or its training was killed before it was calibrated.
    DependencyError
        If a plugin that it was made with is not installed.
    """
    network, card = load_model(run)
    if not card.calibration:
        msg = f"the training of {run} did not end: finish it with 'artextract train --resume'"
        raise InputError(msg)
    recorded_plugin("superpixels", card.superpixels)
    on = resolve_device(device)
    return Model(
        network=network.to(on),
        card=card,
        path=model_path(run),
        digest=picture_digest(model_path(run)),
        engine=resolve_engine(engine, on).name,
        device=on,
    )


def score_scene(model: Model, scene: Scene, *, split: str = "") -> SceneScores:
    """Build the graphs of a scene by the model's recipe and score every superpixel."""
    recipe = model.card.recipe
    graphs = build_graphs(sized(scene, recipe), recipe, split=split)
    batch = collate([scene_tensors(graphs)], engine=model.engine, device=model.device)
    with torch.no_grad():
        z = model.network(batch)
        pooled = model.network.pool(batch, z)[0].cpu()
    raw = band_distances(z, graphs)
    attention, masking = _attention(model, batch, graphs)
    importance = grad_cam(model.network, batch)[..., None]
    return SceneScores(
        graphs=graphs,
        score=_fused(model.card, raw),
        band_score=model.card.calibration["band"](raw),
        distances=(pooled[:1] - pooled[1:]).norm(dim=1).numpy(),
        similarities=torch.cosine_similarity(pooled[:1], pooled[1:]).numpy(),
        pooled=pooled.numpy(),
        nodes=_per_view(z.cpu().numpy(), graphs),
        attention=attention,
        masking=masking,
        gradcam=_two_maps(_per_view(importance, graphs), graphs),
    )


def _fused(card: ModelCard, raw: FloatArray) -> FloatArray:
    """Calibrated mean over the bands (N,); a single band has a calibration of its own."""
    n_bands = raw.shape[1]
    if n_bands not in (1, len(card.band_ids)):
        warn(
            f"the model was trained with {len(card.band_ids)} bands, here are {n_bands}: its "
            "false-alarm rates are only roughly right"
        )
    return card.calibration["band" if n_bands == 1 else "fused"](raw.mean(1))


def _attention(
    model: Model, batch: SceneBatch, graphs: SceneGraphs
) -> tuple[FloatArray | None, MaskingEffect | None]:
    backbone = model.network.backbone
    if not hasattr(backbone, "embed_with_attention"):
        return None, None
    with torch.no_grad():
        _, weights = backbone.embed_with_attention(batch.graph, batch.x)
    importance = given_attention(batch.graph, weights)
    generator = torch.Generator().manual_seed(0)
    attended, random = masking_effect(model.network, batch, importance.mean(1).cpu(), generator)
    maps = _two_maps(_per_view(importance[..., None].cpu().numpy(), graphs), graphs)
    return maps, MaskingEffect(attended=attended, random=random)


def _per_view(z: NDArray[np.float32], graphs: SceneGraphs) -> tuple[FloatArray, ...]:
    """Split (N, V, D), or (N of all graphs, 1, D), into one (N, D) per view."""
    if len(graphs.graphs) == 1:
        return tuple(np.moveaxis(z, 1, 0))
    ends = np.cumsum([graph.n_nodes for graph in graphs.graphs])[:-1]
    return tuple(np.split(z[:, 0], ends))


def _two_maps(values: Sequence[FloatArray], graphs: SceneGraphs) -> FloatArray:
    """Paint values (N, 1) of every view as (h, w, 2): photograph, and mean over bands."""
    if len(graphs.graphs) == 1:
        bands = np.concatenate(values[1:], axis=1).mean(1, keepdims=True)
        return np.concatenate([values[0], bands], axis=1)[graphs.graphs[0].labels]
    painted = [v[graph.labels, 0] for v, graph in zip(values, graphs.graphs, strict=True)]
    return np.stack([painted[0], np.mean(painted[1:], axis=0)], axis=-1).astype(np.float32)


def enlarged(picture: NDArray[T], shape: Sequence[int]) -> NDArray[T]:
    """Bring (h, w, ...) to ``shape`` (H, W) by nearest neighbours."""
    rows, columns = (
        ((np.arange(size) + 0.5) * available / size).astype(int)
        for size, available in zip(shape, picture.shape[:2], strict=True)
    )
    made: NDArray[T] = picture[rows[:, None], columns]
    return made


def similarity_numbers(scores: SceneScores) -> dict[str, Mapping[str, float]]:
    """Euclidean distance and cosine similarity of the pair, per band and fused (the mean)."""
    bands = scores.graphs.band_ids
    distances = dict(zip(bands, map(float, scores.distances), strict=True))
    similarities = dict(zip(bands, map(float, scores.similarities), strict=True))
    return {
        "euclidean_distance": distances | {"fused": float(scores.distances.mean())},
        "cosine_similarity": similarities | {"fused": float(scores.similarities.mean())},
    }
