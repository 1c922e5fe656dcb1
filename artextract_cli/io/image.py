"""Decoded images as upright, opaque, finite arrays at their full depth."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.coding import LINEAR, SRGB, linear_values, srgb_values
from artextract_cli.io.profiles import PROFILE, linear_by_profile, srgb_by_profile
from artextract_cli.io.stored import Part

MAX_UINT16 = 65535
"""Largest count of 16 bits; a curve is tabulated up to it, and computed value by value above."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded image: upright, opaque and finite."""

    values: NDArray[Any]
    """(H, W, C) as stored, unsigned integers or float32; C is 1 (grey) or 3 (RGB)."""

    full_scale: float
    """The stored value that stands for 1: ``2**bits - 1``, or 1 for floating point."""

    depth: str
    """Kind and bits of the values: uint8, uint12, uint16, float32, ..."""

    profile: bytes | None = None
    """The embedded colour profile; it counts only if the coding is ``profile``."""

    def scaled(self) -> FloatArray:
        """Return (H, W, C) float32, 1 at full scale."""
        scaled: FloatArray = np.true_divide(self.values, self.full_scale, dtype=np.float32)
        return scaled

    def linear(self, coding: str = LINEAR) -> FloatArray:
        """Return (H, W, C) float32, linear and 1 at full scale; ``coding`` is how it is stored."""
        if coding == PROFILE:
            return self._by_profile(linear_by_profile)
        return self._apply_curve(lambda values: linear_values(values, coding), coding == LINEAR)

    def srgb(self, coding: str = SRGB) -> FloatArray:
        """Return (H, W, C) float32, coded as sRGB; ``coding`` is how it is stored."""
        if coding == PROFILE:
            return self._by_profile(srgb_by_profile)
        return self._apply_curve(lambda values: srgb_values(values, coding), coding == SRGB)

    def grey(self, coding: str = LINEAR) -> FloatArray:
        """Return (H, W) float32, linear and 1 at full scale; ``coding`` is how it is stored.

        Colours become the mean of their channels, which for linear counts is the reading of one
        sensor under all three filters; grey saved as RGB is unchanged.
        """
        if self.is_coloured():
            return np.asarray(self.linear(coding).mean(axis=2), np.float32)
        # One of the equal channels is enough; the mean of three could be rounded.
        return dataclasses.replace(self, values=self.values[..., :1]).linear(coding)[..., 0]

    def _by_profile(self, convert: Callable[[FloatArray, bytes], FloatArray]) -> FloatArray:
        """Convert the values by the profile, which was checked when the coding was found."""
        profile = self.profile or b""
        if self.values.shape[2] == 3:
            return convert(self.scaled(), profile)
        return self._apply_curve(lambda v: convert(v[..., None], profile)[..., 0], is_same=False)

    def _apply_curve(self, curve: Callable[[FloatArray], FloatArray], is_same: bool) -> FloatArray:
        """Apply a curve to the values, through a lookup table if they are integers."""
        if is_same:
            return self.scaled()
        if self.values.dtype.kind != "u" or self.full_scale > MAX_UINT16:
            return curve(self.scaled())
        # A table of at most 65 536 entries replaces a power for every pixel.
        counts = np.arange(int(self.full_scale) + 1, dtype=np.float32)
        table: NDArray[Any] = curve(counts / np.float32(self.full_scale))
        converted: FloatArray = table[self.values]
        return converted

    def is_coloured(self) -> bool:
        """Whether the channels differ anywhere."""
        return is_coloured(self.values)

    def counts(self) -> NDArray[Any]:
        """Return (H, W, C) as stored if that is 8 or 16 bit, else float32, 1 at full scale."""
        if self.depth in ("uint8", "uint16"):
            return self.values.astype(self.depth, copy=False)
        return self.scaled()


def is_coloured(picture: NDArray[Any]) -> bool:
    """Whether the channels of an image differ anywhere.

    Parameters
    ----------
    picture
        (H, W, C).

    Returns
    -------
    bool
        False for grey images, also for those saved as RGB.
    """
    return bool((picture != picture[..., :1]).any())


def as_photograph(picture: NDArray[Any]) -> NDArray[Any]:
    """Turn a grey or RGB image into the RGB image of a capture.

    Parameters
    ----------
    picture
        (H, W, 1) or (H, W, 3), as `read_counts` gives it.

    Returns
    -------
    ndarray
        (H, W, 3) of the same type.
    """
    return picture if picture.shape[2] == 3 else np.repeat(picture[..., :1], 3, axis=2)


def as_band(picture: NDArray[Any]) -> NDArray[Any]:
    """Turn a grey or RGB image into one band of a capture.

    Parameters
    ----------
    picture
        (H, W, C), as `read_counts` gives it.

    Returns
    -------
    ndarray
        (H, W). Grey saved as RGB is unchanged; colours become float32, 0..1, the mean of the
        channels, which for linear counts is the reading of one sensor under all three filters.
    """
    if not is_coloured(picture):
        return picture[..., 0]
    # Counts end here: the mean of three is not a whole number, and has no depth to keep.
    full_scale = np.iinfo(picture.dtype).max if picture.dtype.kind == "u" else 1.0
    mean = picture.mean(axis=2, dtype=np.float32) / np.float32(full_scale)
    return np.asarray(np.clip(mean, 0, 1))


def value_problem(values: NDArray[Any]) -> str | None:
    """Where (H, W) or (H, W, C) is outside 0 to 1, and what to do; None for valid values."""
    # NaN makes a comparison false, so that it does not pass for valid here.
    if values.dtype.kind != "f" or (values.min() >= 0 and values.max() <= 1):
        return None
    if problem := _not_finite(values, (0, 0)):
        return problem
    outside, low, high = (values < 0) | (values > 1), values.min(), values.max()
    n_outside = int(np.count_nonzero(outside))
    advice = ["set negative values to 0"] if low < 0 else []
    advice += ["divide all values by the one that stands for white"] if high > 1 else []
    return (
        f"has {n_outside} value{'s' * (n_outside != 1)} outside 0 to 1 (from {low:g} to {high:g}), "
        f"the first at {_first(outside, (0, 0))}; {', and '.join(advice)}"
    )


def finite(path: Path, values: NDArray[Any], corner: tuple[int, int]) -> NDArray[Any]:
    """Refuse values (H, W, ...) that are not finite; the first is at ``corner`` (row, column)."""
    if values.dtype.kind != "f":
        return values
    with np.errstate(over="ignore"):  # values beyond float32 become infinite, and are refused
        values = values.astype(np.float32)
    if problem := _not_finite(values, corner):
        msg = f"{path} {problem}"
        raise InputError(msg)
    return values


def _not_finite(values: NDArray[Any], corner: tuple[int, int]) -> str | None:
    if not (n_bad := values.size - np.count_nonzero(np.isfinite(values))):
        return None
    first = _first(~np.isfinite(values), corner)
    values_are = "value that is" if n_bad == 1 else "values that are"
    it = "it" if n_bad == 1 else "them"
    return (
        f"has {n_bad} {values_are} not finite (NaN or infinity), the first at {first}; replace {it}"
    )


def _first(is_bad: NDArray[np.bool_], corner: tuple[int, int]) -> str:
    """Row and column, counted from 0, of the first True of (H, W) or (H, W, C)."""
    row, column, *_ = np.unravel_index(is_bad.argmax(), is_bad.shape)
    return f"row {corner[0] + row}, column {corner[1] + column}"


def opaque(path: Path, values: NDArray[Any], full_scale: float) -> NDArray[Any]:
    """Drop the alpha channel of (H, W, 2 or 4) values."""
    if values.shape[2] in (1, 3):
        return values
    if n_bad := np.count_nonzero(values[..., -1] != full_scale):
        msg = (
            f"{path} has {n_bad} transparent pixels, whose values are not measurements; remove its "
            "alpha channel and mark what is not painting in object/<scene>_mask.png"
        )
        raise InputError(msg)
    return values[..., :-1]


def upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo an EXIF orientation of 1 to 8 (CIPA DC-008, tag 0x0112)."""
    # `upright_place` does the same to the place of a part.
    if orientation in (3, 4, 6, 7):
        values = values[::-1]
    if orientation in (2, 3, 7, 8):
        values = values[:, ::-1]
    return values.swapaxes(0, 1) if orientation in (5, 6, 7, 8) else values


def upright_place(part: Part) -> tuple[tuple[int, int], Block]:
    """The upright size of an image, and the block of it that a part covers."""
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
