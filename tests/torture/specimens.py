"""One small file of every kind that artextract reads, how it is read, and what must tell damage."""

import dataclasses
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
import tifffile
import torch
from PIL import Image
from typer.main import get_command

from artextract_bands.wavelengths import read_note
from artextract_cli.cli.config import load_defaults
from artextract_cli.cli.main import app
from artextract_cli.graphs import graph_file, store
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.io.images import decode_picture, picture_parts, read_counts
from artextract_cli.models import checkpoint
from artextract_cli.pipelines import networks
from artextract_cli.report.regions import read_regions
from artextract_cli.results.reader import open_results
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.training.run_directory import read_metrics
from artextract_cube import CubeOptions
from artextract_cube.cube_files import open_cube
from tests.helpers.cubes import write_envi
from tests.helpers.datasets import write_png, write_scene
from tests.helpers.scenes import train_tiny

Read = Callable[[Path], Any]
Tells = Callable[[bytes, bytes], bool]
DATASET = 'wavelengths: {"450": 450, "650": 650, "850": 850}\nclean: [t0, t1, t2]\nnotes: a\n'
CONFIG = "train: {epochs: 3, options: {heads: 4}}\ngraph: {build: {jobs: 2}}\n"


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """A file, and how it is read."""

    kind: str
    path: Path
    read: Read
    """What the file holds, in a form that can be compared."""

    tells: Tells
    """Whether the file, as it was and as it is, cannot but tell that it was damaged."""

    share: int = 20
    """How many are tried at a time; a reader that starts a process takes long."""


def always(before: bytes, after: bytes) -> bool:
    """Every byte is covered by a checksum."""
    return True


def never(before: bytes, after: bytes) -> bool:
    """Text written by people: what is left of it may be meant."""
    return False


def cut(before: bytes, after: bytes) -> bool:
    """Raw numbers that end where the file ends, perhaps before some padding."""
    return before.startswith(after)


def other_length(before: bytes, after: bytes) -> bool:
    """Raw numbers whose count is told."""
    return len(before) != len(after)


def within(*spans: tuple[int, int]) -> Tells:
    """Only these spans are covered by checksums; and nothing may be cut off."""

    def tells(before: bytes, after: bytes) -> bool:
        if len(before) != len(after):
            return cut(before, after)
        changed = np.flatnonzero(np.frombuffer(before, "u1") != np.frombuffer(after, "u1"))
        covered = [(changed >= start) & (changed < end) for start, end in spans]
        return bool(np.any(covered, axis=0).all())

    return tells


def make_all(root: Path) -> list[Specimen]:
    """Write every specimen below ``root``."""
    (root / "pictures").mkdir(parents=True)
    (root / "cubes").mkdir()
    return [*_pictures(root / "pictures"), *_cubes(root / "cubes"), *_ours(root / "ours")]


def _pictures(folder: Path) -> Iterator[Specimen]:
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 65536, (40, 48, 3)).astype(np.uint16)
    grey, small = rgb[..., 0], (rgb >> 8).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    palette = Image.fromarray(small).quantize(16)
    write_png(folder / "rgb16.png", rgb)
    Image.fromarray(small).save(folder / "exif.png", exif=exif)
    palette.save(folder / "palette.png", transparency=255)
    for name in ("rgb16.png", "exif.png", "palette.png"):
        yield Specimen(kind=name, path=folder / name, read=decode_picture, tells=always)
    Image.fromarray(small).save(folder / "a.jpg", exif=exif, quality=90)
    Image.fromarray(small).save(folder / "a.bmp")
    for name in ("a.jpg", "a.bmp"):
        yield Specimen(kind=name, path=folder / name, read=decode_picture, tells=cut)
    tiffs: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
        "strips": (rgb, {"photometric": "rgb", "rowsperstrip": 7}),
        "tiled deflate": (grey, {"tile": (16, 16), "compression": "zlib", "predictor": True}),
        "bigtiff": (rgb, {"photometric": "rgb", "bigtiff": True, "tile": (16, 16)}),
        "lzw": (small, {"photometric": "rgb", "compression": "lzw"}),
        "float deflate": (grey / np.float32(65535), {"compression": "zlib", "predictor": True}),
        "pages": (np.moveaxis(rgb, 2, 0), {"photometric": "minisblack", "compression": "zlib"}),
    }
    for name, (values, options) in tiffs.items():
        path = folder / f"{name.replace(' ', '-')}.tif"
        tifffile.imwrite(path, values, metadata=None, **options)
        is_deflated = options.get("compression") == "zlib"
        tells = within(*_segments(path)) if is_deflated else cut
        yield Specimen(kind=f"TIFF {name}", path=path, read=_stack, tells=tells)
        if "tile" in options:
            yield Specimen(kind=f"TIFF {name}, parts", path=path, read=_parts, tells=tells)


def _segments(path: Path) -> Iterator[tuple[int, int]]:
    with tifffile.TiffFile(path) as tiff:
        for page in tiff.pages:
            for start, size in zip(page.dataoffsets, page.databytecounts, strict=True):
                yield start, start + size


def _stack(path: Path) -> Any:
    return read_counts(path, stacked=True)


def _parts(path: Path) -> Any:
    """The picture that the parts make: their order may differ."""
    made: np.ndarray | None = None
    for shape, block, part in picture_parts(path):
        if made is None:
            made = np.zeros((*shape, part.values.shape[2]), part.values.dtype)
        made[block.place] = part.values
    return made


def _cubes(folder: Path) -> Iterator[Specimen]:
    cube = np.random.default_rng(1).integers(0, 65536, (3, 20, 24)).astype(np.uint16)
    last, nm = np.moveaxis(cube, 0, 2), np.array([450.0, 650.0, 850.0])
    write_envi(folder / "envi.hdr", cube, nm)
    yield Specimen(kind="ENVI header", path=folder / "envi.hdr", read=_cube, tells=never)
    yield Specimen(kind="ENVI raw", path=folder / "envi.raw", read=_cube, tells=other_length)
    np.save(folder / "a.npy", last)
    yield Specimen(kind="npy", path=folder / "a.npy", read=_cube, tells=other_length)
    for name, save in (("stored", np.savez), ("packed", np.savez_compressed)):
        save(folder / f"{name}.npz", cube=last, wavelengths=nm)  # type: ignore[operator]
        yield Specimen(kind=f"npz {name}", path=folder / f"{name}.npz", read=_cube, tells=always)
    for name, packed in (("mat 5", False), ("mat 7", True)):
        path = folder / f"{name[-1]}.mat"
        scipy.io.savemat(path, {"cube": last, "nm": nm}, do_compression=packed)
        yield Specimen(kind=name, path=path, read=_cube, tells=cut, share=4)
    with h5py.File(folder / "73.mat", "w", userblock_size=512) as file:
        file["cube"], file["nm"] = last.T, nm[:, None]
    yield Specimen(kind="mat 7.3", path=folder / "73.mat", read=_cube, tells=cut, share=4)


def _cube(path: Path) -> Any:
    is_named = path.suffix in (".npz", ".mat", ".hdr", ".raw")
    options = CubeOptions(wavelengths=None if is_named else "450,650,850")
    with open_cube(path, options) as cube:
        return fingerprint(cube)


def _ours(root: Path) -> Iterator[Specimen]:
    dataset, graphs, run, results = (root / n for n in ("dataset", "graphs", "run", "results"))
    for index, split in enumerate(("train", "train", "train", "val")):
        write_scene(dataset, split, f"t{index}", seed=index, hidden=split == "val")
    (dataset / "dataset.yaml").write_text(DATASET)
    (dataset / "artextract.yaml").write_text(CONFIG)
    (dataset / "bands.yaml").write_text("dataset.yaml: 450\nphotograph: artextract.yaml\n")
    build_dataset(dataset, graphs, GraphRecipe(superpixel_options={"region_size": 6}))
    train_tiny(graphs, run)
    from artextract_cli.pipelines.loaded_model import open_model

    infer_dataset(dataset, results, open_model(run, device="cpu", engine="torch"), split="val")
    shutil.copytree(checkpoint.SHIPPED_MODELS, root / "weights")
    graph = graphs / "train" / "t0.npz"
    yield from (
        _text("dataset.yaml", dataset / "dataset.yaml", lambda path: open_dataset(path.parent)),
        _text("artextract.yaml", dataset / "artextract.yaml", _defaults),
        _text("bands.yaml", dataset / "bands.yaml", lambda path: read_note(path.parent)),
        _own("graph", graph, _graph),
        _own("pixels", graph_file.pixels_path(graph), lambda path: _graph(graph)),
        _own("model", run / checkpoint.MODEL_NAME, _model),
        _own("model shipped", root / "weights" / "gat.safetensors", _model),
        _own("resume state", run / checkpoint.STATE_NAME, checkpoint.load_state),
        _own("metrics", run / "metrics.jsonl", lambda path: read_metrics(path.parent)),
    )
    for path in sorted((results / "t3").iterdir()):
        if path.suffix != ".png":  # for people; nothing reads it
            yield _own(f"results {path.name}", path, _result)


def _own(kind: str, path: Path, read: Read) -> Specimen:
    return Specimen(kind=kind, path=path, read=read, tells=always)


def _text(kind: str, path: Path, read: Read) -> Specimen:
    return Specimen(kind=kind, path=path, read=read, tells=never)


def _graph(path: Path) -> Any:
    loaded = store.load_graphs(path)
    return loaded, np.asarray(store.load_pixels(path)), store.load_meta(path)


def _model(path: Path) -> Any:
    network, card, _ = networks.load_model(path)
    return card, network.state_dict()


def _result(path: Path) -> Any:
    """All that `report` and `evaluate` read of one file of a scene."""
    (result,) = open_results(path.parent.parent)
    if path.suffix == ".tif":
        return result.map(path.stem), result.pages(path.stem)
    if path.suffix == ".npz":
        return result.embeddings()
    return read_regions(result, {}) if path.suffix == ".csv" else result.description


def _defaults(path: Path) -> Any:
    with chdir(path.parent):
        return load_defaults(path, get_command(app))


def fingerprint(value: Any) -> str:
    """A digest of arrays, tensors, dataclasses and plain values."""
    return hashlib.sha256(repr(_plain(value)).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        value = value.numpy()
    if isinstance(value, np.ndarray):
        content = np.ascontiguousarray(value)
        return value.dtype.str, value.shape, hashlib.sha256(content.tobytes()).hexdigest()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(vars(value))
    if isinstance(value, Mapping):
        return [(str(key), _plain(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return os.fspath(value) if isinstance(value, Path) else repr(value)
