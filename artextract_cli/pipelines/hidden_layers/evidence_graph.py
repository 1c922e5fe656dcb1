"""Input of the hidden-layer network: superpixels with evidence, and the evidence of pixels.

Letters: H, W rows and columns, N superpixels, E directed edges, M maps, P and F node features of
the photograph and of the bands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.evidence.arrays import COMPILED, Arrays
from artextract_cli.evidence.maps import (
    ENVELOPES,
    MAPS,
    RESIDUALS,
    SURFACE_MAPS,
    EvidenceMaps,
    by_sign,
    strongest_of,
    weighted_envelope,
)
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.regions import region_adjacency, region_statistics
from artextract_cli.graphs.segmentation import shared_superpixels
from artextract_cli.graphs.stitching import block_statistics
from artextract_cli.imaging.blocks import Block, BlockCache, full_block
from artextract_cli.kernels.logarithm import signed_log1p
from artextract_cli.plugin.host import plugin_host
from artextract_cli.scenes.scene import Scene

_SURFACE = [MAPS.index(name) for name in SURFACE_MAPS]
PHOTOGRAPH_FEATURES = tuple(f"{s}_{m}" for s in ("mean", "std") for m in SURFACE_MAPS)
BAND_FEATURES = tuple(f"{s}_{m}" for s in ("mean", "std") for m in MAPS)
EDGE_FEATURES = (
    *("residual_step", "infrared_step", "visible_step", "row_step", "column_step"),
    *("line_at_source", "line_at_target", "line_through_both"),
)
# Steps of the residual, of the infrared against its neighbourhood, and of visible lines: together
# they distinguish the border of a layer from one of the surface.
_STEPPED = [
    MAPS.index(name) for name in ("residual_long", "local_12_long", "line_1.3_dark_visible")
]


@dataclass(frozen=True, kw_only=True)
class EvidenceNodes:
    """Superpixels of one scene with their evidence, compressed by sign(x)·log(1 + |x|).

    ``photograph`` has the features of the visible surface, ``bands`` those of all bands together,
    so that their number does not depend on the number of bands.
    """

    labels: NDArray[np.int32]  # (H, W), 0..N-1
    edges: NDArray[np.int64]  # (2, E), both directions, sorted
    edge_features: FloatArray  # (E, 8)
    photograph: FloatArray  # (N, P)
    bands: FloatArray  # (N, F)

    @property
    def n_nodes(self) -> int:
        """Number of superpixels."""
        return len(self.bands)


@dataclass(frozen=True, kw_only=True)
class EvidenceGraph(EvidenceNodes):
    """Superpixels, and the evidence of all pixels of the scene."""

    pixels: FloatArray  # (H, W, M)


def evidence_graph(scene: Scene, recipe: GraphRecipe) -> EvidenceGraph:
    """Segment a scene by the recipe and compute its evidence, all in memory.

    Raises
    ------
    DependencyError
        If the superpixel plugin does not return a label map.
    """
    evidence = compressed_evidence(SceneView(scene))
    nodes = evidence_nodes(scene, recipe, evidence)
    # Without the two channels of line direction, which only edges use.
    pixels = evidence(full_block(scene.shape))[..., : len(MAPS)]
    return EvidenceGraph(**vars(nodes), pixels=np.ascontiguousarray(pixels))


def compressed_evidence(view: SceneView) -> BlockCache[FloatArray]:
    """The evidence (h, w, M + 2) of any block of a scene, compressed; line directions are last."""
    return BlockCache(EvidenceMaps(view).compressed)


def evidence_nodes(
    scene: Scene,
    recipe: GraphRecipe,
    evidence: Callable[[Block], FloatArray],
    arrays: Arrays = COMPILED,
) -> EvidenceNodes:
    """Segment a scene by the recipe; ``evidence``, of ``arrays``, is computed block by block.

    Raises
    ------
    DependencyError
        If the superpixel plugin does not return a label map.
    """
    plugin = plugin_host().find("superpixels", recipe.superpixels)
    # One segmentation of photograph and bands: a superpixel must be the same place in both views.
    labels, n = shared_superpixels(scene, recipe, plugin)
    statistics_of = partial(region_statistics, moments_of=arrays.moments)
    statistics = block_statistics(scene.blocks(0), labels, n, evidence, statistics_of)
    edges = region_adjacency(labels, n)
    n_maps = len(MAPS)
    # Mean, and spread: a line is too thin to change the mean of a superpixel much.
    surface = [statistics.mean[:, _SURFACE], statistics.std[:, _SURFACE]]
    return EvidenceNodes(
        labels=labels,
        edges=edges,
        edge_features=_edge_features(statistics.mean, statistics.centroid, edges),
        photograph=np.concatenate(surface, axis=1),
        bands=np.concatenate([statistics.mean[:, :n_maps], statistics.std[:, :n_maps]], axis=1),
    )


def compressed(maps: FloatArray) -> FloatArray:
    """sign(x)·log(1 + |x|), so that large evidence does not dominate small differences."""
    return signed_log1p(maps)


def expanded(maps: FloatArray) -> FloatArray:
    """Undo `compressed`."""
    return np.copysign(np.expm1(np.abs(maps)), maps)


def residual_of(pixels: FloatArray) -> FloatArray:
    """The residual score (...) of compressed maps (..., M)."""
    return strongest_of(expanded(pixels[..., RESIDUALS]))


def envelope_of(pixels: FloatArray) -> FloatArray:
    """The envelope scores (..., 2), darker and lighter, of compressed maps (..., M)."""
    return scores_of(pixels)[0]


def scores_of(pixels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """`envelope_of` (..., 2) and `residual_of` (...) compressed maps (..., M)."""
    # Only the maps that count are expanded: nine of 67.
    residual, envelopes = residual_of(pixels), expanded(pixels[..., ENVELOPES])
    return by_sign(weighted_envelope(envelopes), residual), residual


def _edge_features(mean: FloatArray, centroid: FloatArray, edges: IntArray) -> FloatArray:
    """Differences of evidence and position along each edge, and the strength of lines along it.

    A line at angle θ of strength s counts s·(1 + cos 2(θ − φ))/2 along an edge at angle φ. The
    strength through both ends is the smaller of the two.
    """
    source, target = edges
    stepped = mean[:, _STEPPED]
    steps = stepped[target] - stepped[source]
    offset = centroid[target] - centroid[source]
    # Enclosed superpixels may have the centroid of what surrounds them.
    length = np.maximum(np.hypot(*offset.T), 1e-6)
    direction = offset / length[:, None]
    lines = _aligned(mean[:, len(MAPS) :], direction, edges)
    return np.concatenate([steps, direction, lines], axis=1).astype(np.float32)


def _aligned(axis: FloatArray, direction: FloatArray, edges: IntArray) -> FloatArray:
    """Strength (E, 3) of lines along each edge: at its source, at its target, the smaller."""
    sine, cosine = direction.T
    # (cos 2φ, sin 2φ): lines have no direction, so that φ and φ + 180° must count alike.
    double = (cosine**2 - sine**2, 2 * sine * cosine)
    # Sums over two columns, which NumPy's `sum` and `norm` take ten times as long for.
    strength, (cosines, sines) = np.hypot(*axis.T), axis.T
    ends = [
        0.5 * (strength[end] + cosines[end] * double[0] + sines[end] * double[1]) for end in edges
    ]
    # The minimum is large only if one line runs through both superpixels.
    return np.stack([*ends, np.minimum(*ends)], axis=1)
