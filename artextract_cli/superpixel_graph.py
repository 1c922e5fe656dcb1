"""From a scene to superpixel graphs: segmentation, region adjacency, node features.

Shared segmentation cuts photograph and bands by one label map, so node i is the same region in
every view; so does one of the photograph alone. Separate segmentation is the published recipe:
every view by itself.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli import feature_kernels
from artextract_cli.blocks import Block, Blocks, OfBlock, Workspace
from artextract_cli.contract import FloatArray, superpixel_count
from artextract_cli.cut_pictures import Components, FullRange, View
from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.plugin_manager import Plugin, plugin_host
from artextract_cli.plugin_options import make_options, parted
from artextract_cli.region_kernels import (
    LabelMap,
    RegionStatistics,
    connected_regions,
    region_adjacency,
)
from artextract_cli.scene import Scene, resize_scene
from artextract_cli.stitching import block_gradients, block_statistics, stitched

BANDS = "bands"  # parts the options of the bands alone from the others: bands.KEY
PUBLISHED_STATISTICS = ("mean", "std", "min", "max")
STANDARD_STATISTICS = (*PUBLISHED_STATISTICS, "gradient")

# Of pictures cut window by window, in superpixels: margin around a block (with less, some differ),
# and from one place where a block may begin to the next; their side where a method does not say.
REGIONS_AROUND, REGIONS_IN_STEP, USUAL_SIDE = 6, 3, 16


@dataclass(frozen=True, kw_only=True)
class GraphRecipe:
    """How graphs are made; a model remembers the recipe of its graphs.

    ``superpixel_options`` belong to the superpixel plugin; with separate segmentation a key
    ``bands.KEY`` holds for the bands and ``KEY`` for the photograph. ``size`` is the side in pixels
    to which every picture is brought first (None: as it is).
    """

    superpixels: str = "slic"
    superpixel_options: Mapping[str, Any] = field(default_factory=dict)
    segmentation: Literal["shared", "photograph", "separate"] = "shared"
    features: Literal["standard", "published"] = "standard"
    size: int | None = None

    def __post_init__(self) -> None:
        """Refuse options for the bands alone where there is one segmentation for all."""
        _, banded = parted(self.superpixel_options, BANDS)
        if banded and self.segmentation != "separate":
            msg = f"superpixel option '{BANDS}.{next(iter(banded))}' needs --segmentation separate"
            raise UsageError(msg)


@dataclass(frozen=True, kw_only=True)
class SuperpixelGraph:
    """A region adjacency graph (N nodes, E directed edges) with V views of node features."""

    labels: NDArray[np.int32]  # (H, W), 0..N-1, every region 4-connected
    edges: NDArray[np.int64]  # (2, E), source and target, both directions, sorted
    edge_weights: FloatArray  # (E, V), difference of the two regions' statistics
    features: FloatArray  # (N, V, F), standardised per graph and view
    counts: NDArray[np.int64]  # (N,), pixels
    centroids: FloatArray  # (N, 2), row and column in pixels

    @property
    def n_nodes(self) -> int:
        """Number of superpixels."""
        return len(self.counts)


@dataclass(frozen=True, kw_only=True)
class SceneGraphs:
    """All graphs of one scene: one for all views, or one per view (separate segmentation).

    View 0 is the photograph, view 1 + b is band b. ``feature_names`` holds one tuple for the
    photograph and one for every band; an empty name is padding.
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
        """The photograph and the bands."""
        return 1 + len(self.band_ids)


def build_graphs(
    scene: Scene, recipe: GraphRecipe, *, split: str = "", clean: bool | None = None
) -> SceneGraphs:
    """Make the superpixel graphs of a scene that is :func:`sized` already.

    Raises
    ------
    UsageError
        For a superpixel method or option that does not exist.
    DependencyError
        If the superpixel plugin does not return a label map.
    """
    plugin = plugin_host().find("superpixels", recipe.superpixels)
    make = _separate_graphs if recipe.segmentation == "separate" else _shared_graph
    return SceneGraphs(
        name=scene.name,
        split=split,
        clean=clean,
        graphs=make(scene, recipe, plugin),
        band_ids=scene.band_ids,
        wavelengths=scene.wavelengths,
        feature_names=feature_names(recipe.features),
        mask=scene.mask,
        recipe=recipe,
        superpixels_origin=plugin.origin,
    )


def sized(scene: Scene, recipe: GraphRecipe) -> Scene:
    """Bring a scene to the size that the recipe asks for."""
    return scene if recipe.size is None else resize_scene(scene, recipe.size)


def feature_names(features: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the node features (F) of the photograph and of a band."""
    if features == "published":
        photograph = [f"{s}_{c}" for s in PUBLISHED_STATISTICS for c in "rgb"] + ["row", "column"]
        band = [*PUBLISHED_STATISTICS, "row", "column"]
        return tuple(photograph), tuple(band + [""] * (len(photograph) - len(band)))
    place = ("row", "column", "size")
    photograph = [f"{s}_{c}" for s in STANDARD_STATISTICS for c in "rgb"]
    band = [s for s in STANDARD_STATISTICS for _ in "rgb"]
    return (*photograph, *place), (*band, *place)


def shared_superpixels(scene: Scene, recipe: GraphRecipe, plugin: Plugin) -> tuple[LabelMap, int]:
    """One label map (H, W) for all views, cut from all of them or from the photograph, and N."""
    alone = recipe.segmentation == "photograph"
    look = FullRange(scene, _photograph) if alone else Components(scene)
    return cut(scene, plugin, recipe.superpixel_options, look)


def cut(
    scene: Scene, plugin: Plugin, options: Mapping[str, Any], look: View
) -> tuple[LabelMap, int]:
    """Cut a scene into superpixels by the picture (h, w, C) that ``look`` makes of its parts.

    Returns connected labels (H, W), 0..N-1, and N. A scene that is worked on in blocks is cut
    window by window and `stitched`; a method with the options ``n_segments`` and ``region_size`` is
    asked for one superpixel per cell of a grid of whole pixels, the same in all windows.

    Raises
    ------
    DependencyError
        If the superpixel plugin does not return a label map.
    """
    parsed = make_options(plugin.spec, options)
    if scene.workspace is None or len(scene.blocks(0)) == 1:
        return superpixels(look(scene), plugin, parsed)
    n = _superpixels_asked(scene.shape, parsed)
    side = whole_side(scene.shape, n) if n else USUAL_SIDE
    blocks = cutting_blocks(scene.shape, side, scene.workspace)

    def cut_window(block: Block) -> tuple[LabelMap, int]:
        window = blocks.window(block)
        share = n and math.prod(max(1, round(length / side)) for length in window.shape)
        own = dataclasses.replace(parsed, n_segments=share) if share else parsed
        return superpixels(look(scene.part(window)), plugin, own)

    return stitched(blocks, cut_window)


def whole_side(shape: tuple[int, int], n: int) -> int:
    """The side, in whole pixels, of about ``n`` superpixels in a picture (H, W)."""
    return max(1, round(math.sqrt(math.prod(shape) / n)))


def cutting_blocks(shape: tuple[int, int], side: int, workspace: Workspace) -> Blocks:
    """The blocks in which a picture (H, W) is cut into superpixels of ``side`` pixels.

    Their windows begin at every third line of one grid of that side. `slic` starts from this grid
    and samples every third row at most, so that where two windows meet, far enough from the edges
    of both, they hold the same superpixels.
    """
    around = REGIONS_AROUND * side
    return Blocks(shape, workspace.side_within(around), around, step=REGIONS_IN_STEP * side)


def _superpixels_asked(shape: Sequence[int], options: Any) -> int | None:
    """How many superpixels the options ask for; None where a method has no such options."""
    if not (hasattr(options, "n_segments") and hasattr(options, "region_size")):
        return None
    return superpixel_count(shape, options.n_segments, options.region_size)


def superpixels(picture: FloatArray, plugin: Plugin, options: Any) -> tuple[LabelMap, int]:
    """Run a superpixel plugin on ``picture`` (H, W, C): connected labels 0..N-1, and N.

    Raises
    ------
    InputError
        If a pixel is not a finite number.
    DependencyError
        If the plugin fails, or does not return a label map.
    """
    if not np.isfinite(picture).all():
        msg = "the picture to cut has pixels that are not finite numbers: mend them"
        raise InputError(msg)
    function = plugin.load()
    with plugin.running():
        labels = np.asarray(function(picture, options))
    if labels.shape != picture.shape[:2] or labels.dtype.kind not in "iu":
        msg = (
            f"superpixels {plugin.spec.name!r} of {plugin.distribution} returned an array of "
            f"{labels.dtype} and shape {labels.shape}, not labels of shape {picture.shape[:2]}: "
            "report it to its authors"
        )
        raise DependencyError(msg)
    return connected_regions(labels)


def _photograph(part: Scene) -> FloatArray:
    return part.rgb


def _bands(part: Scene) -> FloatArray:
    return part.bands


def _one_band(band: int, part: Scene) -> FloatArray:
    return part.bands[..., band : band + 1]


def _shared_graph(scene: Scene, recipe: GraphRecipe, plugin: Plugin) -> tuple[SuperpixelGraph, ...]:
    labels, n = shared_superpixels(scene, recipe, plugin)
    return (_graph(scene, (_photograph, _bands), labels, n, recipe.features),)


def _separate_graphs(
    scene: Scene, recipe: GraphRecipe, plugin: Plugin
) -> tuple[SuperpixelGraph, ...]:
    options, of_bands = parted(recipe.superpixel_options, BANDS)
    band_options = options | of_bands
    made = [_view_graph(scene, _photograph, plugin, options, recipe.features)]
    for band in range(len(scene.band_ids)):
        view = partial(_one_band, band)
        made.append(_view_graph(scene, view, plugin, band_options, recipe.features))
    return tuple(made)


def _view_graph(
    scene: Scene, view: View, plugin: Plugin, options: Mapping[str, Any], features: str
) -> SuperpixelGraph:
    labels, n = cut(scene, plugin, options, FullRange(scene, view))
    return _graph(scene, (view,), labels, n, features)


def _graph(
    scene: Scene, views: Sequence[View], labels: LabelMap, n: int, features: str
) -> SuperpixelGraph:
    """The graph of pictures (h, w, C each) that ``views`` show of any part of the scene.

    The first picture is one view, of the others each channel.
    """
    blocks = scene.blocks(margin=1)
    part = OfBlock(lambda block: scene.part(blocks.window(block)))
    pictures = [partial(_viewed, view, part) for view in views]
    found = [block_statistics(blocks, labels, n, picture) for picture in pictures]
    parts = [
        np.concatenate([getattr(s, part) for s in found], axis=1)
        for part in ("mean", "std", "minimum", "maximum")
    ]
    gradients = [block_gradients(blocks, labels, n, picture) for picture in pictures]
    parts.append(np.concatenate(gradients, axis=1))
    edges = region_adjacency(labels, n)
    mean, std, _, _, gradient = parts
    n_first, n_channels = found[0].mean.shape[1], mean.shape[1]
    # Mean over a view's channels of |Δmean| + |Δstd| + |Δgradient| between two regions.
    apart = np.concatenate([mean, std, gradient], axis=1)
    return SuperpixelGraph(
        labels=labels,
        edges=edges,
        edge_weights=feature_kernels.edge_weights(apart, edges, n_channels, n_first),
        features=_features(parts, found[0], n_first, features),
        counts=found[0].count,
        centroids=found[0].centroid,
    )


def _viewed(view: View, part: Callable[[Block], Scene], block: Block) -> FloatArray:
    return view(part(block))


def _features(
    parts: Sequence[FloatArray], place: RegionStatistics, n_first: int, features: str
) -> FloatArray:
    """Node features (N, V, F), standardised, from the ``parts`` (N, C) by `STANDARD_STATISTICS`.

    Columns are standardised once, and then laid out: views have many in common.
    """
    if features == "published":
        columns = [*parts[: len(PUBLISHED_STATISTICS)], place.centroid]
    else:
        columns = [*parts, place.centroid, np.log(place.count.astype(np.float32))[:, None]]
    table = np.concatenate(columns, axis=1)
    feature_kernels.standardise(table)
    n_channels = parts[0].shape[1]
    views = [range(n_first)] + [range(c, c + 1) for c in range(n_first, n_channels)]
    layout = _published_layout if features == "published" else _standard_layout
    order = np.array([layout(view, n_channels) for view in views], np.int32)
    return feature_kernels.laid_out(table, order.ravel()).reshape(len(table), *order.shape)


def _published_layout(view: range, n_channels: int) -> list[int]:
    """Mean, std, min, max per channel, row, column; a band is padded with zeros to 14."""
    n_parts = len(PUBLISHED_STATISTICS)
    made = [part * n_channels + channel for part in range(n_parts) for channel in view]
    made += [n_parts * n_channels + i for i in range(2)]
    return made + [-1] * (14 - len(made))


def _standard_layout(view: range, n_channels: int) -> list[int]:
    """Statistics of three channels, place and size; a band counts as a grey photograph.

    Thus a band that equals the photograph has equal features, and distance zero.
    """
    n_parts = len(STANDARD_STATISTICS)
    three = list(view) * (3 // len(view))
    made = [part * n_channels + channel for part in range(n_parts) for channel in three]
    return made + [n_parts * n_channels + i for i in range(3)]
