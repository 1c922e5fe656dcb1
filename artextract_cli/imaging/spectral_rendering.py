"""Rendering a photograph from narrow bands: CIE 1931 2° observer, illuminant D65, sRGB."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError

FIRST_NM, LAST_NM = 420.0, 700.0
"""Range that bands must cover; the eye sees little beyond, which the outermost bands stand for."""

WIDEST_STEP = 25.0
"""Largest distance between bands in nm, a little above the 20 nm that CIE 15 allows; over wider
gaps colours would be guessed."""


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
        If the bands of ``path`` do not cover the visible range.
    """
    import colour

    _check_renderable(path, nm)
    observer = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    d65 = colour.SDS_ILLUMINANTS["D65"]
    # The table of D65 ends before that of the observer, whose responses are nearly 0 there.
    grid = observer.wavelengths[observer.wavelengths <= d65.wavelengths[-1]]
    light = np.interp(grid, d65.wavelengths, d65.values)
    responses = observer.values[: len(grid)] * light[:, None]
    xyz = interpolation_weights(nm, grid) @ responses
    linear = xyz @ colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB.T
    # The matrix has four digits: without this, white would have a slight colour.
    return np.asarray(linear / linear.sum(axis=0))


def interpolation_weights(nm: Sequence[float], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights for linear interpolation between bands; beyond the ends the last band is repeated.

    Parameters
    ----------
    nm
        Wavelengths of the bands in nm (B,).
    at
        Wavelengths in nm (n,) at which to interpolate.

    Returns
    -------
    ndarray
        (B, n) float64.
    """
    order = np.argsort(nm, kind="stable")
    known = np.asarray(nm, np.float64)[order]
    # Interpolating each unit vector gives the weights of its band.
    one_band = np.eye(len(known))[order]
    return np.stack([np.interp(at, known, one_band[:, band]) for band in range(len(known))])


def _check_renderable(path: Path, nm: Sequence[float]) -> None:
    known = np.sort(np.asarray(nm, np.float64))
    # Bands just outside bridge the gap to the ends; those farther off may be wide apart.
    inner = known[(known >= FIRST_NM - WIDEST_STEP) & (known <= LAST_NM + WIDEST_STEP)]
    reaches = known[0] <= FIRST_NM and known[-1] >= LAST_NM
    if not reaches or np.diff(inner).max(initial=0) > WIDEST_STEP:
        msg = (
            f"no photograph can be rendered from {path}: it has {len(known)} bands from "
            f"{known[0]:g} to {known[-1]:g} nm, but bands from {FIRST_NM:g} to {LAST_NM:g} nm, "
            f"at most {WIDEST_STEP:g} nm apart, are needed; give a photograph with "
            "-o photograph=FILE"
        )
        raise InputError(msg)
