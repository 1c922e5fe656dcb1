"""Reading and writing graph files: one npz per scene, with the pixels in a memory-mapped array.

``GRAPHS/<split>/<scene>.npz`` contains the graphs and how they were built;
``GRAPHS/<split>/<scene>.pixels.npy`` contains photograph and bands as (H, W, 3 + B) uint16.
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
from artextract_cli.graphs.commands import build_again, build_command
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
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.atomic import atomic_path, flush
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.file_errors import cause
from artextract_cli.utils.npz import DAMAGE, opened_npz
from artextract_cli.utils.parallel.shared_arrays import row_chunks


def source_key(
    digests: Mapping[str, str], recipe: GraphRecipe, origin: Mapping[str, str], scene: Any
) -> str:
    """Digest of everything a graph file depends on; if it is equal, the file is up to date."""
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
    """Write a graph file, and the pixels of ``scene`` beside it: both in full, or neither.

    Graphs never lie beside pixels of other images, even if the process is killed.
    """
    with atomic_path(path) as temporary, ExitStack() as files:
        digest = None
        if scene is not None:
            # The exit stack moves the pixels into place before the graphs that describe them.
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
        # Both new files are on disk by now. Graphs of other pixels are deleted before the new
        # pixels take their place: a kill in between leaves no graphs rather than wrong ones.
        if digest is not None and not _is_of_pixels(path, digest):
            path.unlink(missing_ok=True)


def _is_of_pixels(path: Path, digest: str) -> bool:
    """Whether an existing graph file was built from these pixels."""
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
        # Not np.save: it bypasses Python's file and loses the reason why a write failed.
        np.lib.format.write_array_header_1_0(file, header)
        for both in zip(row_chunks(scene.rgb), row_chunks(scene.bands), strict=True):
            pixels = np.concatenate(both, axis=-1)
            # Little-endian uint16 on every machine: its digest is part of the graph file.
            counts = np.rint(pixels.clip(0, 1) * 65535)
            file.write(np.ascontiguousarray(counts, "<u2").data)
    return file_digest(path)


def load_pixels(path: Path) -> NDArray[np.uint16]:
    """Map the pixels of the graph file at ``path`` into memory: (H, W, 3 + B) uint16."""
    try:
        return np.load(pixels_path(path), mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except DAMAGE as error:
        msg = f"the pixels of {path} cannot be read ({cause(error)}): run `{build_again(path)}`"
        raise InputError(msg) from error


def read_key(path: Path) -> str | None:
    """The source key of a graph file; None if it or its pixels are missing or damaged."""
    if not (path.is_file() and pixels_path(path).is_file()):
        return None
    try:
        meta = load_meta(path)
        check_pixels(path, meta)
        return str(meta["source_key"])
    except InputError:
        return None


def load_meta(path: Path) -> dict[str, Any]:
    """Read the metadata of a graph file."""
    with _opened(path) as arrays:
        return _meta(path, arrays)


def load_graphs(path: Path) -> SceneGraphs:
    """Read and check a graph file; the digest of the pixels beside it is compared if they exist.

    Parameters
    ----------
    path
        Graph file, ``<split>/<scene>.npz``.

    Returns
    -------
    SceneGraphs
        The graphs, their recipe and the superpixel method.

    Raises
    ------
    InputError
        If a file is missing, damaged, of another kind, or inconsistent.
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
    # These become folders and files of results: none may lead elsewhere.
    if any(PurePath(part).name != part for part in (graphs.name, graphs.split)):
        raise damaged(path, f"{graphs.split!r} and {graphs.name!r} are not a split and a scene")
    check_views(path, graphs)
    if pixels_path(path).exists():
        check_pixels(path, meta)
    return graphs


def chosen_graph(file: Path, graphs: SceneGraphs, view: int) -> SuperpixelGraph:
    """The graph of a view, if every view has its own; else the common one.

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
    """List all graph files of a folder, by split and name.

    Parameters
    ----------
    root
        Folder that `build_dataset` wrote.

    Returns
    -------
    list of Path
        ``<split>/<scene>.npz``.

    Raises
    ------
    InputError
        If there are no graph files.
    """
    # Names with a dot are temporary files of a write in progress, or of one that was killed.
    found = (path for path in root.glob("*/*.npz") if not path.name.startswith("."))
    paths = sorted(found, key=lambda path: path.parts)  # paths of Windows ignore case
    if not paths:
        msg = f"there are no graph files in {root}: build them with `{build_command()}`"
        raise InputError(msg)
    return paths


def graphs_digest(root: Path) -> str:
    """Digest of the source keys of all graph files under ``root``."""
    keys = [
        (path.relative_to(root).as_posix(), str(load_meta(path)["source_key"]))
        for path in find_graphs(root)
    ]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Open an npz after comparing its checksums; its arrays are read on access."""
    if path.is_dir() or path.suffix != ".npz":
        msg = f"{path} is not a graph file: give one such as graphs/train/scene.npz"
        raise InputError(msg)
    try:
        with opened_npz(path) as arrays:
            yield arrays
    except FileNotFoundError as error:
        msg = f"there is no graph file {path}: build it with `{build_again(path)}`"
        raise InputError(msg) from error
    except DAMAGE as error:
        raise damaged(path, cause(error)) from error


def _meta(path: Path, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    if "meta" not in arrays:
        msg = f"{path} contains no graphs: build them with `{build_command()}`"
        raise InputError(msg)
    meta = dict(json.loads(arrays["meta"].tobytes()))
    kind, version = meta["format"], meta["format_version"]
    if (kind, version) != (FORMAT, FORMAT_VERSION):
        msg = (
            f"{path} is {kind} version {version}, but this artextract reads {FORMAT} version "
            f"{FORMAT_VERSION}: run `{build_again(path)}`"
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
            raise damaged(path, f"{name} contain ids outside 0..{sizes['N'] - 1}")
    # Checksums show that a file is as it was written, not that another program wrote it correctly.
    if not np.array_equal(np.bincount(loaded["labels"].ravel()), loaded["counts"]):
        raise damaged(path, "labels and counts are inconsistent")
    return SuperpixelGraph(**loaded)
