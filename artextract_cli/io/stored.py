"""The result of a decoder: an image as stored."""

import struct
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray
from PIL import Image

from artextract_cli.utils.size_limits import check_claim

# Exceptions of the decoding libraries for damaged files; they have no common base class.
DECODING_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
# EXIF uses the tag numbers of TIFF, so that one number serves all formats.
ORIENTATION_TAG = 0x0112


class Stored(NamedTuple):
    """An image as stored in its file."""

    values: NDArray[Any]  # (H, W) or (H, W, C), alpha included; unsigned integers or floats
    bits: int  # of unsigned integers: full scale is 2**bits - 1
    orientation: int  # EXIF code: 1 is upright
    profile: bytes | None = None  # ICC profile; empty if it cannot be unpacked


class Part(NamedTuple):
    """A rectangle of an image as stored in its file, before its orientation is applied."""

    shape: tuple[int, int]  # of the full image
    top: int
    left: int
    stored: Stored


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse an image whose header states more pixels than may be read."""
    check_claim(path, f"{width} × {height} pixels", width * height)


def exif_orientation(exif: Image.Exif) -> int:
    """The orientation stated by EXIF data, 1 (upright) to 8."""
    return int(exif.get(ORIENTATION_TAG, 1))
