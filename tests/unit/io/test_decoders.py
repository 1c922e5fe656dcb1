"""Decoding PNG, BMP, JPEG and TIFF, intact and damaged."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from artextract_cli.errors import InputError
from artextract_cli.io.images import (
    decode_picture,
    n_pixels,
)
from tests.helpers.cut_files import cut_short
from tests.helpers.image_files import FLOAT, GREY8, GREY16, RGB8, RGB16, SHAPE, png, refused


@pytest.mark.parametrize(
    ("kind", "depth"), [("PNG", "uint8"), ("BMP", "uint8"), ("TIFF", "uint16")]
)
def test_palettes_become_rgb(tmp_path: Path, kind: str, depth: str) -> None:
    image = Image.fromarray(RGB8).quantize(7)
    image.save(tmp_path / "p", kind)
    picture = decode_picture(tmp_path / "p")
    expected = np.asarray(image.convert("RGB")) / 255
    np.testing.assert_allclose(picture.scaled(), expected, atol=1 / 255)
    assert picture.depth == depth


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_one_bit(tmp_path: Path, kind: str) -> None:
    image = Image.fromarray(GREY8 > 100)
    image.save(tmp_path / "b", kind)
    np.testing.assert_array_equal(decode_picture(tmp_path / "b").grey(), GREY8 > 100)


@pytest.mark.parametrize("values", [GREY8, RGB8], ids=["grey", "rgb"])
def test_jpeg(tmp_path: Path, values: np.ndarray) -> None:
    Image.fromarray(values).save(tmp_path / "a.jpg", quality=95)
    expected = np.atleast_3d(np.asarray(Image.open(tmp_path / "a.jpg")))
    np.testing.assert_array_equal(decode_picture(tmp_path / "a.jpg").values, expected)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_orientation_is_honoured(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"tiffinfo": {274: orientation}} if kind == "TIFF" else {"exif": exif}
    Image.fromarray(RGB8).save(tmp_path / "o", kind, **options)
    with Image.open(tmp_path / "o") as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(decode_picture(tmp_path / "o").values, expected)


def test_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("not a picture")
    refused(tmp_path / "a.png", "is not a PNG")
    (tmp_path / "b.tif").write_bytes(b"")
    refused(tmp_path / "b.tif", r"b\.tif is empty \(0 bytes\): copy or export it again")
    refused(tmp_path / "none.png", "No such file")
    refused(tmp_path, "Is a directory")


ENCODED: dict[str, Callable[[Path], None]] = {
    "png": lambda path: png(path, RGB16),
    "jpeg": lambda path: Image.fromarray(RGB8).save(path, "JPEG"),
    "bmp": lambda path: Image.fromarray(RGB8).save(path, "BMP"),
    "tiff": lambda path: tifffile.imwrite(path, GREY16),
    "tiff strips": lambda path: tifffile.imwrite(path, GREY16, rowsperstrip=3),
    "tiff tiles": lambda path: tifffile.imwrite(path, GREY16, tile=(16, 16), compression="zlib"),
    "tiff float": lambda path: tifffile.imwrite(path, FLOAT, compression="zlib", predictor=True),
    "tiff jpeg": lambda path: tifffile.imwrite(path, RGB8, compression="jpeg", rowsperstrip=8),
}


@pytest.mark.parametrize("case", ENCODED)
def test_files_cut_short(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.tif"
    ENCODED[case](path)
    for _ in cut_short(path, 200):
        refused(path, r"a.tif is (damaged or cut short: copy or export it again|not a TIF: .*)$")


def test_damage_never_ends_in_another_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", str(10**6))
    rng = np.random.default_rng(0)
    for case, encode in ENCODED.items():
        encode(tmp_path / case)
        content = np.frombuffer((tmp_path / case).read_bytes(), np.uint8)
        for _ in range(60):
            damaged = content.copy()
            places = rng.integers(8, min(len(content), 300), 3)
            damaged[places] = rng.integers(0, 256, 3)
            (tmp_path / case).write_bytes(damaged.tobytes())
            try:
                decode_picture(tmp_path / case)
            except InputError:
                continue


def test_size_is_limited_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", "220")
    for case, encode in ENCODED.items():
        encode(tmp_path / case)
        with pytest.raises(InputError, match="claims 17 × 13 pixels, but only 1 to 220 pixels"):
            decode_picture(tmp_path / case)
        with pytest.raises(InputError, match="claims 17 × 13 pixels, but only 1 to 220 pixels"):
            n_pixels(tmp_path / case)


def test_a_huge_header_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(GREY8).save(buffer, "PNG")
    content = bytearray(buffer.getvalue())
    content[16:24] = struct.pack(">II", 2**20, 2**20)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    (tmp_path / "bomb.png").write_bytes(content)
    refused(tmp_path / "bomb.png", "claims 1048576 × 1048576 pixels")


def test_a_checksum_of_any_png_chunk_is_compared(tmp_path: Path) -> None:
    """Also of those that libpng overlooks: here the orientation would be lost."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY8).save(tmp_path / "a.png", exif=exif)
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[content.index(b"eXIf") + 4] ^= 1
    (tmp_path / "a.png").write_bytes(content)
    refused(tmp_path / "a.png", "is damaged or cut short")


def test_damaged_exif_does_no_harm(tmp_path: Path) -> None:
    Image.fromarray(GREY8).save(tmp_path / "e.jpg", quality=95, exif=b"Exif\0\0II*\0\x08\0\0\0\x09")
    assert decode_picture(tmp_path / "e.jpg").values.shape == (*SHAPE, 1)
