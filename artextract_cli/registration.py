"""How far a band is shifted against its photograph."""

import math
from itertools import product

import numpy as np
from scipy import ndimage  # noqa: TID253
from skimage.registration import phase_cross_correlation  # noqa: TID253

from artextract_cli.contract import FloatArray

MIN_SIDE = 32
MAX_SIDE = 1024
"""Of larger pictures only the middle is compared: enough to tell, and quick."""

TILE_SIDE, MAX_TILES = 128, 16
"""Of tiles that are measured one by one, in px; and how many along a side, at most."""

_GRADIENT_SIGMA = 1.0
_CONTRAST_SIGMA = 4.0
_UPSAMPLING = 20
_MIN_CORRELATION = 0.15
# Unrelated smooth noise reaches a correlation of 36 / side: what could be chance tells nothing.
_CHANCE_TIMES_SIDE = 40.0


def outlines(picture: FloatArray) -> FloatArray:
    """Draw the outlines of the middle of ``picture`` (H, W): alike in any band, whatever its tones.

    They are the gradient magnitude of the square root (which evens out photon noise), brought to
    equal local contrast and faded out by a Hann window. A constant picture has none: all 0.
    """
    even = edges(_middle(picture))
    return np.asarray(even * fading(even.shape), np.float32)


def edges(picture: FloatArray) -> FloatArray:
    """Draw the outlines of all of ``picture`` (H, W), not faded out, as `outlines` does."""
    tones = np.sqrt(np.maximum(picture, 0))
    gradient = ndimage.gaussian_gradient_magnitude(tones, _GRADIENT_SIGMA, mode="nearest")
    detail = gradient - ndimage.gaussian_filter(gradient, _CONTRAST_SIGMA)
    contrast = np.sqrt(ndimage.gaussian_filter(detail**2, _CONTRAST_SIGMA))
    # A tenth of the mean contrast keeps noise in flat areas from being blown up to outlines.
    even = detail / (contrast + 0.1 * contrast.mean() + np.finfo(np.float32).tiny)
    return np.asarray(even, np.float32)


def measure_shift(photograph: FloatArray, band: FloatArray) -> tuple[float, float] | None:
    """Measure by how many pixels (down, right) a band is shifted against its photograph.

    Both are :func:`outlines` of pictures of one size. The peak of their cross-correlation is found
    to 1/20 pixel by a matrix-multiply Fourier transform (Guizar-Sicairos, Thurman & Fienup, Optics
    Letters 33:156, 2008). None where the peak could be chance.
    """
    if min(band.shape) < MIN_SIDE or not (photograph.any() and band.any()):
        return None
    to_photograph, _, _ = phase_cross_correlation(
        photograph, band, upsample_factor=_UPSAMPLING, normalization=None
    )
    moved = np.roll(band, np.rint(to_photograph).astype(int), axis=(0, 1))
    correlation = np.vdot(photograph, moved) / (np.linalg.norm(photograph) * np.linalg.norm(band))
    if correlation < max(_MIN_CORRELATION, _CHANCE_TIMES_SIDE / math.sqrt(band.size)):
        return None
    down, right = (round(-float(distance), 2) + 0.0 for distance in to_photograph)
    return down, right


def tile_shifts(photograph: FloatArray, band: FloatArray) -> tuple[FloatArray, int]:
    """Measure the shift of every tile of a band against the photograph, both (H, W), by itself.

    Tiles overlap by half. Returns (N, 4): the middle of each tile that tells a shift, in rows and
    columns, and by how many pixels (down, right) it is shifted; and how many tiles there are.
    """
    found = []
    side = min(TILE_SIDE, *photograph.shape)
    corners = list(product(*(_starts(length, side) for length in photograph.shape)))
    for top, left in corners:
        tile = np.s_[top : top + side, left : left + side]
        shift = measure_shift(outlines(photograph[tile]), outlines(band[tile]))
        if shift is not None:
            found.append((top + (side - 1) / 2, left + (side - 1) / 2, *shift))
    return np.array(found, np.float32).reshape(-1, 4), len(corners)


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin: overlapping by half, the last one at the end, at most 16."""
    n_tiles = min(MAX_TILES, max(1, -(-2 * (length - side) // side) + 1))
    return [round(start) for start in np.linspace(0, length - side, n_tiles)]


def _middle(picture: FloatArray) -> FloatArray:
    top, left = (max(0, (side - MAX_SIDE) // 2) for side in picture.shape)
    return picture[top : top + MAX_SIDE, left : left + MAX_SIDE]


def fading(shape: tuple[int, ...]) -> FloatArray:
    """A Hann window (H, W)."""
    return np.outer(np.hanning(shape[0]), np.hanning(shape[1])).astype(np.float32)
