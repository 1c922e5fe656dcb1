"""Bands that are mirrored, or upside down, relative to their photograph."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.registration import MIN_SIDE_RELATED

MIN_CORRELATION, CHANCE_TIMES_SIDE = 0.2, 40.0
"""Smallest correlation of a mirrored band, whatever its size, and its product with the side."""

MIN_TIMES = 2.0
"""Smallest correlation relative to that of the band as it is."""

FLIPS: Mapping[str, tuple[slice, slice]] = {
    "mirrored left to right": np.s_[:, ::-1],
    "mirrored top to bottom": np.s_[::-1, :],
    "turned by 180°": np.s_[::-1, ::-1],
}


def mirroring_problem(path: Path, photograph: FloatArray, band: FloatArray) -> str | None:
    """A sentence about a band that resembles its photograph more after flipping; else None.

    Both are :func:`windowed_edges` (H, W).
    """
    if min(band.shape) < MIN_SIDE_RELATED:
        return None
    flipped = {how: _correlation(photograph, band[flip]) for how, flip in FLIPS.items()}
    how = max(flipped, key=flipped.__getitem__)
    as_it_is = _correlation(photograph, band)
    least = max(MIN_CORRELATION, CHANCE_TIMES_SIDE / math.sqrt(band.size), MIN_TIMES * as_it_is)
    if flipped[how] < least:
        return None
    return (
        f"{path} is {how}: its edges correlate with those of its photograph by "
        f"{flipped[how]:.2f} after undoing that, and by {as_it_is:.2f} as it is; flip the file back"
    )


def _correlation(photograph: FloatArray, band: FloatArray) -> float:
    """The highest correlation (0..1) of two images (H, W) over all shifts."""
    spectra = np.fft.rfft2(photograph) * np.fft.rfft2(band).conj()
    highest = float(np.fft.irfft2(spectra, band.shape).max())
    return highest / max(float(np.linalg.norm(photograph) * np.linalg.norm(band)), 1e-12)
