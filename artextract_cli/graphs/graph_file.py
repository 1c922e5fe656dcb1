"""The format of graph files: fields, file names and checks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.graphs.commands import build_again
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.utils.checksums import file_digest

FORMAT = "artextract-graph"
FORMAT_VERSION = 2


class Field(NamedTuple):
    """One array of a graph file."""

    dtype: str
    shape: str  # axes by letter: H, W, N nodes, E edges, V views, F features; digits are sizes


# Arrays of each graph in an npz file, named NAME_<index of the graph>.
FIELDS = {
    "labels": Field("int32", "HW"),
    "edges": Field("int64", "2E"),
    "edge_weights": Field("float32", "EV"),
    "features": Field("float32", "NVF"),
    "counts": Field("int64", "N"),
    "centroids": Field("float32", "N2"),
}


def graph_path(root: Path, split: str, name: str) -> Path:
    """Path of the graph file of a scene."""
    return root / split / f"{name}.npz"


def pixels_path(path: Path) -> Path:
    """Path of the pixels of a graph file."""
    return path.with_suffix(".pixels.npy")


def check_pixels(path: Path, meta: Mapping[str, Any]) -> None:
    """Refuse pixels that have changed since the graph file was written."""
    digest = meta["pixels_sha256"]
    # None: graphs that were saved without their pixels.
    if digest is not None and file_digest(pixels_path(path)) != digest:
        raise damaged(path, f"{pixels_path(path).name} beside it is not the one it was built from")


def check_shape(
    path: Path, name: str, array: NDArray[Any], field: Field, sizes: dict[str, int]
) -> None:
    """Refuse an array whose type or shape differs from its ``field``, or that is not finite."""
    # Whoever reads a graph relies on these: an id that is not a node crashes DGL.
    fits = array.dtype == field.dtype and array.ndim == len(field.shape)
    for letter, size in zip(field.shape, array.shape, strict=False):
        # The first array with a letter defines its size for all others.
        expected = int(letter) if letter.isdigit() else sizes.setdefault(letter, size)
        fits = fits and size == expected
    if not fits:
        raise damaged(path, f"{name} is {array.dtype} of shape {array.shape}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise damaged(path, f"{name} is not finite")


def check_views(path: Path, graphs: SceneGraphs) -> None:
    """Refuse graphs whose views, features or sizes are inconsistent."""
    views = {graph.features.shape[1] for graph in graphs.graphs}
    shared = len(graphs.graphs) == 1 and views == {graphs.n_views}
    separate = len(graphs.graphs) == graphs.n_views and views == {1}
    n_features = {graph.features.shape[2] for graph in graphs.graphs}
    named = {len(names) for names in graphs.feature_names}
    if not (shared or separate) or n_features != named:
        raise damaged(path, "graphs, views and feature names are inconsistent")
    masks = () if graphs.mask is None else (graphs.mask,)
    if len({array.shape for array in (*(g.labels for g in graphs.graphs), *masks)}) > 1:
        raise damaged(path, "label maps and object mask differ in size")


def damaged(path: Path, cause: str) -> InputError:
    """The error for a damaged graph file."""
    return InputError(
        f"graph file {path} is damaged ({cause}): remove it and run `{build_again(path)}`"
    )
