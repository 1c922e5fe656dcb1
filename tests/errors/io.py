"""Error messages of artextract_cli.io."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import tifffile
from PIL import Image

from artextract_cli.io import images, tiff
from tests.errors.row import BAND, BUILD, PHOTOGRAPH, Damage, Row, cut, noise, put
from tests.helpers.profiles import ADOBE_RGB, LAB, save
from tests.helpers.raws import write_dng


def cmyk(here: Path) -> None:
    Image.new("CMYK", (48, 40)).save(here / "data/val/rgb_images/v0_RGB.jpg")
    (here / PHOTOGRAPH).unlink()


def as_tiff(*pages: np.ndarray, **options: Any) -> Damage:
    """A TIFF in the place of a band."""

    def write(here: Path) -> None:
        (here / BAND).unlink()
        with tifffile.TiffWriter((here / BAND).with_suffix(".tif")) as tiff:
            for page in pages:
                tiff.write(page, **options)

    return write


def photograph_with(profile: bytes) -> Damage:
    """A TIFF with a colour profile in the place of the photograph."""

    def write(here: Path) -> None:
        (here / PHOTOGRAPH).unlink()
        save((here / PHOTOGRAPH).with_suffix(".tif"), noise((40, 48, 3)), profile)

    return write


def unknown_raw(here: Path) -> None:
    """A file that claims to be raw, in the place of the photograph."""
    (here / PHOTOGRAPH).unlink()
    (here / PHOTOGRAPH).with_suffix(".raf").write_bytes(b"FUJIFILMCCD-RAW" + bytes(2000))


def without_rawpy(path: Path) -> None:
    """Read a raw file while rawpy is not installed."""
    write_dng(path, np.full((64, 96, 3), 0.5))
    with mock.patch.dict(sys.modules, {"rawpy": None}):
        images.decode_picture(path)


ROWS = [
    Row(3, "…/v0_RGB.jpg has CMYK colours; save it as grey or RGB", BUILD, cmyk),
    Row(3, "…/v0_ms_850.tif has 2 pages; save each page as a file of its own", BUILD,
        as_tiff(noise(), noise())),
    Row(3, "…/v0_ms_850.tif has CIELAB colours; save it as grey or RGB", BUILD,
        as_tiff(noise((40, 48, 3)), photometric="cielab")),
    Row(3, "…/v0_ms_850.tif has 6 channels; save each band as a file of its own", BUILD,
        as_tiff(noise((40, 48, 6)), photometric="minisblack", planarconfig="contig")),
    Row(3, "…/v0_ms_850.tif has int16 values; save it as unsigned integers or floats", BUILD,
        as_tiff(noise().astype(np.int16))),
    Row(3, "…/v0_ms_850.tif contains integers of more than 16 bits, but none above …, a tiny "
        "fraction of the 4294967295 that stands for white: divide them by the value that stands "
        "for white, and save them as floats or 16-bit integers", BUILD,
        as_tiff(noise().astype(np.uint32))),
    Row(3, "…/stack.tif has pages of different sizes or depths; save each page as a file of its "
        "own", lambda here: tiff.decode_stack(here / "stack.tif"),
        lambda here: tifffile.imwrite(here / "stack.tif", noise()) or
        tifffile.imwrite(here / "stack.tif", noise((8, 9)), append=True)),
    Row(3, "…/v0_ms_850.png is not a PNG: its content is not PNG, BMP, JPEG or TIFF; save it as "
        "one of these", BUILD, put(BAND, "text")),
    Row(3, "…/v0_ms_850.png is empty (0 bytes): copy or export it again", BUILD, put(BAND, b"")),
    Row(3, "…/v0_RGB.png is not a TIFF: save it as one",
        lambda here: images.read_page(here / PHOTOGRAPH, 0)),
    Row(3, "…/v0_ms_850.png is damaged or cut short: copy or export it again", BUILD, cut(BAND)),
    Row(3, "…/v0_ms_850.tif has 1920 values that are not finite (NaN or infinity), the first at "
        "row 0, column 0; replace them", BUILD, as_tiff(np.full((40, 48), np.nan, np.float32))),
    Row(3, "…/v0_RGB.png has 1920 transparent pixels, whose values are not measurements; remove "
        "its alpha channel and mark what is not painting in object/<scene>_mask.png", BUILD,
        put(PHOTOGRAPH, noise((40, 48, 4)) // 2)),
    Row(4, "…/v0_RGB.dng is a raw file, and reading it needs rawpy, which is not installed: pip "
        "install 'artextract[raw]'", lambda here: without_rawpy(here / "v0_RGB.dng")),
    Row(3, "…/v0_RGB.raf is a raw file of a kind that LibRaw does not know: convert it to DNG, or "
        "develop it to a TIFF of 16 bit", BUILD, unknown_raw),
    Row(3, "…/v0_RGB.tif has a damaged colour profile: export it again without one, or state its "
        "coding in dataset.yaml or by --coding, which then counts instead", BUILD,
        photograph_with(ADOBE_RGB[:300])),
    Row(3, "…/v0_RGB.tif has a colour profile for another kind of image: export it again without "
        "one, or state its coding in dataset.yaml or by --coding, which then counts instead", BUILD,
        photograph_with(LAB)),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "e2e/test_hostile_input.py::test_pictures_that_promise_too_much": (
        "… has more than … pages; save them as several files",
    ),
}

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/io/image.py:finite": "where values are not finite: io/test_images.py",
    "artextract_cli/io/images.py:read_counts": "where values are not 0 to 1: io/test_images.py",
}
