"""What a decoder returns: an image as it is stored."""

import struct
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray
from PIL import Image

from artextract_cli.utils.size_limits import check_claim

# What the decoding libraries raise on damaged files; they have no common base.
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
ORIENTATION_TAG = 0x0112


class Stored(NamedTuple):
    """A picture as its file holds it."""

    values: NDArray[Any]  # (H, W) or (H, W, C), alpha included; unsigned integers or floats
    bits: int  # of unsigned integers: full scale is 2**bits - 1
    orientation: int  # as EXIF counts it: 1 is upright


class Part(NamedTuple):
    """A rectangle of a picture as its file holds it, whatever the orientation."""

    shape: tuple[int, int]  # of the whole picture
    top: int
    left: int
    stored: Stored


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse an image that claims more pixels than may be read."""
    check_claim(path, f"{width} × {height} pixels", width * height)


def exif_orientation(exif: Image.Exif) -> int:
    """The orientation that EXIF states, 1 (upright) to 8."""
    return int(exif.get(ORIENTATION_TAG, 1))
