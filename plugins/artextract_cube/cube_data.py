"""A cube as its file contains it, as read with options, and the bands averaged from it."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, warn
from artextract_cube.wavelengths import as_nm, equal_bands, first_apart, given_wavelengths

SCALE_KEY = "reflectance scale factor"
"""Name in ENVI headers, and in OME-TIFF files by artextract, of the count that stands for 1."""

MAX_DEVIATION_NM = 5.0
"""Largest difference in nm between wavelengths of an option and of the file before a warning; one
of them must then be wrong."""

Calibration = Callable[
    [NDArray[np.float32], NDArray[np.intp], slice], tuple[NDArray[np.float32], NDArray[np.bool_]]
]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The content of a cube file, regardless of options."""

    path: Path
    values: NDArray[Any]
    """(all bands, H, W), possibly a memory-mapped file."""

    wavelengths: tuple[float, ...] = ()
    """As written in the file; empty if missing."""

    unit: str = ""
    good: NDArray[np.intp] | None = None
    """(B,) indices of bands that the file does not mark as bad; None for all."""

    full_scale: float | None = None
    missing: float | None = None
    """The value of pixels that were not measured."""

    photograph: NDArray[Any] | None = None
    """(H, W, 3) the photograph in the same file."""

    pixels_per_mm: float | None = None


@dataclass(frozen=True, kw_only=True)
class Cube:
    """A cube of many bands, as read from a file."""

    path: Path
    values: NDArray[Any]
    """(all bands, H, W), possibly a memory-mapped file."""

    nm: tuple[float, ...]
    """(B,) wavelengths of the good bands."""

    file_nm: tuple[float, ...] | None = None
    """(all bands,) wavelengths in the file, regardless of options."""

    full_scale: float
    """The value that counts as 1."""

    scale_is_given: bool = True
    """Whether the file or an option gives it; else it is the largest of the type or the values."""

    missing: float | None = None
    """The value of pixels that were not measured."""

    photograph: NDArray[Any] | None = None
    """(H, W, 3) the photograph in the same file."""

    pixels_per_mm: float | None = None

    good: NDArray[np.intp] | None = None
    """(B,) indices of the good bands; None for all."""

    to_reflectance: Calibration | None = None
    """Converts counts (n, h, W) of n of all bands, in some rows, to reflectance, and returns where
    (h, W) they are valid."""

    def stored(self, used: NDArray[np.intp]) -> NDArray[np.intp]:
        """Indices among all bands of some of the good bands."""
        return used if self.good is None else self.good[used]


@dataclass(frozen=True, kw_only=True)
class Averaged:
    """The bands averaged from a cube."""

    bands: NDArray[Any]
    """(H, W, K) in the form of a capture."""

    rgb: NDArray[Any]
    """(H, W, 3) the photograph, given or rendered."""

    wavelengths: tuple[float, ...]
    mask: NDArray[np.bool_] | None
    """(H, W), False where nothing was measured; None if all was."""


def scale_of(width: float, height: float) -> float | None:
    """Pixels per mm, given the size of a pixel in mm; None if it is not a square of some size."""
    is_square = 0 < width < math.inf and math.isclose(width, height, rel_tol=0.01)
    # Nine digits, since the inverse of 0.08 need not be exactly 12.5.
    return float(f"{1 / width:.9g}") if is_square else None


def file_nm(stored: Stored) -> tuple[float, ...] | None:
    """Wavelengths of all bands in the file; None if missing or unusable."""
    # Here wavelengths only serve for comparison; where they are needed, `nm_of` raises.
    with suppress(InputError):
        return _read_nm(stored)
    return None


def nm_of(stored: Stored, option: str | None) -> tuple[float, ...]:
    """Wavelengths of all bands, from the option ``wavelengths`` or else from the file.

    Raises
    ------
    InputError
        If they are missing, or invalid in the file.
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
    n_given, n_bands = len(stored.wavelengths), len(stored.values)
    if n_given != n_bands:
        msg = f"{stored.path} gives {n_given} wavelengths, but its cube has {n_bands} bands"
        raise InputError(msg)
    return as_nm(stored.path, stored.wavelengths, stored.unit)


def _check_unequal(stored: Stored, nm: tuple[float, ...]) -> None:
    good = np.arange(len(nm)) if stored.good is None else stored.good
    if equal := equal_bands([nm[band] for band in good]):
        first, second = (good[number - 1] for number in equal)
        msg = (
            f"{stored.path} gives its bands {first + 1} and {second + 1} the same wavelength, "
            f"{nm[first]:g} nm; give those of all bands, -o wavelengths=NM,NM,..., or mark one of "
            "the two as bad in an ENVI header (bbl)"
        )
        raise InputError(msg)


def _warn_of_contradiction(stored: Stored, given: tuple[float, ...]) -> None:
    in_file = file_nm(stored) or given
    band = first_apart(in_file, given, MAX_DEVIATION_NM)
    if band is not None:
        warn(
            f"band {band + 1} of {stored.path} is {in_file[band]:g} nm in the file but "
            f"{given[band]:g} nm in -o wavelengths, which is used: omit the option if the "
            "file is right"
        )
