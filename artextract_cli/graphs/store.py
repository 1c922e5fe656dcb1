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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError, UsageError
from artextract_cli.graphs.graph_file import (
    FIELDS,
    FORMAT,
    FORMAT_VERSION,
    check_pixels,
    check_shape,
    check_views,
    damaged,
    pixels_path,
)
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import SceneGraphs, SuperpixelGraph
from artextract_cli.imaging.blocks import row_chunks
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.atomic import atomic_path, flush
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.file_errors import cause
from artextract_cli.utils.npz import DAMAGE, opened_npz


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
        for both in zip(row_chunks(scene.rgb), row_chunks(scene.bands), strict=True):
            pixels = np.concatenate(both, axis=-1)
            counts = np.rint(pixels.clip(0, 1) * 65535)
            file.write(np.ascontiguousarray(counts, "<u2").data)
    return file_digest(path)


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
        check_pixels(path, meta)
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
        raise damaged(path, f"{graphs.split!r} and {graphs.name!r} are no split and scene")
    check_views(path, graphs)
    if pixels_path(path).exists():
        check_pixels(path, meta)
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
        raise damaged(path, cause(error)) from error


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


def _load_graph(path: Path, arrays: Mapping[str, NDArray[Any]], index: int) -> SuperpixelGraph:
    sizes: dict[str, int] = {}
    loaded = {}
    for name, field in FIELDS.items():
        array = arrays[f"{name}_{index}"]
        check_shape(path, name, array, field, sizes)
        loaded[name] = array
    for name, ids in (("edges", loaded["edges"]), ("labels", loaded["labels"])):
        if ids.size and (ids.min() < 0 or ids.max() >= sizes["N"]):
            raise damaged(path, f"{name} hold ids outside 0..{sizes['N'] - 1}")
    if not np.array_equal(np.bincount(loaded["labels"].ravel()), loaded["counts"]):
        raise damaged(path, "labels and counts do not fit together")
    return SuperpixelGraph(**loaded)
