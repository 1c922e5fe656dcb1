"""Pages, planes and stacks of TIFF files."""

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.errors import InputError
from artextract_cli.io.images import (
    decode_picture,
    read_counts,
    read_page,
    read_pages,
)
from tests.helpers.image_files import FLOAT, GREY8, GREY16, RGB8, RGB16, opaque, png, refused


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
    with pytest.raises(InputError, match="only 1 to 9 pixels are allowed"):
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
    with pytest.raises(InputError, match="has int16 values"):
        read_counts(path, stacked=True)


def test_other_colours_are_refused(tmp_path: Path) -> None:
    Image.fromarray(RGB8).convert("CMYK").save(tmp_path / "c.jpg")
    refused(tmp_path / "c.jpg", "has CMYK colours")
    tifffile.imwrite(tmp_path / "c.tif", opaque(RGB8), photometric="separated")
    refused(tmp_path / "c.tif", "has SEPARATED colours")
    tifffile.imwrite(tmp_path / "i.tif", GREY16.astype(np.int16))
    refused(tmp_path / "i.tif", "has int16 values")
    cube = np.dstack([GREY16] * 7)
    tifffile.imwrite(tmp_path / "s.tif", cube, photometric="minisblack", planarconfig="contig")
    refused(tmp_path / "s.tif", "has 7 channels; save each band as a file")


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


def test_some_pages_of_any_size_are_a_stack(tmp_path: Path) -> None:
    path = tmp_path / "s.tif"
    with tifffile.TiffWriter(path) as file:
        for level in range(4):
            size = (3, 4) if level else (9, 9)
            file.write(np.full(size, level, np.uint8), photometric="minisblack")
    counts = read_counts(path, pages=[3, 1])
    assert counts.shape == (3, 4, 2)
    assert counts[0, 0].tolist() == [3, 1]
    with pytest.raises(InputError, match="pages of different sizes"):
        read_counts(path, stacked=True)
