"""Hostile files: bombs, code in data and names that point elsewhere are refused in a sentence."""

import io
import json
import os
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import tifffile
import torch

from artextract_cli.models.checkpoint import MODEL_NAME
from tests.helpers.command_line import Ran
from tests.helpers.cubes import write_envi
from tests.helpers.datasets import write_png
from tests.helpers.results import sealed_again, write_result

SIDE = 300_000
MEMORY = 2**30


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.path),)


def refused(ran: Ran, *said: str, exit_code: int = 3) -> None:
    assert ran.exit_code == exit_code, ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stderr.count("error: ") == 1
    for words in said:
        assert words in ran.stderr


def chunk(name: bytes, body: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + checksum


def png_bomb(path: Path) -> None:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 16, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0"))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b""))


def bmp_bomb(path: Path) -> None:
    info = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, 0, 0, 0, 0, 0)
    path.write_bytes(struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54) + info)


def jpeg_bomb(path: Path) -> None:
    frame = struct.pack(">BHHB", 8, 65535, 65535, 1) + b"\1\x11\0"
    path.write_bytes(b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9")


def tiff_directory(at: int, following: int, side: int) -> bytes:
    """One page of ``side`` squared pixels of 8 bit, whose only strip lies at 8."""
    tags = ((256, side), (257, side), (258, 8), (262, 1), (273, 8), (277, 1), (278, side), (279, 1))
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return struct.pack("<H", len(tags)) + body + struct.pack("<I", following)


def tiff_bomb(path: Path) -> None:
    path.write_bytes(struct.pack("<2sHI", b"II", 42, 12) + b"\0" * 4 + tiff_directory(12, 0, SIDE))


def pages_bomb(path: Path, n_pages: int = 1_000_000) -> None:
    page = np.frombuffer(tiff_directory(0, 0, 1), np.uint8)
    pages = np.tile(page, (n_pages, 1))
    following = 12 + len(page) * np.arange(1, n_pages + 1, dtype="<u4")
    pages[:, -4:] = following[:, None].view(np.uint8)
    path.write_bytes(struct.pack("<2sHI", b"II", 42, 12) + b"\0" * 4 + pages.tobytes())


@pytest.fixture
def little_memory() -> object:
    """At most a gigabyte more than what this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


PICTURES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "png": ("a_ms_650.png", png_bomb, "claims 300000 × 300000 pixels, but only 1 to 1073741824"),
    "bmp": ("a_ms_650.bmp", bmp_bomb, "claims 300000 × 300000 pixels, but only 1 to 1073741824"),
    "jpeg": ("a_ms_650.jpg", jpeg_bomb, "claims 65535 × 65535 pixels, but only 1 to 1073741824"),
    "tiff": ("a_ms_650.tif", tiff_bomb, "claims 300000 × 300000 pixels, but only 1 to 1073741824"),
    "pages": ("a_ms_650.tif", pages_bomb, "more than 4096 pages"),
}


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("case", PICTURES)
def test_pictures_that_promise_too_much(run: Callable[..., Ran], tmp_path: Path, case: str) -> None:
    name, write, said = PICTURES[case]
    data = tmp_path / "data"
    write_png(data / "val/rgb_images/a_RGB.png", np.zeros((9, 9, 3), np.uint8))
    (data / "val/ms_masks").mkdir()
    write(data / "val/ms_masks" / name)
    refused(run("graph", "build", data, "--out", tmp_path / "graphs"), name, said)
    refused(run("data", "import", "bands", data / "val/ms_masks", "--out", tmp_path / "new"), name)


def npz_bomb(path: Path) -> None:
    """An array of 2³⁴ zeros in a few megabytes would take long to make: the directory lies."""
    np.savez_compressed(path, cube=np.zeros((100, 100, 3), np.uint16))
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (member,) = archive.infolist()
    told = struct.pack("<I", member.file_size)
    path.write_bytes(content.replace(told, struct.pack("<I", 2**32 - 2)))


def npz_of_zeros(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        header = io.BytesIO()
        shape = (1000, 1000, 60)
        told = {"descr": "<f8", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(header, told)
        with archive.open("cube.npy", "w") as file:
            file.write(header.getvalue())
            for _ in range(60):
                file.write(bytes(8_000_000))


def npy_header(path: Path, shape: tuple[int, ...] = (SIDE, SIDE, 3)) -> None:
    with path.open("wb") as file:
        told = {"descr": "<f8", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, told)
        file.write(bytes(100))


def hdf5_bomb(path: Path) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset("cube", (3, SIDE, SIDE), "f8", chunks=(1, 100, 100))


def mat_bomb(path: Path) -> None:
    scipy.io.savemat(path, {"cube": np.zeros((7, 11, 13))})
    told, claimed = struct.pack("<3i", 7, 11, 13), struct.pack("<3i", SIDE, SIDE, 13)
    content = path.read_bytes()
    assert told in content
    path.write_bytes(content.replace(told, claimed))


def envi_bomb(path: Path) -> None:
    write_envi(path, np.zeros((3, 4, 5), np.uint16), (450, 650, 850), lines=10**12)


CUBES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "npz that lies": ("a.npz", npz_bomb, "claims 42949672"),
    "npz of zeros": ("a.npz", npz_of_zeros, "claims 480000128 bytes"),
    "npy": ("a.npy", npy_header, "damaged, cut short"),
    "mat": ("a.mat", mat_bomb, "claims 1170000000000 numbers"),
    "hdf5": ("a.mat", hdf5_bomb, "claims 270000000000 numbers"),
    "envi": ("a.hdr", envi_bomb, "a.raw has 120 bytes where a.hdr expects"),
}


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("case", CUBES)
def test_cubes_that_promise_too_much(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    name, write, said = CUBES[case]
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", str(50_000_000))
    source = tmp_path / name
    write(source)
    words = () if name.endswith("hdr") else ("-o", "wavelengths=450,650,850")
    refused(run("data", "import", "cube", source, "--out", tmp_path / "new", *words), said)
    assert not (tmp_path / "new").exists()


def test_aliases_do_not_multiply(run: Callable[..., Ran], dataset: Path, tmp_path: Path) -> None:
    """Nine lists of nine of the one before: a billion scene names, were they written out."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for n in range(9):
        lines.append(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]")
    bomb = "\n".join([*lines, "clean: *a9", ""])
    data = tmp_path / "data"
    write_png(data / "val/rgb_images/a_RGB.png", np.zeros((9, 9, 3), np.uint8))
    write_png(data / "val/ms_masks/a_ms_650.png", np.zeros((9, 9), np.uint8))
    (data / "dataset.yaml").write_text(bomb)
    refused(run("graph", "build", data, "--out", tmp_path / "g"), "line 2", "aliases")
    (tmp_path / "c.yaml").write_text(bomb)
    refused(run("--config", tmp_path / "c.yaml", "graph", "build", data), "line 2", "aliases")


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.mkdir", "!!python/name:os.system", "!x"])
def test_tags_build_nothing(run: Callable[..., Ran], tmp_path: Path, tag: str) -> None:
    (tmp_path / "c.yaml").write_text(f"train: {tag} ['{tmp_path / 'evil'}']\n")
    refused(run("--config", tmp_path / "c.yaml", "train", tmp_path), "c.yaml, line 1")
    assert not (tmp_path / "evil").exists()


def test_pickles_given_as_models(run: Callable[..., Ran], dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    evil = tmp_path / "evil"
    torch.save({"settings": Evil(evil)}, folder / MODEL_NAME)
    words = ("--model", folder, "--out", tmp_path / "results")
    refused(run("infer", dataset, *words), "is not a model of artextract")
    assert not evil.exists()


@pytest.mark.parametrize("ending", ["npy", "npz", "mat"])
def test_arrays_of_objects(run: Callable[..., Ran], tmp_path: Path, ending: str) -> None:
    source, evil = tmp_path / f"a.{ending}", tmp_path / "evil"
    objects = np.array([[[Evil(evil)]]], object)
    if ending == "mat":
        np.save(source.with_suffix(".npy"), objects, allow_pickle=True)
        source.write_bytes(source.with_suffix(".npy").read_bytes())
    else:
        (np.save if ending == "npy" else np.savez)(source, objects, allow_pickle=True)
    words = ("--out", tmp_path / "new", "-o", "wavelengths=450")
    refused(run("data", "import", "cube", source, *words), f"a.{ending}")
    assert not evil.exists()


def test_hdf5_reads_no_other_file(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Neither by a link, nor by storage outside, nor by a virtual dataset."""
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["cube"] = np.ones((3, 4, 5))
    with h5py.File(tmp_path / "a.mat", "w", userblock_size=512) as file:
        file["linked"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "cube")
        outside = [(str(tmp_path / "secret.h5"), 0, 480)]
        file.create_dataset("outside", (3, 4, 5), "f8", external=outside)
        layout = h5py.VirtualLayout((3, 4, 5), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "cube", (3, 4, 5))
        file.create_virtual_dataset("virtual", layout)
    words = ("--out", tmp_path / "new", "-o", "wavelengths=450,650,850")
    ran = run("data", "import", "cube", tmp_path / "a.mat", *words)
    refused(ran, "contains 0 three-dimensional arrays")


@pytest.mark.parametrize(
    "name",
    ["..", "../out", "/etc/out", "a/b", "a\\b", "C:x", "a\0b", "CON", "nul.x", "a∕b", "a／b"],
)
def test_scene_names_stay_in_the_dataset(
    run: Callable[..., Ran], tmp_path: Path, name: str
) -> None:
    np.save(tmp_path / "a.npy", np.random.default_rng(0).random((4, 5, 13)))
    words = ("-o", "wavelengths=420:700", "-o", f"name={name}", "--out", tmp_path / "new")
    refused(run("data", "import", "cube", tmp_path / "a.npy", *words), "its name")
    assert {path.name for path in tmp_path.iterdir()} == {"a.npy"}


@pytest.mark.parametrize(
    ("command", "link"),
    [
        ("data import bands {job}/capture", "train"),
        ("data import bands {job}/capture", "train/ms_masks"),
        ("graph build {job}/data", "val"),
        ("infer {job}/data --model {job}/run", "v0"),
    ],
)
def test_nothing_is_written_through_a_link(
    run: Callable[..., Ran], captures: Path, tmp_path: Path, command: str, link: str
) -> None:
    """Nor anything beside it; where the output itself is a link, it is where the user wants it."""
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (out / link).parent.mkdir(parents=True)
    (out / link).symlink_to(elsewhere, target_is_directory=True)
    before = set(tmp_path.rglob("*"))
    ran = run(*command.format(job=captures).split(), "--out", out)
    assert ran.exit_code == 2, ran.stderr
    assert (
        f"{out / link} is a symbolic link, and artextract does not write through links"
        in ran.stderr
    )
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "command",
    [
        "data import bands {job}/capture",
        "graph build {job}/data",
        "data mask {job}/data",
        "infer {job}/data --split val --model {job}/run",
    ],
)
def test_an_output_may_be_a_link(
    run: Callable[..., Ran], captures: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").symlink_to("elsewhere", target_is_directory=True)
    ran = run(*command.format(job=captures).split(), "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.stderr
    assert (tmp_path / "out").is_symlink()
    assert any((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["../secret.png", "{root}/secret.png", "..\\secret.png", "C:x"])
def test_lists_of_files_stay_in_their_folder(
    run: Callable[..., Ran], tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "folder"
    write_png(folder / "a_RGB.png", np.zeros((9, 9, 3), np.uint8))
    write_png(tmp_path / "secret.png", np.zeros((9, 9), np.uint8))
    listed = name.format(root=tmp_path)
    (folder / "bands.yaml").write_text(f"photograph: a_RGB.png\n'{listed}': 950\n")
    refused(run("data", "import", "bands", folder, "--out", tmp_path / "new"), listed, "bands.yaml")


@pytest.mark.parametrize("name", ["../../out", "/out", "..", "a\0b"])
def test_clean_scenes_are_those_of_the_dataset(
    run: Callable[..., Ran], dataset: Path, tmp_path: Path, name: str
) -> None:
    data = tmp_path / "data"
    write_png(data / "val/rgb_images/a_RGB.png", np.zeros((9, 9, 3), np.uint8))
    write_png(data / "val/ms_masks/a_ms_650.png", np.zeros((9, 9), np.uint8))
    (data / "dataset.yaml").write_text(f"clean: [{json.dumps(name)}]\n")
    refused(run("graph", "build", data, "--out", tmp_path / "g"), "clean names scenes that do not")


def test_members_of_an_archive_are_never_files(run: Callable[..., Ran], tmp_path: Path) -> None:
    cube = np.random.default_rng(0).random((4, 5, 13))
    np.savez(tmp_path / "a.npz", **{"../evil": cube, "/evil": np.ones(3)})
    words = ("--out", tmp_path / "new", "-o", "wavelengths=420:700")
    ran = run("data", "import", "cube", tmp_path / "a.npz", *words)
    assert ran.exit_code == 0, ran.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"a.npz", "new"}


@pytest.mark.parametrize("name", ["../../out", "/out"])
def test_scenes_of_results_write_nothing_elsewhere(
    run: Callable[..., Ran], tmp_path: Path, name: str
) -> None:
    """The name in a description is that of its folder."""
    sealed_again(write_result(tmp_path), scene=name)
    before = set(tmp_path.rglob("*"))
    for words in (["report"], ["visualize", "pair"]):
        ran = run(*words, tmp_path / "results", "--out", tmp_path / "out.html", "-q")
        refused(ran, f"holds the results of scene '{name}'")
    assert set(tmp_path.rglob("*")) == before


def test_names_in_a_description_are_text(run: Callable[..., Ran], tmp_path: Path) -> None:
    name = "<script>alert(1)"
    write_result(tmp_path, folder=name, engine="<script>alert(2)</script>")
    out = tmp_path / "report.html"
    assert run("report", tmp_path / "results", "--out", out, "-q").exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    for number in (1, 2):
        assert f"&lt;script&gt;alert({number})" in page


def test_truncated_results_are_refused(run: Callable[..., Ran], tmp_path: Path) -> None:
    result = write_result(tmp_path)
    path = result.path / "heatmap.tif"
    values = tifffile.imread(path)
    values[0, 0] += 1
    tifffile.imwrite(path, values, photometric="minisblack", metadata=None)
    words = ("report", tmp_path / "results", "--out", tmp_path / "report.html")
    refused(run(*words), "heatmap.tif is damaged or was changed")
