"""Building superpixel graphs of a scene: segmentation, region adjacency, node features.

Shared segmentation uses one label map for photograph and bands, so that node i is the same region
in every view; so does segmentation of the photograph alone. Separate segmentation is the published
recipe: a label map for every view.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.graphs.conversion import dgl_of, pyg_of
from artextract_cli.graphs.node_features import feature_names, node_features
from artextract_cli.graphs.recipe import BANDS, GraphRecipe
from artextract_cli.graphs.regions import region_adjacency
from artextract_cli.graphs.segmentation import photograph_of, segment, shared_superpixels
from artextract_cli.graphs.segmentation_input import FullRange, View
from artextract_cli.graphs.stitching import block_gradients, block_statistics
from artextract_cli.imaging.blocks import Block, BlockCache
from artextract_cli.kernels.node_features import edge_weights
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import split_prefixed
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.scenes.scene import Scene


@dataclass(frozen=True, kw_only=True)
class SuperpixelGraph:
    """A region adjacency graph: N superpixels, E directed edges, V views of node features.

    Attributes
    ----------
    labels
        (H, W) int32, the superpixel of each pixel, 0..N-1; every superpixel is 4-connected.
    edges
        (2, E) int64, source and target, both directions, sorted.
    edge_weights
        (E, V) float32, difference of the statistics of the two superpixels.
    features
        (N, V, F) float32, standardised per graph and view.
    counts
        (N,) int64, pixels.
    centroids
        (N, 2) float32, row and column in pixels.
    """

    labels: NDArray[np.int32]
    edges: NDArray[np.int64]
    edge_weights: FloatArray
    features: FloatArray
    counts: NDArray[np.int64]
    centroids: FloatArray

    @property
    def n_nodes(self) -> int:
        """Number of superpixels."""
        return len(self.counts)

    def to_pyg(self) -> Any:
        """Convert to PyTorch Geometric, with nodes and edges in the same order.

        Returns
        -------
        torch_geometric.data.Data
            ``x`` (N, V, F), ``edge_index`` (2, E), ``edge_attr`` (E, V), ``pos`` (N, 2), which are
            column and row of the centroid, and ``size_px`` (N,).

        Raises
        ------
        DependencyError
            If torch-geometric is not installed.
        """
        return pyg_of(self)

    def to_dgl(self) -> Any:
        """Convert to DGL, with nodes and edges in the same order.

        Returns
        -------
        dgl.DGLGraph
            Its nodes have ``x`` (N, V, F), ``pos`` (N, 2), which are column and row of the
            centroid, and ``size_px`` (N,); its edges ``weight`` (E, V).

        Raises
        ------
        DependencyError
            If DGL cannot be used here.
        """
        return dgl_of(self)


@dataclass(frozen=True, kw_only=True)
class SceneGraphs:
    """All graphs of one scene: one for all views, or one per view (separate segmentation).

    View 0 is the RGB image, view 1 + b is band b.

    Attributes
    ----------
    name
        Name of the scene.
    split
        ``train`` or ``val``.
    clean
        Whether the scene has no hidden layer; None if unknown.
    graphs
        The graphs.
    band_ids
        Ids of the bands (B,).
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    feature_names
        Names of the features (F,) of the RGB image, and of every band; an empty name is padding.
    mask
        (H, W), True where there is painting; None if all of the image is painting.
    recipe
        How the graphs were built.
    superpixels_origin
        Name, distribution and version of the superpixel method.
    """

    name: str
    split: str
    clean: bool | None
    graphs: tuple[SuperpixelGraph, ...]
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    feature_names: tuple[tuple[str, ...], tuple[str, ...]]
    mask: NDArray[np.bool_] | None
    recipe: GraphRecipe
    superpixels_origin: Mapping[str, str]

    @property
    def n_views(self) -> int:
        """Number of views: the photograph and the bands."""
        return 1 + len(self.band_ids)


def build_graphs(
    scene: Scene, recipe: GraphRecipe, *, split: str = "", clean: bool | None = None
) -> SceneGraphs:
    """Build the superpixel graphs of a scene that is :func:`sized` already.

    Raises
    ------
    UsageError
        For a superpixel method or option that does not exist.
    DependencyError
        If the superpixel plugin does not return a label map.
    """
    plugin = plugin_host().find("superpixels", recipe.superpixels)
    build = _separate_graphs if recipe.segmentation == "separate" else _shared_graph
    return SceneGraphs(
        name=scene.name,
        split=split,
        clean=clean,
        graphs=build(scene, recipe, plugin),
        band_ids=scene.band_ids,
        wavelengths=scene.wavelengths,
        feature_names=feature_names(recipe.features),
        mask=scene.mask,
        recipe=recipe,
        superpixels_origin=plugin.origin,
    )


def _bands(part: Scene) -> FloatArray:
    return part.bands


def _one_band(band: int, part: Scene) -> FloatArray:
    return part.bands[..., band : band + 1]


def _shared_graph(scene: Scene, recipe: GraphRecipe, plugin: Plugin) -> tuple[SuperpixelGraph, ...]:
    labels, n = shared_superpixels(scene, recipe, plugin)
    return (_graph(scene, (photograph_of, _bands), labels, n, recipe.features),)


def _separate_graphs(
    scene: Scene, recipe: GraphRecipe, plugin: Plugin
) -> tuple[SuperpixelGraph, ...]:
    options, of_bands = split_prefixed(recipe.superpixel_options, BANDS)
    band_options = options | of_bands
    graphs = [_view_graph(scene, photograph_of, plugin, options, recipe.features)]
    for band in range(len(scene.band_ids)):
        view = partial(_one_band, band)
        graphs.append(_view_graph(scene, view, plugin, band_options, recipe.features))
    return tuple(graphs)


def _view_graph(
    scene: Scene, view: View, plugin: Plugin, options: Mapping[str, Any], features: str
) -> SuperpixelGraph:
    labels, n = segment(scene, plugin, options, FullRange(scene, view))
    return _graph(scene, (view,), labels, n, features)


def _graph(
    scene: Scene, views: Sequence[View], labels: LabelMap, n: int, features: str
) -> SuperpixelGraph:
    """Build the graph of images (h, w, C each) that ``views`` compute of any part of the scene.

    The first image is one view; of the others each channel is a view.
    """
    # One pixel, for the gradients at the border of a block.
    blocks = scene.blocks(margin=1)
    part = BlockCache(lambda block: scene.part(blocks.window(block)))
    images = [partial(_viewed, view, part) for view in views]
    statistics = [block_statistics(blocks, labels, n, image) for image in images]
    parts = [
        np.concatenate([getattr(s, part) for s in statistics], axis=1)
        for part in ("mean", "std", "minimum", "maximum")
    ]
    # In a second pass over the blocks: gradients per pixel are never stored.
    gradients = [block_gradients(blocks, labels, n, image) for image in images]
    parts.append(np.concatenate(gradients, axis=1))
    edges = region_adjacency(labels, n)
    mean, std, _, _, gradient = parts
    n_first, n_channels = statistics[0].mean.shape[1], mean.shape[1]
    # Mean over a view's channels of |Δmean| + |Δstd| + |Δgradient| between two regions.
    compared = np.concatenate([mean, std, gradient], axis=1)
    return SuperpixelGraph(
        labels=labels,
        edges=edges,
        edge_weights=edge_weights(compared, edges, n_channels, n_first),
        features=node_features(parts, statistics[0], n_first, features),
        counts=statistics[0].count,
        centroids=statistics[0].centroid,
    )


def _viewed(view: View, part: Callable[[Block], Scene], block: Block) -> FloatArray:
    return view(part(block))
