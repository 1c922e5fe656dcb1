"""Pictures of every kind are written by other libraries than those that read them, where one can.

The 16-bit value 12345 must come back as 12345 / 65535.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from artextract_cli.errors import InputError
from artextract_cli.io.image import as_band, as_photograph, is_coloured
from artextract_cli.io.images import (
    decode_picture,
    n_pixels,
    picture_parts,
    read_counts,
    read_page,
    read_pages,
)
from artextract_cli.utils.checksums import file_digest
from tests.helpers.cut_files import cut_short

SHAPE = (13, 17)
GREY8 = (np.arange(221).reshape(SHAPE) + 20).astype(np.uint8)
GREY16 = (np.arange(221).reshape(SHAPE) * 56 + 12345).astype(np.uint16)
RGB8 = np.dstack([GREY8, GREY8[::-1], 255 - GREY8])
RGB16 = np.dstack([GREY16, GREY16[::-1], 65535 - GREY16])
GREY32 = GREY16.astype(np.uint32) * 65537
FLOAT = (GREY16 / 40000).astype(np.float32)


def opaque(values: np.ndarray) -> np.ndarray:
    full = np.full(SHAPE, np.iinfo(values.dtype).max, values.dtype)
    return np.dstack([values, full])


def by_pillow(kind: str, **options: Any) -> Callable[[Path, np.ndarray], None]:
    return lambda path, values: Image.fromarray(values).save(path, kind, **options)


def by_tifffile(**options: Any) -> Callable[[Path, np.ndarray], None]:
    return lambda path, values: tifffile.imwrite(path, values, **options)


def png(path: Path, values: np.ndarray) -> None:
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))


LOSSLESS: dict[str, tuple[Callable[[Path, np.ndarray], None], np.ndarray, np.ndarray]] = {
    "png grey 8": (by_pillow("PNG"), GREY8, GREY8),
    "png grey 16": (by_pillow("PNG"), GREY16, GREY16),
    "png rgb 8": (by_pillow("PNG"), RGB8, RGB8),
    "png rgb 16": (png, RGB16, RGB16),
    "png rgba 8": (by_pillow("PNG"), opaque(RGB8), RGB8),
    "png rgba 16": (png, opaque(RGB16), RGB16),
    "png grey alpha 8": (png, opaque(GREY8), GREY8),
    "png grey alpha 16": (png, opaque(GREY16), GREY16),
    "bmp grey": (by_pillow("BMP"), GREY8, GREY8),
    "bmp rgb": (by_pillow("BMP"), RGB8, RGB8),
    "bmp rgba": (by_pillow("BMP"), opaque(RGB8), RGB8),
    "tiff grey 8": (by_pillow("TIFF"), GREY8, GREY8),
    "tiff grey 16": (by_tifffile(), GREY16, GREY16),
    "tiff grey 16 by pillow": (by_pillow("TIFF"), GREY16, GREY16),
    "tiff rgb 8": (by_pillow("TIFF"), RGB8, RGB8),
    "tiff rgb 16": (by_tifffile(photometric="rgb"), RGB16, RGB16),
    "tiff rgba 16": (by_tifffile(photometric="rgb"), opaque(RGB16), RGB16),
    "tiff tiled": (by_tifffile(photometric="rgb", tile=(16, 16)), RGB16, RGB16),
    "tiff deflate": (by_tifffile(compression="zlib", predictor=True), GREY16, GREY16),
    "tiff lzw strips": (by_tifffile(compression="lzw", rowsperstrip=4), GREY16, GREY16),
    "tiff big endian": (by_tifffile(byteorder=">"), GREY16, GREY16),
    "bigtiff": (by_tifffile(bigtiff=True), GREY16, GREY16),
    "tiff white is zero": (by_tifffile(photometric="miniswhite"), GREY16, 65535 - GREY16),
    "tiff 32 bit": (by_tifffile(), GREY32, GREY32),
}


def assembled(path: Path) -> tuple[int, np.ndarray]:
    """A picture put together from its parts, of which each pixel comes once; and how many parts."""
    parts = list(picture_parts(path))
    shape, _, first = parts[0]
    made, seen = np.zeros((*shape, first.values.shape[2])), np.zeros(shape, int)
    for _, block, part in parts:
        assert part.values.shape[:2] == block.shape
        made[block.place] = part.values
        seen[block.place] += 1
    assert (seen == 1).all()
    return len(parts), made


@pytest.mark.parametrize("case", LOSSLESS)
def test_parts_make_the_whole(tmp_path: Path, case: str) -> None:
    write, values, expected = LOSSLESS[case]
    write(tmp_path / "a.png", values)
    n, made = assembled(tmp_path / "a.png")
    np.testing.assert_array_equal(made, np.atleast_3d(expected))
    assert n == {"tiff tiled": 2, "tiff lzw strips": 4}.get(case, 1)
    assert n_pixels(tmp_path / "a.png") == 13 * 17


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("options", [{"tile": (16, 16)}, {"rowsperstrip": 5}])
def test_parts_are_put_upright(tmp_path: Path, orientation: int, options: dict[str, Any]) -> None:
    values = np.arange(40 * 53 * 3, dtype=np.uint16).reshape(40, 53, 3)
    tags = [(274, "H", 1, orientation, True)]
    path = tmp_path / "o.tif"
    tifffile.imwrite(path, values, photometric="rgb", extratags=tags, metadata=None, **options)
    n, made = assembled(path)
    np.testing.assert_array_equal(made, decode_picture(path).values)
    assert n > 7


@pytest.mark.parametrize("case", ["planes", "palette", "one bit"])
def test_parts_of_rarer_kinds(tmp_path: Path, case: str) -> None:
    path = tmp_path / "r.tif"
    if case == "planes":
        planes = np.ascontiguousarray(np.moveaxis(RGB16, 2, 0))
        options: dict[str, Any] = {"planarconfig": "separate", "rowsperstrip": 4}
        tifffile.imwrite(path, planes, photometric="rgb", **options)
    elif case == "palette":
        Image.fromarray(RGB8).quantize(7).save(path, "TIFF")
    else:
        Image.fromarray(GREY8 > 100).save(path, "TIFF")
    np.testing.assert_array_equal(assembled(path)[1], decode_picture(path).values)


def test_damage_is_found_in_parts_too(tmp_path: Path) -> None:
    path = tmp_path / "d.tif"
    tifffile.imwrite(path, GREY16, rowsperstrip=4)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged or cut short"):
        list(picture_parts(path))
    tifffile.imwrite(path, np.where(GREY16 == 12345, np.nan, FLOAT), rowsperstrip=4)
    with pytest.raises(InputError, match="not finite"):
        list(picture_parts(path))


@pytest.mark.parametrize("case", LOSSLESS)
def test_values_come_back_at_full_depth(tmp_path: Path, case: str) -> None:
    write, values, expected = LOSSLESS[case]
    write(tmp_path / "a.png", values)
    picture = decode_picture(tmp_path / "a.png")
    expected = np.atleast_3d(expected)
    np.testing.assert_array_equal(picture.values, expected)
    assert picture.depth == expected.dtype.name
    scaled = picture.scaled()
    assert scaled.dtype == np.float32
    full_scale = np.iinfo(expected.dtype).max
    np.testing.assert_array_equal(scaled, (expected / full_scale).astype(np.float32))


@pytest.mark.parametrize("case", ["png grey 16", "png rgb 16", "tiff rgb 16", "tiff tiled"])
def test_the_value_12345(tmp_path: Path, case: str) -> None:
    write, values, _ = LOSSLESS[case]
    write(tmp_path / "a", values)
    assert decode_picture(tmp_path / "a").scaled()[0, 0, 0] == np.float32(12345 / 65535)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_kept(tmp_path: Path, dtype: type) -> None:
    tifffile.imwrite(tmp_path / "f.tif", FLOAT.astype(dtype))
    picture = decode_picture(tmp_path / "f.tif")
    np.testing.assert_array_equal(picture.scaled()[..., 0], FLOAT.astype(dtype).astype(np.float32))
    assert picture.depth == np.dtype(dtype).name


def test_planes_are_channels(tmp_path: Path) -> None:
    planes = np.ascontiguousarray(np.moveaxis(RGB16, 2, 0))
    tifffile.imwrite(tmp_path / "p.tif", planes, photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(decode_picture(tmp_path / "p.tif").values, RGB16)


def test_twelve_packed_bits(tmp_path: Path) -> None:
    """Two pixels in three bytes: 0xABC and 0x123 of 0xFFF."""
    tags = [(256, 2), (257, 1), (258, 12), (259, 1), (262, 1), (273, 8), (277, 1), (279, 3)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    data = bytes([0xAB, 0xC1, 0x23, 0])
    ifd = struct.pack("<H", len(tags)) + entries + bytes(4)
    (tmp_path / "t.tif").write_bytes(b"II*\0" + struct.pack("<I", 12) + data + ifd)
    picture = decode_picture(tmp_path / "t.tif")
    assert picture.depth == "uint12"
    expected = np.array([[0xABC / 0xFFF, 0x123 / 0xFFF]], np.float32)
    np.testing.assert_array_equal(picture.scaled()[..., 0], expected)


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


def test_grey_saved_as_rgb_is_exact(tmp_path: Path) -> None:
    png(tmp_path / "g.png", np.dstack([GREY16] * 3))
    picture = decode_picture(tmp_path / "g.png")
    assert not picture.is_coloured()
    np.testing.assert_array_equal(picture.grey(), (GREY16 / 65535).astype(np.float32))


def test_colours_become_their_mean(tmp_path: Path) -> None:
    png(tmp_path / "c.png", RGB16)
    picture = decode_picture(tmp_path / "c.png")
    assert picture.is_coloured()
    np.testing.assert_allclose(picture.grey(), (RGB16 / 65535).mean(axis=2), atol=1e-6)


def refused(path: Path, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        decode_picture(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("not a picture")
    refused(tmp_path / "a.png", "is not a PNG")
    (tmp_path / "b.tif").write_bytes(b"")
    refused(tmp_path / "b.tif", "is not a TIF")
    refused(tmp_path / "none.png", "No such file")
    refused(tmp_path, "Is a directory")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    refused(tmp_path / "a.png", "cannot read .*a.png: Permission denied")


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


def test_pages(tmp_path: Path) -> None:
    pages = np.stack([FLOAT, FLOAT * 2, FLOAT * 3])
    pages[1, 2, 3] = np.nan
    path = tmp_path / "m.tif"
    tifffile.imwrite(path, pages, photometric="minisblack", metadata=None)
    refused(path, "has 3 pages; save each page as a file of its own")
    np.testing.assert_array_equal(read_pages(path), np.moveaxis(pages, 0, 2))
    np.testing.assert_array_equal(read_page(path, 1), pages[1])
    with pytest.raises(InputError, match="is damaged or cut short"):
        read_page(path, 3)
    tifffile.imwrite(path, GREY16)
    np.testing.assert_array_equal(read_pages(path)[..., 0], GREY16)
    png(tmp_path / "a.png", GREY16)
    with pytest.raises(InputError, match="is not a TIFF"):
        read_pages(tmp_path / "a.png")


def test_a_missing_last_page_is_noticed(tmp_path: Path) -> None:
    """tifffile returns the pages before the cut without an error."""
    path = tmp_path / "m.tif"
    tifffile.imwrite(path, np.stack([GREY16] * 2), photometric="minisblack", metadata=None)
    with tifffile.TiffFile(path) as tiff:
        end_of_first = tiff.pages[0].dataoffsets[0] + GREY16.nbytes
    path.write_bytes(path.read_bytes()[: end_of_first + 40])
    with tifffile.TiffFile(path) as tiff:
        assert len(tiff.pages) == 1
    refused(path, "is damaged or cut short")
    with pytest.raises(InputError, match="is damaged or cut short"):
        read_pages(path)
    with pytest.raises(InputError, match="is damaged or cut short"):
        read_page(path, 0)


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        (GREY8, {}, GREY8[..., None]),
        (RGB16, {"photometric": "rgb"}, RGB16),
        (GREY16, {"byteorder": ">"}, GREY16[..., None]),
        (FLOAT, {}, FLOAT[..., None]),
        (opaque(RGB8), {"photometric": "rgb", "extrasamples": ["unassalpha"]}, RGB8),
        (GREY32, {}, (GREY16 / np.float32(65535))[..., None]),
    ],
)
@pytest.mark.parametrize("stacked", [False, True])
def test_counts_are_8_bit_16_bit_or_floats(
    tmp_path: Path, values: np.ndarray, options: dict[str, Any], expected: np.ndarray, stacked: bool
) -> None:
    tifffile.imwrite(tmp_path / "m.tif", values, **options)
    counts = read_counts(tmp_path / "m.tif", stacked=stacked)
    assert counts.dtype == expected.dtype
    assert counts.dtype.isnative
    np.testing.assert_allclose(counts, expected, rtol=1e-6 if counts.dtype.kind == "f" else 0)


def test_counts_of_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = np.stack([GREY16, GREY16[::-1], GREY16[:, ::-1], GREY16, GREY16])
    expected = np.moveaxis(pages, 0, 2)
    path = tmp_path / "m.tif"
    for options in ({}, {"planarconfig": "separate"}, {"extratags": [(274, 3, 1, 3, True)]}):
        tifffile.imwrite(path, pages, photometric="minisblack", metadata=None, **options)
        turned = expected[::-1, ::-1] if "extratags" in options else expected
        np.testing.assert_array_equal(read_counts(path, stacked=True), turned)
        with pytest.raises(InputError, match=r"has 5 (pages|channels)"):
            read_counts(path)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InputError, match="is damaged or cut short"):
        read_counts(path, stacked=True)
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", "9")
    with pytest.raises(InputError, match="from 1 to 9 pixels are read"):
        read_counts(path, stacked=True)


def test_stacks_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "m.tif"
    for second in (GREY8, GREY16[:5]):
        with tifffile.TiffWriter(path) as tiff:
            tiff.write(GREY16)
            tiff.write(second)
        with pytest.raises(InputError, match="pages of different sizes or depths"):
            read_counts(path, stacked=True)
    tifffile.imwrite(path, np.stack([GREY16.astype(np.int16)] * 2), photometric="minisblack")
    with pytest.raises(InputError, match="holds int16 values"):
        read_counts(path, stacked=True)


def test_grey_and_colours_as_band_and_photograph() -> None:
    grey_as_rgb = np.dstack([GREY16] * 3)
    np.testing.assert_array_equal(as_band(GREY16[..., None]), GREY16)
    np.testing.assert_array_equal(as_band(grey_as_rgb), GREY16)
    np.testing.assert_array_equal(as_photograph(GREY16[..., None]), grey_as_rgb)
    np.testing.assert_array_equal(as_photograph(RGB8), RGB8)
    assert (is_coloured(RGB8), is_coloured(grey_as_rgb)) == (True, False)
    for colours, full_scale in (
        (RGB8, 255),
        (RGB16, 65535),
        (np.dstack([FLOAT, FLOAT, FLOAT / 2]), 1),
    ):
        np.testing.assert_allclose(as_band(colours), colours.mean(axis=2) / full_scale, rtol=1e-6)
    white = np.full((2, 2, 3), 65535, np.uint16)
    white[0, 0, 0] = 65534
    assert as_band(white).max() <= 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted(tmp_path: Path, bad: float) -> None:
    values = FLOAT.copy()
    values[3, 4:7] = bad
    tifffile.imwrite(tmp_path / "n.tif", values)
    refused(tmp_path / "n.tif", "has 3 values that are not finite .* at row 3, column 4; replace")


def test_what_float32_cannot_hold(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "h.tif", np.full(SHAPE, 1e300))
    refused(tmp_path / "h.tif", "has 221 values that are not finite")


@pytest.mark.parametrize("orientation", [1, 6])
def test_where_a_value_is_not_finite_is_told_of_the_upright_picture(
    tmp_path: Path, orientation: int
) -> None:
    values = np.zeros((40, 53), np.float32)
    values[33, 20] = np.nan
    tags = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(tmp_path / "o.tif", values, tile=(16, 16), extratags=tags, metadata=None)
    place = {1: "row 33, column 20", 6: "row 20, column 6"}[orientation]
    refused(tmp_path / "o.tif", f"has 1 values that are not finite .* at {place}; replace them")
    with pytest.raises(InputError, match=f"at {place}; replace them"):
        list(picture_parts(tmp_path / "o.tif"))


def test_floats_of_another_scale_are_no_counts(tmp_path: Path) -> None:
    values = np.full(SHAPE, 0.5, np.float32)
    values[3, 4], values[5, 6] = 4095, -2
    tifffile.imwrite(tmp_path / "s.tif", values)
    said = r"s.tif has 2 values outside 0 to 1 \(from -2 to 4095\), the first at row 3, column 4; "
    said += "set those below 0, which no light gives, to 0, and divide all by the one that means"
    for stacked in (False, True):
        with pytest.raises(InputError, match=said):
            read_counts(tmp_path / "s.tif", stacked=stacked)
    counts = read_counts(tmp_path / "s.tif", stacked=True, any_scale=True)
    np.testing.assert_array_equal(counts[..., 0], values)
    for value, todo in (
        (-0.2, "set those below 0, which no light gives, to 0$"),
        (2, "divide all"),
    ):
        tifffile.imwrite(tmp_path / "s.tif", np.where(values == 0.5, values, value))
        with pytest.raises(InputError, match=f"row 3, column 4; {todo}"):
            read_counts(tmp_path / "s.tif")


@pytest.mark.parametrize("alpha", [False, True])
def test_counts_of_16_bit_saved_as_32_are_refused(tmp_path: Path, alpha: bool) -> None:
    values = np.dstack([GREY16.astype(np.uint32)] * 3)
    options: dict[str, Any] = {"photometric": "rgb", "rowsperstrip": 4}
    options |= {"extrasamples": ["unassalpha"]} if alpha else {}
    path = tmp_path / "w.tif"
    for largest, is_told in ((2**24 - 1, True), (2**24, False)):
        values[-1, -1] = largest
        tifffile.imwrite(path, opaque(values) if alpha else values, **options)
        for read in (
            decode_picture,
            lambda path: list(picture_parts(path)),
            read_counts,
            lambda path: read_counts(path, stacked=True, any_scale=True),
        ):
            with (
                pytest.raises(InputError, match="but none above 16777215, which is next to nothing")
                if is_told
                else nullcontext()
            ):
                read(path)
    tifffile.imwrite(path, np.stack([values[..., 0] // 2] * 2), photometric="minisblack")
    with pytest.raises(InputError, match="numbers of more than 16 bit, but none above 8388608"):
        read_counts(path, stacked=True)


def test_transparent_pixels_are_refused(tmp_path: Path) -> None:
    values = opaque(RGB16)
    values[0, :5, 3] = 65534
    png(tmp_path / "t.png", values)
    refused(tmp_path / "t.png", "has 5 transparent pixels")
    tifffile.imwrite(tmp_path / "t.tif", values, photometric="rgb")
    refused(tmp_path / "t.tif", "has 5 transparent pixels")


def test_other_colours_are_refused(tmp_path: Path) -> None:
    Image.fromarray(RGB8).convert("CMYK").save(tmp_path / "c.jpg")
    refused(tmp_path / "c.jpg", "holds CMYK colours")
    tifffile.imwrite(tmp_path / "c.tif", opaque(RGB8), photometric="separated")
    refused(tmp_path / "c.tif", "holds SEPARATED colours")
    tifffile.imwrite(tmp_path / "i.tif", GREY16.astype(np.int16))
    refused(tmp_path / "i.tif", "holds int16 values")
    cube = np.dstack([GREY16] * 7)
    tifffile.imwrite(tmp_path / "s.tif", cube, photometric="minisblack", planarconfig="contig")
    refused(tmp_path / "s.tif", "has 7 channels; save each band as a file")


def test_size_is_limited_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", "220")
    for case, encode in ENCODED.items():
        encode(tmp_path / case)
        with pytest.raises(InputError, match="claims 17 × 13 pixels; from 1 to 220 pixels"):
            decode_picture(tmp_path / case)
        with pytest.raises(InputError, match="claims 17 × 13 pixels; from 1 to 220 pixels"):
            n_pixels(tmp_path / case)


def test_a_huge_header_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(GREY8).save(buffer, "PNG")
    content = bytearray(buffer.getvalue())
    content[16:24] = struct.pack(">II", 2**20, 2**20)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    (tmp_path / "bomb.png").write_bytes(content)
    refused(tmp_path / "bomb.png", "claims 1048576 × 1048576 pixels")


def test_a_width_that_is_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY8, bigtiff=True, metadata=None)
    content = bytearray(path.read_bytes()) + b"\1" * 10_000
    with tifffile.TiffFile(path) as tiff:
        tags = tiff.pages.first.tags
        at_width, at_height = tags["ImageWidth"].offset, tags["ImageLength"].offset
    struct.pack_into("<HQ", content, at_width + 2, 4, 1000)  # type and count
    struct.pack_into("<HQQ", content, at_height + 2, 16, 1, 2**60)
    path.write_bytes(content)
    refused(path, "is damaged or cut short")


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


def test_digest(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc" * 10**6)
    assert file_digest(tmp_path / "a") == hashlib.sha256(b"abc" * 10**6).hexdigest()
    with pytest.raises(InputError, match="No such file"):
        file_digest(tmp_path / "none")
