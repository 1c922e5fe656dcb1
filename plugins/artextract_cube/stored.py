"""What the file of a cube holds, and which wavelengths its bands have by it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, warn
from artextract_cube.wavelengths import as_nm, equal_bands, first_apart, given_wavelengths

MAX_DEVIATION_NM = 5.0
"""In nm: where an option is further from what a file tells, one of them is wrong."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file of many bands, options aside."""

    path: Path
    values: NDArray[Any]
    """(all bands, H, W), perhaps a view of a file."""

    wavelengths: tuple[float, ...] = ()
    """As the file writes them; empty if it does not."""

    unit: str = ""
    good: NDArray[np.intp] | None = None
    """(B,) the bands that the file does not call bad; None is all."""

    full_scale: float | None = None
    missing: float | None = None
    """The value of pixels that were not measured."""


def file_nm(stored: Stored) -> tuple[float, ...] | None:
    """Wavelengths of all bands by the file; None if it tells none that can be used."""
    with suppress(InputError):
        return _read_nm(stored)
    return None


def nm_of(stored: Stored, option: str | None) -> tuple[float, ...]:
    """Wavelengths of all bands: those of the option ``wavelengths``, else those of the file.

    Raises
    ------
    InputError
        If nothing tells them, or the file does so wrongly.
    UsageError
        If the option does not fit the file.
    """
    if option is not None:
        given = given_wavelengths(option, len(stored.values))
        _warn_of_contradiction(stored, given)
        return given
    nm = _read_nm(stored)
    if nm is None:
        msg = (
            f"{stored.path} does not give the wavelengths of its {len(stored.values)} bands: give "
            "them, -o wavelengths=NM,NM,... or evenly spaced, -o wavelengths=FIRST:LAST"
        )
        raise InputError(msg)
    _check_unequal(stored, nm)
    return nm


def _read_nm(stored: Stored) -> tuple[float, ...] | None:
    if not stored.wavelengths:
        return None
    n_told, n_bands = len(stored.wavelengths), len(stored.values)
    if n_told != n_bands:
        msg = f"{stored.path} gives {n_told} wavelengths, but its cube has {n_bands} bands"
        raise InputError(msg)
    return as_nm(stored.path, stored.wavelengths, stored.unit)


def _check_unequal(stored: Stored, nm: tuple[float, ...]) -> None:
    good = np.arange(len(nm)) if stored.good is None else stored.good
    if equal := equal_bands([nm[band] for band in good]):
        first, second = (good[number - 1] for number in equal)
        msg = (
            f"{stored.path} gives its bands {first + 1} and {second + 1} one wavelength, "
            f"{nm[first]:g} nm; give those of all bands, -o wavelengths=NM,NM,..., or mark one of "
            "the two as bad in an ENVI header (bbl)"
        )
        raise InputError(msg)


def _warn_of_contradiction(stored: Stored, given: tuple[float, ...]) -> None:
    told = file_nm(stored) or given
    band = first_apart(told, given, MAX_DEVIATION_NM)
    if band is not None:
        warn(
            f"band {band + 1} of {stored.path} is {told[band]:g} nm in the file but "
            f"{given[band]:g} nm in -o wavelengths, which is used: omit the option if the "
            "file is right"
        )
