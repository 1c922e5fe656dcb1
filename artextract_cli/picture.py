"""Pictures of every kind as upright, opaque, finite arrays at their full depth.

The kind of a file is told by its content, not by its name. Colour profiles are not applied.
"""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import decoding
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.files import reading

MAX_PIXELS = 2**30
"""Larger pictures are refused by their header, before a crafted file can fill the memory."""

_DECODERS: dict[bytes, decoding.Decoder] = {
    b"\x89PNG\r\n\x1a\n": decoding.decode_png,
    b"BM": decoding.decode_bmp,
    b"\xff\xd8\xff": decoding.decode_jpeg,
    b"II*\0": decoding.decode_tiff,
    b"MM\0*": decoding.decode_tiff,
    b"II+\0": decoding.decode_tiff,  # BigTIFF
    b"MM\0+": decoding.decode_tiff,
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded picture: upright, opaque and finite."""

    values: NDArray[Any]
    """(H, W, C) as stored, unsigned integers or float32; C is 1 (grey) or 3 (RGB)."""

    full_scale: float
    """The stored value that means 1: ``2**bits - 1``, or 1 for floating point."""

    depth: str
    """Kind and bits of the values: uint8, uint12, uint16, float32, ..."""

    def scaled(self) -> FloatArray:
        """Return (H, W, C) float32, 1 at full scale."""
        scaled: FloatArray = np.true_divide(self.values, self.full_scale, dtype=np.float32)
        return scaled

    def grey(self) -> FloatArray:
        """Return (H, W) float32, 1 at full scale.

        Colours become the mean of their channels, which for linear counts is the reading of one
        sensor under all three filters; grey saved as RGB stays exactly as it is.
        """
        scaled = self.scaled()
        return scaled.mean(axis=2) if self.is_coloured() else scaled[..., 0]

    def is_coloured(self) -> bool:
        """Whether the channels differ anywhere."""
        return bool((self.values != self.values[..., :1]).any())


def decode_picture(path: Path, max_pixels: int = MAX_PIXELS) -> Picture:
    """Decode a PNG, BMP, JPEG or TIFF file of one page, grey or RGB, at its full depth.

    The EXIF (or TIFF) orientation is applied. An alpha channel is dropped where it is opaque
    everywhere; otherwise the file is refused, because the values under it are no measurements.

    Raises
    ------
    InputError
        If the file is missing, no picture, damaged, larger than ``max_pixels``, or has several
        pages, transparent pixels, values that are not finite, or colours other than RGB.
    """
    decode = _decoder(path)
    try:
        with warnings.catch_warnings(action="ignore"):  # of damaged EXIF data: pixels are whole
            stored = decode(path, max_pixels)
    except decoding.DECODING_ERRORS as error:
        raise _damaged(path, error) from error
    depth = f"{'float' if stored.values.dtype.kind == 'f' else 'uint'}{stored.bits}"
    full_scale = 1.0 if stored.values.dtype.kind == "f" else 2.0**stored.bits - 1
    values = _opaque(path, np.atleast_3d(_finite(path, stored.values)), full_scale)
    upright = np.ascontiguousarray(_upright(values, stored.orientation))
    return Picture(values=upright, full_scale=full_scale, depth=depth)


def read_pages(path: Path) -> FloatArray:
    """Read a TIFF of one or more grey pages as (H, W, pages) float32, unscaled; NaN stays.

    Raises
    ------
    InputError
        If the file is missing, no TIFF, or damaged.
    """
    if _decoder(path) is not decoding.decode_tiff:
        msg = f"{path} is not a TIFF"
        raise InputError(msg)
    try:
        return decoding.decode_pages(path).astype(np.float32)
    except decoding.DECODING_ERRORS as error:
        raise _damaged(path, error) from error


def picture_digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _decoder(path: Path) -> decoding.Decoder:
    with reading(path), path.open("rb") as file:
        head = file.read(8)
    for signature, decode in _DECODERS.items():
        if head.startswith(signature):
            return decode
    kind = path.suffix[1:].upper() or "picture"
    msg = f"{path} is not a {kind}: its content is none of PNG, BMP, JPEG and TIFF"
    raise InputError(msg)


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} is damaged or cut short: {error}")


def _finite(path: Path, values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind != "f":
        return values
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused
        values = values.astype(np.float32)
    if n_bad := values.size - np.count_nonzero(np.isfinite(values)):
        msg = f"{path} has {n_bad} values that are not finite (NaN or infinity)"
        raise InputError(msg)
    return values


def _opaque(path: Path, values: NDArray[Any], full_scale: float) -> NDArray[Any]:
    """Drop the alpha channel of (H, W, 2 or 4) values."""
    if values.shape[2] in (1, 3):
        return values
    if n_bad := np.count_nonzero(values[..., -1] != full_scale):
        msg = (
            f"{path} has {n_bad} transparent pixels, whose values are no measurements; remove its "
            "alpha channel and mark what is not painting in object/<scene>_mask.png"
        )
        raise InputError(msg)
    return values[..., :-1]


def _upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo an orientation, which says where row 0 and column 0 are (CIPA DC-008, tag 0x0112)."""
    if orientation in (3, 4, 6, 7):
        values = values[::-1]
    if orientation in (2, 3, 7, 8):
        values = values[:, ::-1]
    return values.swapaxes(0, 1) if orientation in (5, 6, 7, 8) else values
