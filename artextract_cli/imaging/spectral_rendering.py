"""The photograph that narrow bands show: CIE 1931 observer of 2°, illuminant D65, sRGB."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError

FIRST_NM, LAST_NM = 420.0, 700.0
"""Bands must reach these. The little that the eye sees beyond is filled by the outermost ones."""

WIDEST_STEP = 25.0
"""Between bands in nm; with wider ones colours would be guessed (CIE 15 asks for 20 nm at most)."""


def rgb_weights(path: Path, nm: Sequence[float]) -> NDArray[np.float64]:
    """Weights that turn reflectance of narrow bands into linear sRGB under D65; white is (1, 1, 1).

    Parameters
    ----------
    path
        File of the bands, for the message.
    nm
        Wavelengths of the bands in nm (B,).

    Returns
    -------
    ndarray
        (B, 3) float64.

    Raises
    ------
    InputError
        If the bands, which are those of ``path``, do not cover what the eye sees.
    """
    import colour

    _check_renderable(path, nm)
    observer = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    d65 = colour.SDS_ILLUMINANTS["D65"]
    grid = observer.wavelengths[observer.wavelengths <= d65.wavelengths[-1]]
    light = np.interp(grid, d65.wavelengths, d65.values)
    seen = observer.values[: len(grid)] * light[:, None]
    xyz = interpolation_weights(nm, grid) @ seen
    linear = xyz @ colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB.T
    # The matrix has four digits: without this, white would not be quite white.
    return np.asarray(linear / linear.sum(axis=0))


def interpolation_weights(nm: Sequence[float], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights that interpolate linearly between bands; beyond the ends the last one is repeated.

    Parameters
    ----------
    nm
        Wavelengths of the bands in nm (B,).
    at
        Wavelengths in nm (n,) at which values are wanted.

    Returns
    -------
    ndarray
        (B, n) float64.
    """
    order = np.argsort(nm, kind="stable")
    known = np.asarray(nm, np.float64)[order]
    one_band = np.eye(len(known))[order]
    return np.stack([np.interp(at, known, one_band[:, band]) for band in range(len(known))])


def _check_renderable(path: Path, nm: Sequence[float]) -> None:
    known = np.sort(np.asarray(nm, np.float64))
    inner = known[(known >= FIRST_NM - WIDEST_STEP) & (known <= LAST_NM + WIDEST_STEP)]
    reaches = known[0] <= FIRST_NM and known[-1] >= LAST_NM
    if not reaches or np.diff(inner).max(initial=0) > WIDEST_STEP:
        msg = (
            f"no photograph can be rendered from {path}: it has {len(known)} bands from "
            f"{known[0]:g} to {known[-1]:g} nm, and it takes bands from {FIRST_NM:g} to "
            f"{LAST_NM:g} nm, {WIDEST_STEP:g} nm apart at most; give one, -o photograph=FILE"
        )
        raise InputError(msg)
