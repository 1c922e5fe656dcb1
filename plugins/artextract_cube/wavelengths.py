"""Wavelengths in nm: parsing options, and weights that average a cube to the chosen bands."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, UsageError, interpolation_weights

# The bands of the simulated paintings, on which the bundled models are trained.
DEFAULT_CENTRES = (420.0, 470.0, 530.0, 590.0, 650.0, 750.0, 850.0, 950.0)
MAX_GAP_NM = 50.0
"""Largest gap in nm between bands to interpolate across; within wider ones nothing is known."""

_MICROMETRES = ("micrometer", "micrometre", "micron", "um", "µm", "μm")
_NANOMETRES = ("nanometer", "nanometre", "nm")
_ROUNDING = 1e-6  # nm, so that bands exactly at the edge of a width are included


def numbers(option: str, text: str) -> tuple[float, ...]:
    """Parse ``420,470`` into numbers.

    Raises
    ------
    UsageError
        If a part is not a number.
    """
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or not np.isfinite(values).all():
        msg = f"{option}={text} are not comma-separated numbers in nm, such as 420,470,850"
        raise UsageError(msg)
    return values


def given_wavelengths(text: str, n_bands: int) -> tuple[float, ...]:
    """Parse the option ``wavelengths``: a list, or evenly spaced as ``400:1000``.

    Raises
    ------
    UsageError
        If a part is not a number, their number differs from that of bands, or two are equal.
    """
    nm = numbers("wavelengths", text.replace(":", ",", 1))
    if ":" in text:
        nm = tuple(float(value) for value in np.linspace(nm[0], nm[-1], n_bands))
    if len(nm) != n_bands:
        msg = f"{len(nm)} wavelengths are given, but the cube has {n_bands} bands"
        raise UsageError(msg)
    if equal := equal_bands(nm):
        first, second = equal
        msg = (
            f"wavelengths={text} gives bands {first} and {second} the same wavelength, "
            f"{nm[first - 1]:g} nm; give each band its own"
        )
        raise UsageError(msg)
    return nm


def equal_bands(nm: Sequence[float]) -> tuple[int, int] | None:
    """Numbers (from 1) of the first two bands whose wavelengths, and thus names, are equal."""
    # Compared as text, since the ids of bands are written so.
    names = [f"{value:g}" for value in nm]
    firsts = map(names.index, names)
    return next(((a + 1, b + 1) for b, a in enumerate(firsts) if a < b), None)


def first_apart(nm: Sequence[float], others: Sequence[float], limit: float) -> int | None:
    """Index of the first band whose two wavelengths differ by more than ``limit`` nm."""
    apart = np.flatnonzero(np.abs(np.subtract(nm, others)) > limit)
    return int(apart[0]) if apart.size else None


def as_nm(path: Path, wavelengths: Sequence[float], unit: str = "") -> tuple[float, ...]:
    """Wavelengths of a file in nm; without a unit, numbers below 100 are micrometres.

    Raises
    ------
    InputError
        If they are not positive, or in another unit.
    """
    word = unit.strip().lower().removesuffix("s")
    if word not in (*_MICROMETRES, *_NANOMETRES, "", "unknown"):
        msg = f"{path} gives wavelengths in {unit}; give them in nm, -o wavelengths=NM,NM,..."
        raise InputError(msg)
    values = np.asarray(wavelengths, np.float64)
    if not (np.isfinite(values) & (values > 0)).all():
        msg = f"{path} contains invalid wavelengths; give them, -o wavelengths=NM,NM,..."
        raise InputError(msg)
    # Rounded, since 1.001 · 1000 is not exactly 1001.
    if word in _MICROMETRES or (word not in _NANOMETRES and values.max() < 100):
        values = np.round(values * 1000, 6)
    return tuple(float(nm) for nm in values)


def chosen_centres(
    path: Path, text: str | None, nm: Sequence[float], width: float
) -> tuple[float, ...] | None:
    """Parse the option ``centres``; None means every band unchanged.

    Raises
    ------
    UsageError
        If the cube does not cover a requested centre, or one is requested twice.
    InputError
        If none is requested, and the cube covers none of the default ones.
    """
    if text == "all":
        return None
    if text is None:
        defaults = tuple(centre for centre in DEFAULT_CENTRES if _is_covered(centre, nm, width))
        if defaults:
            return defaults
        msg = (
            f"{path} covers {min(nm):g} to {max(nm):g} nm, and none of the default bands; choose "
            "others with -o centres=NM,NM,... or use all, -o centres=all"
        )
        raise InputError(msg)
    centres = numbers("centres", text)
    if equal := equal_bands(centres):
        msg = f"centres={text} lists {centres[equal[0] - 1]:g} nm twice; remove one"
        raise UsageError(msg)
    for centre in centres:
        if not _is_covered(centre, nm, width):
            msg = (
                f"centres={text}: {path} has no bands at {centre:g} nm; it has {len(nm)} from "
                f"{min(nm):g} to {max(nm):g} nm"
            )
            raise UsageError(msg)
    return centres


def _is_covered(centre: float, nm: Sequence[float], width: float) -> bool:
    offset = np.asarray(nm, np.float64) - centre
    if (np.abs(offset) <= width / 2 + _ROUNDING).any():
        return True
    below, above = offset[offset <= 0], offset[offset >= 0]
    return bool(below.size and above.size and above.min() - below.max() <= MAX_GAP_NM)


def band_weights(
    nm: Sequence[float], centres: Sequence[float] | None, width: float
) -> NDArray[np.float64]:
    """Weights (B, K): mean of the bands within ``width``, else interpolation of the nearest two."""
    if centres is None:
        return np.eye(len(nm))
    columns = []
    for centre in centres:
        inside = np.abs(np.asarray(nm, np.float64) - centre) <= width / 2 + _ROUNDING
        between = interpolation_weights(nm, np.array([centre]))[:, 0]
        # A mean suppresses noise; interpolation serves sparse cubes.
        columns.append(inside / inside.sum() if inside.any() else between)
    return np.stack(columns, axis=1)
