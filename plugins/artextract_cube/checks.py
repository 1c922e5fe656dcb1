"""Checks of a cube: its scale, its values, and constant bands."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, warn
from artextract_cube.cube_data import Averaged, Cube

MAX_CLIPPED_SHARE = 0.05
"""Largest share of values outside 0..1 that is clipped as highlights and noise; beyond it the scale
is assumed to be wrong."""

MIN_SCALE_USE = 0.01
"""Smallest share of a given scale that the largest value must reach; otherwise the scale is that of
other data."""

LOWEST_PLAUSIBLE, HIGHEST_PLAUSIBLE = -0.5, 10.0
"""Range of noise and highlights, in units of the scale; values beyond it mark missing data."""


def check_scale(cube: Cube, largest: float) -> None:
    """Check that a given scale is not far above the largest value of a cube and its white frame.

    Raises
    ------
    InputError
        If it is.
    """
    if cube.scale_is_given and 0 < largest < MIN_SCALE_USE * cube.full_scale:
        msg = (
            f"{cube.full_scale:g} cannot be the scale of {cube.path}: the largest value, "
            f"{largest:g}, is less than a hundredth of it; give another, -o scale=NUMBER, the "
            "value that counts as 1 or, with white and dark, as saturated"
        )
        raise InputError(msg)


def check_measured(cube: Cube, measured: NDArray[np.bool_]) -> None:
    """Check that raw counts with frames have at least one valid pixel (H, W)."""
    if cube.to_reflectance is not None and not measured.any():
        msg = (
            f"no pixel of {cube.path} is valid in every band: each is saturated, or hardly "
            "brighter in white than in dark; check the frames, and give the count at which the "
            "camera saturates, -o scale=NUMBER"
        )
        raise InputError(msg)


def check_finite(cube: Cube, used: NDArray[np.intp], top: int, is_bad: NDArray[np.bool_]) -> None:
    """Check that no value (n, h, W) of a block that starts at row ``top`` is bad."""
    if is_bad.any():
        band, row, column = np.unravel_index(is_bad.argmax(), is_bad.shape)
        number, nm = cube.stored(used)[band] + 1, cube.nm[used[band]]
        msg = (
            f"{cube.path} has values that are not finite (NaN or infinity), the first in band "
            f"{number} ({nm:g} nm), row {top + row}, column {column}; replace them, or mark "
            "missing values in an ENVI header: data ignore value"
        )
        raise InputError(msg)


def warn_of_dead_bands(cube: Cube, used: NDArray[np.intp], ends: NDArray[np.float32]) -> None:
    """Warn of constant bands, from the ``ends`` (blocks, 2, n) of all blocks."""
    # Over all blocks: a band may be constant within one of them.
    is_dead = ends[:, 0].min(axis=0) == ends[:, 1].max(axis=0)
    dead = [f"{cube.nm[band]:g}" for band in used[is_dead]]
    if dead:
        warn(
            f"{cube.path} has the same value everywhere at {abbreviated(dead)} nm, which falsifies "
            "the bands averaged from it: mark it as bad in an ENVI header (bbl), or remove it from "
            "the cube"
        )


def abbreviated(names: Sequence[str]) -> str:
    """Join up to four names for a message; '...' if there are more."""
    return ", ".join(names[:4]) + ", ..." * (len(names) > 4)


def check_varied(cube: Cube, average: Averaged) -> None:
    """Refuse constant bands and photographs, as `infer` would."""
    is_dead = _is_constant(average.bands, average.mask)
    dead = [f"{nm:g}" for nm, dies in zip(average.wavelengths, is_dead, strict=True) if dies]
    if dead:
        msg = (
            f"the data of {cube.path} at {abbreviated(dead)} nm have the same value everywhere: "
            "export the cube again, or choose other bands, -o centres=NM,NM,..."
        )
        raise InputError(msg)
    if _is_constant(average.rgb, average.mask).all():
        msg = (
            f"the photograph of {cube.path} has the same value everywhere: give another (of a "
            "cube, -o photograph=FILE)"
        )
        raise InputError(msg)


def _is_constant(values: NDArray[Any], mask: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Which channels (C,) of (H, W, C) are constant inside the mask, at the written depth."""
    is_float = values.dtype.kind == "f"
    # Floats are written as 16 bits: smaller variation is lost.
    full, steps = (1, 65535) if is_float else (np.iinfo(values.dtype).max, 1)
    where = np.True_ if mask is None else mask[..., None]
    low = values.min(axis=(0, 1), where=where, initial=full)
    high = values.max(axis=(0, 1), where=where, initial=0)
    return np.asarray(np.rint(low * steps) == np.rint(high * steps))


def clipped(cube: Cube, bands: NDArray[np.float32], nm: Sequence[float]) -> NDArray[np.float32]:
    """Clip values outside 0..1, if they are few."""
    share = float(((bands < 0) | (bands > 1)).mean())
    span = f"from {bands.min() * cube.full_scale:g} to {bands.max() * cube.full_scale:g}"
    if share > MAX_CLIPPED_SHARE:
        msg = (
            f"{cube.path} contains values {span} where {cube.full_scale:g} counts as 1, and "
            f"{share:.0%} of them are outside 0 to 1; set the value that counts as 1, "
            "-o scale=NUMBER"
            f"{_mark(cube, bands, nm) if bands.min() < LOWEST_PLAUSIBLE else ''}"
        )
        raise InputError(msg)
    # Up to a thousandth it is rounding, and not worth a warning.
    if bands.max() > 1.001 or bands.min() < -0.001:
        warn(
            f"{cube.path} contains values {span}: {share:.2%} of them are below 0 or above "
            f"{cube.full_scale:g}, and are clipped{_mark(cube, bands, nm)}"
        )
    # In place: another array of this size may not fit into memory.
    return np.clip(bands, 0, 1, out=bands)


def _mark(cube: Cube, bands: NDArray[np.float32], nm: Sequence[float]) -> str:
    """Hint at an apparent marker of missing values in bands (H, W, K); empty if there is none."""
    extreme, at = "smallest", bands.argmin()
    if bands.flat[at] >= LOWEST_PLAUSIBLE:
        extreme, at = "largest", bands.argmax()
    value = float(bands.flat[at])
    if LOWEST_PLAUSIBLE <= value <= HIGHEST_PLAUSIBLE:
        return ""
    row, column, band = np.unravel_index(at, bands.shape)
    return (
        f"; the {extreme}, {value * cube.full_scale:g} at {nm[int(band)]:g} nm, row {row}, column "
        f"{column}, looks like a marker of missing values: name it in an ENVI header, data "
        "ignore value, or mask these pixels"
    )
