"""Reading image files as upright, opaque, finite arrays at their full depth.

The format of a file is recognised by its content, not by its name. Values are returned as stored;
`io.codings` reads what an embedded colour profile states about them.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Block, full_block
from artextract_cli.io import decoders, stored, tiff
from artextract_cli.io.formats import decoder_of, decoding
from artextract_cli.io.image import (
    MAX_UINT16,
    Picture,
    finite,
    opaque,
    upright,
    upright_place,
    value_problem,
)

# Of 32-bit full scale, counts of 16 bits reach at most 1/65 536 and those of 24 bits just 1/256.
MIN_RANGE_SHARE = 1 / 256
"""Smallest share of the full scale that the largest of 32- or 64-bit counts must reach.

Counts of 16 bits or fewer that were saved as 32 or 64 bits stay below it."""


def read_counts(
    path: Path,
    *,
    stacked: bool = False,
    any_scale: bool = False,
    pages: Sequence[int] | None = None,
) -> NDArray[Any]:
    """Read an image at its full depth, in the form that a `Capture` takes.

    Parameters
    ----------
    path
        PNG, TIFF, JPEG or BMP file.
    stacked
        Whether a TIFF may have several pages, and more channels than a colour image.
    any_scale
        Whether floats may lie outside 0..1.
    pages
        Numbers of the pages of a TIFF to stack, from 0; all if None.

    Returns
    -------
    ndarray
        (H, W, C) uint8, uint16 or float32; C is 1 for grey and 3 for RGB, or the number of pages
        times channels if ``stacked``.

    Raises
    ------
    InputError
        If the file is missing, not an image, damaged, or of an unsupported kind.
    """
    is_stack = stacked or pages is not None
    counts = (_read_stack(path, pages) if is_stack else decode_picture(path)).counts()
    if not any_scale and (problem := value_problem(counts)):
        msg = f"{path} {problem}"
        raise InputError(msg)
    return counts


def _read_stack(path: Path, pages: Sequence[int] | None) -> Picture:
    if decoder_of(path) is not tiff.decode_tiff:
        return decode_picture(path)
    with decoding(path):
        if not tiff.is_stack(path):
            return decode_picture(path)
        stored = tiff.decode_stack(path, pages)
    return _range_checked(path, _picture(path, stored, is_stack=True))


def decode_picture(path: Path) -> Picture:
    """Decode a PNG, BMP, JPEG or TIFF file of one page, grey or RGB, at its full depth.

    The EXIF (or TIFF) orientation is applied. An alpha channel is dropped where it is opaque
    everywhere; otherwise the file is refused, because values under it are not measurements.

    Raises
    ------
    InputError
        If the file is missing, not an image, damaged, larger than `max_pixels` allows, or has
        several pages, transparent pixels, values that are not finite, colours other than RGB, or
        more than 16 bits where 16 are enough.
    """
    decode = decoder_of(path)
    with decoding(path):
        stored = decode(path)
    return _range_checked(path, _picture(path, stored))


def picture_parts(path: Path) -> Iterator[tuple[tuple[int, int], Block, Picture]]:
    """Decode an image part by part: its size (H, W), the block of a part, and the part.

    A TIFF is decoded in the strips or tiles it consists of, so that it need not fit into memory;
    any other image is a single part.

    Raises
    ------
    InputError
        As :func:`decode_picture`, possibly after some parts.
    """
    if decoder_of(path) is not tiff.decode_tiff:
        picture = decode_picture(path)
        height, width = picture.values.shape[:2]
        yield (height, width), full_block((height, width)), picture
        return
    # The range is judged after the last part, because a single strip or tile may be dark.
    largest, full_scale = 0.0, 1.0
    with decoding(path):
        for part in tiff.tiff_parts(path):
            shape, block = upright_place(part)
            picture = _picture(path, part.stored, corner=(block.top, block.left))
            largest, full_scale = max(largest, _largest(picture)), picture.full_scale
            yield shape, block, picture
    _check_range(path, largest, full_scale)


def n_pixels(path: Path) -> int:
    """Number of pixels of an image according to its header.

    Raises
    ------
    InputError
        If the file is missing, not an image, too large, or its header is damaged.
    """
    decode = decoder_of(path)
    with decoding(path):
        return decoders.measure(decode, path)


def n_bits(path: Path) -> int:
    """Bits per value of an image according to its header.

    Raises
    ------
    InputError
        If the file is missing, not an image, or its header is damaged.
    """
    decode = decoder_of(path)
    with decoding(path):
        return decoders.measure_depth(decode, path)


def _picture(
    path: Path,
    stored: stored.Stored,
    *,
    is_stack: bool = False,
    corner: tuple[int, int] = (0, 0),
) -> Picture:
    """Convert a stored image whose first upright pixel is at ``corner`` (row, column)."""
    depth = f"{'float' if stored.values.dtype.kind == 'f' else 'uint'}{stored.bits}"
    full_scale = 1.0 if stored.values.dtype.kind == "f" else 2.0**stored.bits - 1
    # Upright first, so that the row and column of a bad value are those that the user sees.
    values = upright(np.atleast_3d(stored.values), stored.orientation)
    values = finite(path, values, corner)
    if not is_stack:
        values = opaque(path, values, full_scale)
    return Picture(
        values=np.ascontiguousarray(values),
        full_scale=full_scale,
        depth=depth,
        profile=stored.profile,
    )


def _range_checked(path: Path, picture: Picture) -> Picture:
    _check_range(path, _largest(picture), picture.full_scale)
    return picture


def _largest(picture: Picture) -> float:
    """The largest count of an image of more than 16 bits; infinity for others, without a scan."""
    return float(picture.values.max()) if picture.full_scale > MAX_UINT16 else math.inf


def _check_range(path: Path, largest: float, full_scale: float) -> None:
    """Refuse counts of few bits saved as 32 or 64 bits: at that full scale all would be black."""
    if largest < MIN_RANGE_SHARE * full_scale:
        msg = (
            f"{path} contains integers of more than 16 bits, but none above {largest:.0f}, a tiny "
            f"fraction of the {full_scale:.0f} that stands for white: divide them by the value "
            "that stands for white, and save them as floats or 16-bit integers"
        )
        raise InputError(msg)


def read_pages(path: Path) -> FloatArray:
    """Read a TIFF of one or more grey pages as (H, W, pages) float32, unscaled; NaN is kept.

    Raises
    ------
    InputError
        If the file is missing, not a TIFF, or damaged.
    """
    _check_tiff(path)
    with decoding(path):
        return tiff.decode_pages(path).astype(np.float32)


def read_page(path: Path, page: int) -> FloatArray:
    """Read one page of a TIFF, counted from 0, as `read_pages` reads all, as (H, W).

    Raises
    ------
    InputError
        If the file is missing, not a TIFF, damaged, or has no such page.
    """
    _check_tiff(path)
    with decoding(path):
        return tiff.decode_page(path, page).astype(np.float32, copy=False)


def _check_tiff(path: Path) -> None:
    if decoder_of(path) is not tiff.decode_tiff:
        msg = f"{path} is not a TIFF: save it as one"
        raise InputError(msg)
