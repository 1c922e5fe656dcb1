"""Scenes as tensors, and many scenes in one batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artextract_cli.nn.batch import GraphBatch, Topology, to_device


@dataclass(frozen=True, kw_only=True)
class SceneTensors:
    """The graphs of one scene as tensors, read once and kept."""

    name: str
    n_views: int
    topologies: tuple[Topology, ...]  # one (shared) or one per view (separate)
    features: tuple[Tensor, ...]  # per topology (N, V or 1, F)
    # Columns of row and column, of the photograph and of the bands; None where there are none.
    places: tuple[tuple[int, int], tuple[int, int]] | None
    inside: tuple[Tensor, ...]  # per topology (N,) bool: mostly painting, not backdrop

    @property
    def is_shared(self) -> bool:
        """Whether all views share one segmentation."""
        return len(self.topologies) == 1


@dataclass(frozen=True, kw_only=True)
class SceneBatch:
    """Scenes side by side in one block-diagonal graph."""

    graph: GraphBatch
    x: Tensor  # (N, V, F) shared, (N, 1, F) separate
    inside: Tensor  # (N,) bool
    is_shared: bool
    n_scenes: int
    n_anchors: int  # scenes that count in the loss; the others only lend negatives


def inside_painting(
    labels: NDArray[np.int32], counts: NDArray[np.int64], mask: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    """Which superpixels (N,) lie mostly on the painting, by the object mask (H, W).

    There is always at least one: that with the largest share, if none has half.
    """
    if mask is None:
        return np.ones(len(counts), bool)
    # Counts are never zero: every label has pixels.
    share = np.bincount(labels[mask], minlength=len(counts)) / counts
    return np.asarray(share >= min(0.5, share.max()))


def collate(
    scenes: Sequence[SceneTensors],
    *,
    engine: str,
    device: "torch.device | str",
    n_anchors: int | None = None,
    symmetries: Sequence[int] | None = None,
) -> SceneBatch:
    """Collate scenes with equal numbers of views into one batch on ``device``.

    ``symmetries`` (S,) rotates or mirrors each scene by one of the eight symmetries of a square,
    photograph and bands together. Only the positions of nodes change: images do not reach the
    network.
    """
    features = [
        feature
        for i, scene in enumerate(scenes)
        for feature in _rotated_features(scene, 0 if symmetries is None else symmetries[i])
    ]
    topologies = [topology for scene in scenes for topology in scene.topologies]
    batch = SceneBatch(
        # On the CPU first, so that everything moves to a GPU in one transfer.
        graph=GraphBatch.of(topologies, engine=engine, device="cpu"),
        x=torch.cat(features),
        inside=torch.cat([inside for scene in scenes for inside in scene.inside]),
        n_scenes=len(scenes),
        is_shared=scenes[0].is_shared,
        n_anchors=len(scenes) if n_anchors is None else n_anchors,
    )
    return to_device(batch, device)


def _rotated_features(scene: SceneTensors, symmetry: int) -> list[Tensor]:
    if symmetry == 0 or scene.places is None:
        return list(scene.features)
    if scene.is_shared:
        photograph, bands = scene.features[0].tensor_split([1], dim=1)
        rotated = (
            _rotated_places(photograph, scene.places[0], symmetry),
            _rotated_places(bands, scene.places[1], symmetry),
        )
        return [torch.cat(rotated, dim=1)]
    return [
        _rotated_places(feature, scene.places[min(view, 1)], symmetry)
        for view, feature in enumerate(scene.features)
    ]


def _rotated_places(x: Tensor, places: tuple[int, int], symmetry: int) -> Tensor:
    """Transform centred row and column: bit 0 mirrors rows, bit 1 columns, bit 2 swaps them."""
    # A copy: the features of the scene are kept for the next epoch.
    rotated = x.clone()
    row, column = places if symmetry & 4 == 0 else places[::-1]
    rotated[..., places[0]] = x[..., row] * (-1 if symmetry & 1 else 1)
    rotated[..., places[1]] = x[..., column] * (-1 if symmetry & 2 else 1)
    return rotated
