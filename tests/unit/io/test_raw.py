"""Raw files are written by tifffile as DNG, and read by LibRaw."""

import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli import import_dataset, open_dataset, read_scene
from artextract_cli.errors import DependencyError, InputError
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.io.codings import band_coding, photograph_coding
from artextract_cli.io.images import decode_picture, n_bits, n_pixels, read_counts
from artextract_cli.io.metadata import read_metadata
from artextract_cli.io.raw import decode_raw, is_raw, raw_pixels
from artextract_cli.preprocessing.register_dataset import register_dataset
from artextract_cli.scenes.layout import list_pictures
from tests.helpers.datasets import write_png
from tests.helpers.raws import write_dng

pytest.importorskip("rawpy")

LINEAR = np.full((64, 96, 3), (0.2, 0.3, 0.4))
LINEAR[:, 48:] = 0.5, 0.4, 0.1
STEP = 1 / 3900
"""A count of the sensor."""


def has_raw_content(path: Path) -> bool:
    with path.open("rb") as file:
        return is_raw(file)


def test_linear_light_by_the_white_balance_of_the_camera(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "a.dng", LINEAR)
    picture = decode_picture(path)
    assert (picture.values.dtype, picture.depth, picture.profile) == (np.uint16, "uint16", None)
    inner = np.s_[4:-4, [10, 20, 70, 80]]
    np.testing.assert_allclose(picture.scaled()[inner], LINEAR[inner], atol=2 * STEP)
    srgb = picture.srgb(photograph_coding(path))
    np.testing.assert_allclose(srgb[inner], coded_rgb(LINEAR)[inner], atol=0.001)
    assert (n_pixels(path), n_bits(path), raw_pixels(path)) == (64 * 96, 16, 64 * 96)
    assert photograph_coding(path) == band_coding(path) == "linear"


def test_nothing_is_brightened(tmp_path: Path) -> None:
    dark = decode_raw(write_dng(tmp_path / "a.dng", LINEAR / 10)).values
    assert dark[10, 10] / 65535 == pytest.approx(LINEAR[10, 10] / 10, abs=2 * STEP)


def test_upright(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "a.dng", LINEAR, orientation=6)
    assert decode_picture(path).values.shape == (96, 64, 3)


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "a.tif", LINEAR)
    assert has_raw_content(path)
    assert read_counts(path).shape == (64, 96, 3)
    tifffile.imwrite(tmp_path / "b.dng", np.zeros((8, 8), np.uint8))
    assert not has_raw_content(tmp_path / "b.dng")


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_preview_before_the_sensor_values(tmp_path: Path, order: str) -> None:
    # As in NEF: the first directory is a small RGB image, and the second one, below, the sensor.
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    entries = [
        (262, 3, 1, struct.pack(f"{order}HH", 2, 0)),
        (330, 4, 1, struct.pack(f"{order}I", 38)),
    ]
    first = struct.pack(f"{order}H", 2)
    first += b"".join(struct.pack(f"{order}HHI", *e[:3]) + e[3] for e in entries) + bytes(4)
    below = struct.pack(f"{order}H", 1) + struct.pack(f"{order}HHIHH", 262, 3, 1, 32803, 0)
    (tmp_path / "a.nef").write_bytes(head + first + below + bytes(4))
    assert has_raw_content(tmp_path / "a.nef")


@pytest.mark.parametrize("cut", [0, 4, 8, 9, 12, 20])
def test_what_is_cut_short_is_left_to_others(tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0\x08\0\0\0\xff\xff\x4a\x01\x04\0\xff\xff\xff\xff"[:cut])
    assert not has_raw_content(tmp_path / "a.tif")


def test_a_raw_file_that_libraw_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "a.raf").write_bytes(b"FUJIFILMCCD-RAW" + bytes(2000))
    with pytest.raises(InputError, match=r"a\.raf is (a raw file of a kind|damaged)"):
        decode_picture(tmp_path / "a.raf")


def test_a_raw_file_that_is_cut_short(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "a.dng", LINEAR)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"a\.dng is damaged"):
        decode_picture(path)


def test_without_rawpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_dng(tmp_path / "a.dng", LINEAR)
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(DependencyError, match=r"artextract\[raw\]"):
        decode_picture(path)


def test_metadata(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "a.dng", LINEAR)
    assert read_metadata(path).fields == {"camera": "Toy 1"}


def test_a_raw_photograph_is_imported_as_srgb(tmp_path: Path) -> None:
    folder = tmp_path / "lady"
    folder.mkdir()
    write_dng(folder / "photo.dng", LINEAR)
    write_png(folder / "950.png", np.uint16(LINEAR[..., 0] * 65535))
    import_dataset("bands", folder, tmp_path / "data")
    (files,) = open_dataset(tmp_path / "data").scenes
    assert photograph_coding(files.rgb) == "srgb"
    rgb = read_scene(files).rgb[4:-4, [10, 80]]
    np.testing.assert_allclose(rgb, coded_rgb(LINEAR)[4:-4, [10, 80]], atol=0.001)


def test_registration_keeps_raw_linear(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    image = rng.uniform(0.1, 0.9, (24, 24, 3)).repeat(8, 0).repeat(8, 1)
    image[..., 1:] = image[..., :1]
    data = tmp_path / "data"
    (data / "val/rgb_images").mkdir(parents=True)
    write_dng(data / "val/rgb_images/a_RGB.dng", image)
    write_png(data / "val/ms_masks/a_ms_950.png", np.uint16(image[..., 0] * 65535))
    before = read_scene(open_dataset(data).scenes[0]).rgb
    (row,) = register_dataset(data, tmp_path / "out", model="shift")
    after = read_scene(open_dataset(tmp_path / "out").scenes[0]).rgb
    width, height = row.size
    cropped = before[row.top : row.top + height, row.left : row.left + width]
    np.testing.assert_allclose(after, cropped, atol=0.003)


def test_the_development_beside_a_raw_file_is_used(tmp_path: Path) -> None:
    write_dng(tmp_path / "a.dng", LINEAR)
    write_dng(tmp_path / "b.dng", LINEAR)
    write_png(tmp_path / "a.png", np.zeros((8, 8), np.uint8))
    assert [path.name for path in list_pictures(tmp_path)] == ["a.png", "b.dng"]
