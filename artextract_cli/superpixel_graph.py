"""From a scene to superpixel graphs: segmentation, region adjacency, node features.

Shared segmentation cuts photograph and bands by one label map, so node i is the same region in
every view; so does one of the photograph alone. Separate segmentation is the published recipe:
every view by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli import feature_kernels
from artextract_cli.contract import FloatArray
from artextract_cli.cut_pictures import full_range, segmentation_picture
from artextract_cli.errors import ArtextractError, DependencyError, UsageError
from artextract_cli.plugin_manager import Plugin, plugin_host
from artextract_cli.plugin_options import make_options
from artextract_cli.region_kernels import (
    RegionStatistics,
    connected_regions,
    region_adjacency,
    region_gradients,
    region_statistics,
)
from artextract_cli.scene import Scene, resize_scene

BANDS_PREFIX = "bands."
PUBLISHED_STATISTICS = ("mean", "std", "min", "max")
STANDARD_STATISTICS = (*PUBLISHED_STATISTICS, "gradient")


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
        banded = [key for key in self.superpixel_options if key.startswith(BANDS_PREFIX)]
        if banded and self.segmentation != "separate":
            msg = f"superpixel option {banded[0]!r} needs --segmentation separate"
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


def superpixels(
    picture: FloatArray, plugin: Plugin, options: Mapping[str, Any]
) -> tuple[NDArray[np.int32], int]:
    """Run a superpixel plugin on ``picture`` (H, W, C): connected labels 0..N-1, and N."""
    parsed = make_options(plugin.spec, options)
    try:
        labels = np.asarray(plugin.spec.load()(picture, parsed))
    except ArtextractError:
        raise
    except Exception as error:
        msg = (
            f"superpixels {plugin.spec.name!r} of {plugin.distribution} failed "
            f"({type(error).__name__}: {error}): report it to its authors"
        )
        raise DependencyError(msg) from error
    if labels.shape != picture.shape[:2] or labels.dtype.kind not in "iu":
        msg = (
            f"superpixels {plugin.spec.name!r} of {plugin.distribution} returned an array of "
            f"{labels.dtype} and shape {labels.shape}, not labels of shape {picture.shape[:2]}: "
            "report it to its authors"
        )
        raise DependencyError(msg)
    return connected_regions(labels)


def shared_superpixels(
    scene: Scene, recipe: GraphRecipe, plugin: Plugin
) -> tuple[NDArray[np.int32], int]:
    """One label map (H, W) for all views, cut from all of them or from the photograph, and N."""
    alone = recipe.segmentation == "photograph"
    picture = full_range(scene.rgb) if alone else segmentation_picture(scene)
    return superpixels(picture, plugin, recipe.superpixel_options)


def _shared_graph(scene: Scene, recipe: GraphRecipe, plugin: Plugin) -> tuple[SuperpixelGraph, ...]:
    labels, n = shared_superpixels(scene, recipe, plugin)
    return (_graph((scene.rgb, scene.bands), labels, n, recipe.features),)


def _separate_graphs(
    scene: Scene, recipe: GraphRecipe, plugin: Plugin
) -> tuple[SuperpixelGraph, ...]:
    options = {k: v for k, v in recipe.superpixel_options.items() if not k.startswith(BANDS_PREFIX)}
    band_options = options | {
        key.removeprefix(BANDS_PREFIX): value
        for key, value in recipe.superpixel_options.items()
        if key.startswith(BANDS_PREFIX)
    }
    made = [_view_graph(scene.rgb, plugin, options, recipe.features)]
    for b in range(scene.bands.shape[-1]):
        band = np.ascontiguousarray(scene.bands[..., b : b + 1])
        made.append(_view_graph(band, plugin, band_options, recipe.features))
    return tuple(made)


def _view_graph(
    picture: FloatArray, plugin: Plugin, options: Mapping[str, Any], features: str
) -> SuperpixelGraph:
    labels, n = superpixels(full_range(picture), plugin, options)
    return _graph((picture,), labels, n, features)


def _graph(
    pictures: Sequence[FloatArray], labels: NDArray[np.int32], n: int, features: str
) -> SuperpixelGraph:
    """The graph of ``pictures`` (H, W, C each): first one view, then one each channel."""
    found = [region_statistics(picture, labels, n) for picture in pictures]
    parts = [
        np.concatenate([getattr(s, part) for s in found], axis=1)
        for part in ("mean", "std", "minimum", "maximum")
    ]
    parts.append(np.concatenate([region_gradients(p, labels, n) for p in pictures], axis=1))
    edges = region_adjacency(labels, n)
    mean, std, _, _, gradient = parts
    n_first, n_channels = pictures[0].shape[-1], mean.shape[1]
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
