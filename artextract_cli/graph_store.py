"""Graph files: one npz per scene, and beside it the pixels as a memory-mapped array.

``GRAPHS/<split>/<scene>.npz`` holds the graphs and says how they were made;
``GRAPHS/<split>/<scene>.pixels.npy`` holds photograph and bands as (H, W, 3 + B) uint16.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from artextract_cli.blocks import slabs
from artextract_cli.errors import InputError, UsageError
from artextract_cli.files import atomic_path, cause, flush
from artextract_cli.npz_files import DAMAGE, opened_npz
from artextract_cli.scene import Scene, picture_digest
from artextract_cli.superpixel_graph import GraphRecipe, SceneGraphs, SuperpixelGraph

FORMAT = "artextract-graph"
FORMAT_VERSION = 2


class _Field(NamedTuple):
    dtype: str
    shape: str  # letters as everywhere: H, W, N nodes, E edges, V views, F features; digits fixed


# What an npz holds for each graph, as NAME_<index of the graph>.
FIELDS = {
    "labels": _Field("int32", "HW"),
    "edges": _Field("int64", "2E"),
    "edge_weights": _Field("float32", "EV"),
    "features": _Field("float32", "NVF"),
    "counts": _Field("int64", "N"),
    "centroids": _Field("float32", "N2"),
}


def graph_path(root: Path, split: str, name: str) -> Path:
    """Where the graph file of a scene lies."""
    return root / split / f"{name}.npz"


def pixels_path(path: Path) -> Path:
    """Where the pixels of a graph file lie."""
    return path.with_suffix(".pixels.npy")


def source_key(
    digests: Mapping[str, str], recipe: GraphRecipe, origin: Mapping[str, str], scene: Any
) -> str:
    """A digest of everything a graph file depends on; equal keys mean nothing to do."""
    parts = [FORMAT_VERSION, dict(digests), dataclasses.asdict(recipe), dict(origin), scene]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def save_graphs(
    path: Path,
    graphs: SceneGraphs,
    *,
    sources: Mapping[str, str],
    key: str,
    scene: Scene | None = None,
) -> None:
    """Write a graph file, and beside it the pixels of ``scene``: whole, or nothing of both.

    Graphs never lie beside the pixels of other pictures, not even where the process is killed.
    """
    with atomic_path(path) as temporary, ExitStack() as files:
        digest = None
        if scene is not None:
            pixels = files.enter_context(atomic_path(pixels_path(path)))
            digest = write_pixels(pixels, scene)
            flush(pixels)
        meta = _description(graphs) | {
            "sources": dict(sources),
            "source_key": key,
            "pixels_sha256": digest,
        }
        with temporary.open("wb") as file:
            np.savez(file, **_arrays(graphs), meta=np.frombuffer(json.dumps(meta).encode(), "u1"))
        flush(temporary)
        if digest is not None and not _is_of_pixels(path, digest):
            path.unlink(missing_ok=True)


def _is_of_pixels(path: Path, digest: str) -> bool:
    """Whether the graph file that is there, if any, was made with these pixels."""
    try:
        return bool(load_meta(path)["pixels_sha256"] == digest)
    except InputError:
        return False


def _description(graphs: SceneGraphs) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": graphs.name,
        "split": graphs.split,
        "clean": graphs.clean,
        "n_graphs": len(graphs.graphs),
        "has_mask": graphs.mask is not None,
        "band_ids": graphs.band_ids,
        "wavelengths": graphs.wavelengths,
        "feature_names": graphs.feature_names,
        "recipe": dataclasses.asdict(graphs.recipe),
        "superpixels_origin": dict(graphs.superpixels_origin),
    }


def _arrays(graphs: SceneGraphs) -> dict[str, Any]:
    arrays: dict[str, Any] = {
        f"{name}_{i}": getattr(graph, name)
        for i, graph in enumerate(graphs.graphs)
        for name in FIELDS
    }
    if graphs.mask is not None:
        arrays["mask"] = graphs.mask
    return arrays


def write_pixels(path: Path, scene: Scene) -> str:
    """Write photograph and bands as (H, W, 3 + B) uint16, 65535 = 1; return the file's SHA-256."""
    n_channels = scene.rgb.shape[-1] + scene.bands.shape[-1]
    header = {"descr": "<u2", "fortran_order": False, "shape": (*scene.shape, n_channels)}
    with path.open("wb") as file:
        # Not np.save: it writes past Python and forgets why a write failed.
        np.lib.format.write_array_header_1_0(file, header)
        for both in zip(slabs(scene.rgb), slabs(scene.bands), strict=True):
            pixels = np.concatenate(both, axis=-1)
            counts = np.rint(pixels.clip(0, 1) * 65535)
            file.write(np.ascontiguousarray(counts, "<u2").data)
    return picture_digest(path)


def load_pixels(path: Path) -> NDArray[np.uint16]:
    """Map the pixels of the graph file at ``path`` into memory: (H, W, 3 + B) uint16."""
    try:
        return np.load(pixels_path(path), mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except DAMAGE as error:
        why = cause(error)
        msg = f"the pixels of {path} cannot be read ({why}): run 'artextract graph build' again"
        raise InputError(msg) from error


def read_key(path: Path) -> str | None:
    """The source key of a graph file, or None where it or its pixels are not there or damaged."""
    if not (path.is_file() and pixels_path(path).is_file()):
        return None
    try:
        meta = load_meta(path)
        _check_pixels(path, meta)
        return str(meta["source_key"])
    except InputError:
        return None


def load_meta(path: Path) -> dict[str, Any]:
    """Read how a graph file was made."""
    with _opened(path) as arrays:
        return _meta(path, arrays)


def load_graphs(path: Path) -> SceneGraphs:
    """Read and check a graph file; compare the pixels beside it, if they are there.

    Raises
    ------
    InputError
        If a file is missing, damaged, of another kind, or its node ids do not fit.
    """
    with _opened(path) as arrays:
        meta = _meta(path, arrays)
        wavelengths = meta["wavelengths"]
        photograph, band = meta["feature_names"]
        graphs = SceneGraphs(
            name=str(meta["name"]),
            split=str(meta["split"]),
            clean=meta["clean"],
            graphs=tuple(_load_graph(path, arrays, i) for i in range(int(meta["n_graphs"]))),
            band_ids=tuple(meta["band_ids"]),
            wavelengths=None if wavelengths is None else tuple(wavelengths),
            feature_names=(tuple(photograph), tuple(band)),
            mask=np.array(arrays["mask"], bool) if meta["has_mask"] else None,
            recipe=GraphRecipe(**meta["recipe"]),
            superpixels_origin=meta["superpixels_origin"],
        )
    if any(PurePath(part).name != part for part in (graphs.name, graphs.split)):
        raise _damaged(path, f"{graphs.split!r} and {graphs.name!r} are no split and scene")
    _check_views(path, graphs)
    if pixels_path(path).exists():
        _check_pixels(path, meta)
    return graphs


def chosen_graph(file: Path, graphs: SceneGraphs, view: int) -> SuperpixelGraph:
    """The graph of a view, where every view has one; else the one of all.

    Raises
    ------
    UsageError
        If there is no such view.
    """
    if view >= len(graphs.graphs):
        msg = f"{file} has views 0 to {len(graphs.graphs) - 1}, not {view}"
        raise UsageError(msg)
    return graphs.graphs[view]


def find_graphs(root: Path) -> list[Path]:
    """All graph files under ``root``, by split and name.

    Raises
    ------
    InputError
        If there is none.
    """
    found = sorted(p for p in root.glob("*/*.npz") if not p.name.startswith("."))
    if not found:
        msg = f"there are no graph files in {root}: make them with 'artextract graph build'"
        raise InputError(msg)
    return found


def graphs_digest(root: Path) -> str:
    """A digest of what all graph files under ``root`` were made from."""
    keys = [
        (str(path.relative_to(root)), str(load_meta(path)["source_key"]))
        for path in find_graphs(root)
    ]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Open an npz after comparing its checksums; its arrays are read when asked for."""
    if path.is_dir() or path.suffix != ".npz":
        msg = f"{path} is no graph file: name one such as graphs/train/scene.npz"
        raise InputError(msg)
    try:
        with opened_npz(path) as arrays:
            yield arrays
    except FileNotFoundError as error:
        msg = f"there is no graph file {path}: make it with 'artextract graph build'"
        raise InputError(msg) from error
    except DAMAGE as error:
        raise _damaged(path, cause(error)) from error


def _meta(path: Path, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    if "meta" not in arrays:
        msg = f"{path} holds no graphs: name what 'artextract graph build' has made"
        raise InputError(msg)
    meta = dict(json.loads(arrays["meta"].tobytes()))
    kind, version = meta["format"], meta["format_version"]
    if (kind, version) != (FORMAT, FORMAT_VERSION):
        msg = (
            f"{path} is {kind} version {version}, this artextract reads {FORMAT} version "
            f"{FORMAT_VERSION}: build the graphs again"
        )
        raise InputError(msg)
    return meta


def _check_pixels(path: Path, meta: Mapping[str, Any]) -> None:
    digest = meta["pixels_sha256"]
    if digest is not None and picture_digest(pixels_path(path)) != digest:
        raise _damaged(path, f"{pixels_path(path).name} beside it is not the one it was made with")


def _load_graph(path: Path, arrays: Mapping[str, NDArray[Any]], index: int) -> SuperpixelGraph:
    sizes: dict[str, int] = {}
    loaded = {}
    for name, field in FIELDS.items():
        array = arrays[f"{name}_{index}"]
        _check_shape(path, name, array, field, sizes)
        loaded[name] = array
    for name, ids in (("edges", loaded["edges"]), ("labels", loaded["labels"])):
        if ids.size and (ids.min() < 0 or ids.max() >= sizes["N"]):
            raise _damaged(path, f"{name} hold ids outside 0..{sizes['N'] - 1}")
    if not np.array_equal(np.bincount(loaded["labels"].ravel()), loaded["counts"]):
        raise _damaged(path, "labels and counts do not fit together")
    return SuperpixelGraph(**loaded)


def _check_shape(
    path: Path, name: str, array: NDArray[Any], field: _Field, sizes: dict[str, int]
) -> None:
    fits = array.dtype == field.dtype and array.ndim == len(field.shape)
    for letter, size in zip(field.shape, array.shape, strict=False):
        wanted = int(letter) if letter.isdigit() else sizes.setdefault(letter, size)
        fits = fits and size == wanted
    if not fits:
        raise _damaged(path, f"{name} is {array.dtype} of shape {array.shape}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise _damaged(path, f"{name} is not finite")


def _check_views(path: Path, graphs: SceneGraphs) -> None:
    views = {graph.features.shape[1] for graph in graphs.graphs}
    shared = len(graphs.graphs) == 1 and views == {graphs.n_views}
    separate = len(graphs.graphs) == graphs.n_views and views == {1}
    n_features = {graph.features.shape[2] for graph in graphs.graphs}
    named = {len(names) for names in graphs.feature_names}
    if not (shared or separate) or n_features != named:
        raise _damaged(path, "graphs, views and feature names do not fit together")
    masks = () if graphs.mask is None else (graphs.mask,)
    if len({picture.shape for picture in (*(g.labels for g in graphs.graphs), *masks)}) > 1:
        raise _damaged(path, "label maps and object mask differ in size")


def _damaged(path: Path, cause: str) -> InputError:
    return InputError(
        f"graph file {path} is damaged ({cause}): remove it and run 'artextract graph build' again"
    )
