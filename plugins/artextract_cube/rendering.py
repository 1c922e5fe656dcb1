"""The photograph that a cube shows: CIE 1931 observer of 2°, illuminant D65, sRGB."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError
from artextract_cube.wavelengths import interpolation

FIRST_NM, LAST_NM = 420.0, 700.0
"""A cube must reach these. The little that the eye sees beyond is filled by its outermost bands."""

WIDEST_STEP = 25.0
"""Between bands in nm; with wider ones colours would be guessed (CIE 15 asks for 20 nm at most)."""


def check_renderable(path: Path, nm: Sequence[float]) -> None:
    """Check that colours can be told from bands at these wavelengths.

    Raises
    ------
    InputError
        If they do not cover what the eye sees.
    """
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


def rgb_weights(nm: Sequence[float]) -> NDArray[np.float64]:
    """Weights (B, 3) that make linear sRGB of reflectance; white (1, 1, 1) where that is 1."""
    import colour

    observer = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    d65 = colour.SDS_ILLUMINANTS["D65"]
    grid = observer.wavelengths[observer.wavelengths <= d65.wavelengths[-1]]
    light = np.interp(grid, d65.wavelengths, d65.values)
    seen = observer.values[: len(grid)] * light[:, None]
    xyz = interpolation(nm, grid) @ seen
    linear = xyz @ colour.RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB.T
    # The matrix has four digits: without this, white would not be quite white.
    return np.asarray(linear / linear.sum(axis=0))


def coded(linear: NDArray[Any]) -> NDArray[np.float32]:
    """Linear sRGB (..., 3) as coded, 0..1; what a screen cannot show is clipped."""
    import colour

    encode = colour.RGB_COLOURSPACES["sRGB"].cctf_encoding
    return np.asarray(np.clip(encode(np.clip(linear, 0, 1)), 0, 1), np.float32)
