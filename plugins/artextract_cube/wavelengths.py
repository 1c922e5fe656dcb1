"""Wavelengths in nm: what options say, and how a cube's bands become those that were chosen."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, UsageError, interpolation_weights

DEFAULT_CENTRES = (420.0, 470.0, 530.0, 590.0, 650.0, 750.0, 850.0, 950.0)
MAX_GAP_NM = 50.0
"""Between bands further apart, in nm, nothing is known: there is no interpolating."""

_MICROMETRES = ("micrometer", "micrometre", "micron", "um", "µm", "μm")
_NANOMETRES = ("nanometer", "nanometre", "nm")
_ROUNDING = 1e-6


def numbers(option: str, text: str) -> tuple[float, ...]:
    """Turn ``420,470`` into numbers.

    Raises
    ------
    UsageError
        If a part is no number.
    """
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or not np.isfinite(found).all():
        msg = f"{option}={text} are not comma-separated numbers in nm, such as 420,470,850"
        raise UsageError(msg)
    return found


def given_wavelengths(text: str, n_bands: int) -> tuple[float, ...]:
    """The option ``wavelengths``: one by one, or evenly spaced as ``400:1000``.

    Raises
    ------
    UsageError
        If a part is no number, there are not as many as bands, or two are equal.
    """
    found = numbers("wavelengths", text.replace(":", ",", 1))
    if ":" in text:
        found = tuple(float(nm) for nm in np.linspace(found[0], found[-1], n_bands))
    if len(found) != n_bands:
        msg = f"{len(found)} wavelengths are given, but the cube has {n_bands} bands"
        raise UsageError(msg)
    if equal := equal_bands(found):
        first, second = equal
        msg = (
            f"wavelengths={text} gives bands {first} and {second} one wavelength, "
            f"{found[first - 1]:g} nm; give each band its own"
        )
        raise UsageError(msg)
    return found


def equal_bands(nm: Sequence[float]) -> tuple[int, int] | None:
    """Numbers, from 1 on, of the first two bands of one wavelength, by which bands are named."""
    names = [f"{value:g}" for value in nm]
    firsts = map(names.index, names)
    return next(((a + 1, b + 1) for b, a in enumerate(firsts) if a < b), None)


def first_apart(nm: Sequence[float], others: Sequence[float], most: float) -> int | None:
    """The first band, from 0 on, whose two wavelengths are more than ``most`` nm apart."""
    apart = np.flatnonzero(np.abs(np.subtract(nm, others)) > most)
    return int(apart[0]) if apart.size else None


def as_nm(path: Path, found: Sequence[float], unit: str = "") -> tuple[float, ...]:
    """Wavelengths of a file in nm; where it tells no unit, numbers below 100 are micrometres.

    Raises
    ------
    InputError
        If they are no lengths, or in another unit.
    """
    word = unit.strip().lower().removesuffix("s")
    if word not in (*_MICROMETRES, *_NANOMETRES, "", "unknown"):
        msg = f"{path} gives wavelengths in {unit}; give them in nm, -o wavelengths=NM,NM,..."
        raise InputError(msg)
    values = np.asarray(found, np.float64)
    if not (np.isfinite(values) & (values > 0)).all():
        msg = f"{path} holds invalid wavelengths; give them, -o wavelengths=NM,NM,..."
        raise InputError(msg)
    if word in _MICROMETRES or (word not in _NANOMETRES and values.max() < 100):
        values = np.round(values * 1000, 6)
    return tuple(float(nm) for nm in values)


def chosen_centres(
    path: Path, text: str | None, nm: Sequence[float], width: float
) -> tuple[float, ...] | None:
    """The option ``centres``; None means every band as it is.

    Raises
    ------
    UsageError
        If the cube does not cover one that is asked for, or one is asked for twice.
    InputError
        If none is asked for, and it covers none of the usual ones.
    """
    if text == "all":
        return None
    if text is None:
        usual = tuple(centre for centre in DEFAULT_CENTRES if _is_covered(centre, nm, width))
        if usual:
            return usual
        msg = (
            f"{path} covers {min(nm):g} to {max(nm):g} nm, and with it none of the usual bands; "
            "choose others with -o centres=NM,NM,... or take all, -o centres=all"
        )
        raise InputError(msg)
    centres = numbers("centres", text)
    if equal := equal_bands(centres):
        msg = f"centres={text} asks for {centres[equal[0] - 1]:g} nm twice; drop one of the two"
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
    away = np.asarray(nm, np.float64) - centre
    if (np.abs(away) <= width / 2 + _ROUNDING).any():
        return True
    below, above = away[away <= 0], away[away >= 0]
    return bool(below.size and above.size and above.min() - below.max() <= MAX_GAP_NM)


def band_weights(
    nm: Sequence[float], centres: Sequence[float] | None, width: float
) -> NDArray[np.float64]:
    """Weights (B, K): the mean of the bands within ``width``, else between the two next to it."""
    if centres is None:
        return np.eye(len(nm))
    columns = []
    for centre in centres:
        inside = np.abs(np.asarray(nm, np.float64) - centre) <= width / 2 + _ROUNDING
        between = interpolation_weights(nm, np.array([centre]))[:, 0]
        columns.append(inside / inside.sum() if inside.any() else between)
    return np.stack(columns, axis=1)
