"""Pictures of every kind as upright, opaque, finite arrays at their full depth.

The kind of a file is told by its content, not by its name. Colour profiles are not applied.
"""

import dataclasses
import hashlib
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import decoding
from artextract_cli.blocks import Block, whole
from artextract_cli.coding import LINEAR, SRGB, linear_values, srgb_values
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.files import reading

_DECODERS: dict[bytes, decoding.Decoder] = {
    b"\x89PNG\r\n\x1a\n": decoding.decode_png,
    b"BM": decoding.decode_bmp,
    b"\xff\xd8\xff": decoding.decode_jpeg,
    b"II*\0": decoding.decode_tiff,
    b"MM\0*": decoding.decode_tiff,
    b"II+\0": decoding.decode_tiff,  # BigTIFF
    b"MM\0+": decoding.decode_tiff,
}
MOST_OF_16_BIT = 65535
LEAST_USE = 1 / 256
"""Of the range of more bits, which only counts of fewer do not reach."""


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

    def linear(self, coding: str = LINEAR) -> FloatArray:
        """Return (H, W, C) float32, linear and 1 at full scale; ``coding`` is how it is stored."""
        return self._through(lambda values: linear_values(values, coding), coding == LINEAR)

    def srgb(self, coding: str = SRGB) -> FloatArray:
        """Return (H, W, C) float32, coded as sRGB; ``coding`` is how it is stored."""
        return self._through(lambda values: srgb_values(values, coding), coding == SRGB)

    def grey(self, coding: str = LINEAR) -> FloatArray:
        """Return (H, W) float32, linear and 1 at full scale; ``coding`` is how it is stored.

        Colours become the mean of their channels, which for linear counts is the reading of one
        sensor under all three filters; grey saved as RGB stays exactly as it is.
        """
        if self.is_coloured():
            return np.asarray(self.linear(coding).mean(axis=2), np.float32)
        return dataclasses.replace(self, values=self.values[..., :1]).linear(coding)[..., 0]

    def _through(self, curve: Callable[[FloatArray], FloatArray], is_same: bool) -> FloatArray:
        """What a curve makes of the values; of whole numbers it is looked up."""
        if is_same:
            return self.scaled()
        if self.values.dtype.kind != "u" or self.full_scale > MOST_OF_16_BIT:
            return curve(self.scaled())
        counts = np.arange(int(self.full_scale) + 1, dtype=np.float32)
        table: NDArray[Any] = curve(counts / np.float32(self.full_scale))
        made: FloatArray = table[self.values]
        return made

    def is_coloured(self) -> bool:
        """Whether the channels differ anywhere."""
        return is_coloured(self.values)

    def counts(self) -> NDArray[Any]:
        """Return (H, W, C) as stored where that is 8 or 16 bit, else float32, 1 at full scale."""
        if self.depth in ("uint8", "uint16"):
            return self.values.astype(self.depth, copy=False)
        return self.scaled()


def is_coloured(picture: NDArray[Any]) -> bool:
    """Whether the channels of (H, W, C) differ anywhere."""
    return bool((picture != picture[..., :1]).any())


def as_photograph(picture: NDArray[Any]) -> NDArray[Any]:
    """Return grey or RGB (H, W, 1 or 3) as the RGB (H, W, 3) of a capture."""
    return picture if picture.shape[2] == 3 else np.repeat(picture[..., :1], 3, axis=2)


def as_band(picture: NDArray[Any]) -> NDArray[Any]:
    """Return grey or RGB (H, W, C), as `read_counts` gives it, as one band (H, W) of a capture.

    Grey saved as RGB stays exactly as it is; colours become float32, the mean of the channels,
    which for linear counts is the reading of one sensor under all three filters.
    """
    if not is_coloured(picture):
        return picture[..., 0]
    full_scale = np.iinfo(picture.dtype).max if picture.dtype.kind == "u" else 1.0
    mean = picture.mean(axis=2, dtype=np.float32) / np.float32(full_scale)
    return np.asarray(np.clip(mean, 0, 1))


def value_problem(values: NDArray[Any]) -> str | None:
    """Why (H, W) or (H, W, C) are no values from 0 to 1, and where; integers always are some."""
    if values.dtype.kind != "f" or (values.min() >= 0 and values.max() <= 1):
        return None
    if problem := _not_finite(values, (0, 0)):
        return problem
    outside, low, high = (values < 0) | (values > 1), values.min(), values.max()
    todo = ["set those below 0, which no light gives, to 0"] if low < 0 else []
    todo += ["divide all by the one that means white"] if high > 1 else []
    return (
        f"has {np.count_nonzero(outside)} values outside 0 to 1 (from {low:g} to {high:g}), the "
        f"first at {_first(outside, (0, 0))}; {', and '.join(todo)}"
    )


def read_counts(path: Path, *, stacked: bool = False, any_scale: bool = False) -> NDArray[Any]:
    """Read a picture (H, W, C) at its full depth as a capture takes it: uint8, uint16 or float32.

    C is 1 for grey and 3 for RGB. With ``stacked`` a TIFF may have several pages, and more
    channels than a colour picture; C then counts them all. Floats lie between 0 and 1, unless they
    may have ``any_scale``.

    Raises
    ------
    InputError
        If the file is missing, no picture, damaged, or of a kind that cannot be read right.
    """
    counts = (_read_stack(path) if stacked else decode_picture(path)).counts()
    if not any_scale and (problem := value_problem(counts)):
        msg = f"{path} {problem}"
        raise InputError(msg)
    return counts


def _read_stack(path: Path) -> Picture:
    if _decoder(path) is not decoding.decode_tiff:
        return decode_picture(path)
    with _decoding(path):
        if not decoding.is_stack(path):
            return decode_picture(path)
        stored = decoding.decode_stack(path)
    return _whole(path, _picture(path, stored, is_stack=True))


def decode_picture(path: Path) -> Picture:
    """Decode a PNG, BMP, JPEG or TIFF file of one page, grey or RGB, at its full depth.

    The EXIF (or TIFF) orientation is applied. An alpha channel is dropped where it is opaque
    everywhere; otherwise the file is refused, because the values under it are no measurements.

    Raises
    ------
    InputError
        If the file is missing, no picture, damaged, larger than `max_pixels` allows, or has several
        pages, transparent pixels, values that are not finite, colours other than RGB, or more
        than 16 bit where 16 are enough.
    """
    decode = _decoder(path)
    with _decoding(path):
        stored = decode(path)
    return _whole(path, _picture(path, stored))


def picture_parts(path: Path) -> Iterator[tuple[tuple[int, int], Block, Picture]]:
    """Decode a picture part by part: its size (H, W), where a part lies, and the part.

    A TIFF comes in the strips or tiles it consists of, so that it need not fit into memory; any
    other picture comes whole.

    Raises
    ------
    InputError
        As :func:`decode_picture`, perhaps after some parts.
    """
    if _decoder(path) is not decoding.decode_tiff:
        picture = decode_picture(path)
        height, width = picture.values.shape[:2]
        yield (height, width), whole((height, width)), picture
        return
    largest, full_scale = 0.0, 1.0
    with _decoding(path):
        for part in decoding.tiff_parts(path):
            shape, block = _upright_place(part)
            picture = _picture(path, part.stored, corner=(block.top, block.left))
            largest, full_scale = max(largest, _largest(picture)), picture.full_scale
            yield shape, block, picture
    _check_range(path, largest, full_scale)


def n_pixels(path: Path) -> int:
    """How many pixels a picture has, by its header.

    Raises
    ------
    InputError
        If the file is missing, no picture, too large, or its header is damaged.
    """
    decode = _decoder(path)
    with _decoding(path):
        return decoding.measure(decode, path)


def n_bits(path: Path) -> int:
    """How many bits a value of a picture has, by its header.

    Raises
    ------
    InputError
        If the file is missing, no picture, or its header is damaged.
    """
    decode = _decoder(path)
    with _decoding(path):
        return decoding.measure_depth(decode, path)


@contextmanager
def _decoding(path: Path) -> Iterator[None]:
    """Tell damage in one way; remarks on damaged EXIF data are none: the pixels are whole."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except decoding.DECODING_ERRORS as error:
        raise _damaged(path) from error


def _picture(
    path: Path,
    stored: decoding.Stored,
    *,
    is_stack: bool = False,
    corner: tuple[int, int] = (0, 0),
) -> Picture:
    """What is stored, whose first upright pixel lies at ``corner`` (row, column)."""
    depth = f"{'float' if stored.values.dtype.kind == 'f' else 'uint'}{stored.bits}"
    full_scale = 1.0 if stored.values.dtype.kind == "f" else 2.0**stored.bits - 1
    values = _upright(np.atleast_3d(stored.values), stored.orientation)
    values = _finite(path, values, corner)
    if not is_stack:
        values = _opaque(path, values, full_scale)
    return Picture(values=np.ascontiguousarray(values), full_scale=full_scale, depth=depth)


def _whole(path: Path, picture: Picture) -> Picture:
    _check_range(path, _largest(picture), picture.full_scale)
    return picture


def _largest(picture: Picture) -> float:
    """The largest count of more than 16 bit; other pictures, which may have any, are not read."""
    return float(picture.values.max()) if picture.full_scale > MOST_OF_16_BIT else math.inf


def _check_range(path: Path, largest: float, full_scale: float) -> None:
    """Refuse counts of few bits that were saved as 32 or 64: by their full scale all were black."""
    if largest < LEAST_USE * full_scale:
        msg = (
            f"{path} holds whole numbers of more than 16 bit, but none above {largest:.0f}, which "
            f"is next to nothing of the {full_scale:.0f} that mean white: divide them by the one "
            "that means white in them, and save them as floats or as 16 bit"
        )
        raise InputError(msg)


def read_pages(path: Path) -> FloatArray:
    """Read a TIFF of one or more grey pages as (H, W, pages) float32, unscaled; NaN stays.

    Raises
    ------
    InputError
        If the file is missing, no TIFF, or damaged.
    """
    _check_tiff(path)
    with _decoding(path):
        return decoding.decode_pages(path).astype(np.float32)


def picture_digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_page(path: Path, page: int) -> FloatArray:
    """Read one page of a TIFF, counted from 0, as `read_pages` reads all, as (H, W).

    Raises
    ------
    InputError
        If the file is missing, no TIFF, damaged, or has no such page.
    """
    _check_tiff(path)
    with _decoding(path):
        return decoding.decode_page(path, page).astype(np.float32, copy=False)


def _decoder(path: Path) -> decoding.Decoder:
    with reading(path), path.open("rb") as file:
        head = file.read(8)
    for signature, decode in _DECODERS.items():
        if head.startswith(signature):
            return decode
    kind = path.suffix[1:].upper() or "picture"
    msg = (
        f"{path} is not a {kind}: its content is none of PNG, BMP, JPEG and TIFF; save it as one "
        "of these"
    )
    raise InputError(msg)


def _check_tiff(path: Path) -> None:
    if _decoder(path) is not decoding.decode_tiff:
        msg = f"{path} is not a TIFF: save it as one"
        raise InputError(msg)


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is damaged or cut short: copy or export it again")


def _finite(path: Path, values: NDArray[Any], corner: tuple[int, int]) -> NDArray[Any]:
    if values.dtype.kind != "f":
        return values
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused
        values = values.astype(np.float32)
    if problem := _not_finite(values, corner):
        msg = f"{path} {problem}"
        raise InputError(msg)
    return values


def _not_finite(values: NDArray[Any], corner: tuple[int, int]) -> str | None:
    if not (n_bad := values.size - np.count_nonzero(np.isfinite(values))):
        return None
    first = _first(~np.isfinite(values), corner)
    return (
        f"has {n_bad} values that are not finite (NaN or infinity), the first at {first}; replace "
        "them"
    )


def _first(is_bad: NDArray[np.bool_], corner: tuple[int, int]) -> str:
    """Where the first of some pixels (H, W) or (H, W, C) lies, both counted from 0."""
    row, column, *_ = np.unravel_index(is_bad.argmax(), is_bad.shape)
    return f"row {corner[0] + row}, column {corner[1] + column}"


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


def _upright_place(part: decoding.Part) -> tuple[tuple[int, int], Block]:
    """The upright size of a picture, and where one of its parts lies in it."""
    (height, width), orientation = part.shape, part.stored.orientation
    rows, columns = part.stored.values.shape[:2]
    top, left = part.top, part.left
    if orientation in (3, 4, 6, 7):
        top = height - top - rows
    if orientation in (2, 3, 7, 8):
        left = width - left - columns
    if orientation in (5, 6, 7, 8):
        return (width, height), Block(left, top, left + columns, top + rows)
    return (height, width), Block(top, left, top + rows, left + columns)
