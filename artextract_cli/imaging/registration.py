"""How far a band is shifted against its photograph, and whether it is turned or rescaled."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.registration import phase_cross_correlation

from artextract_cli._typing import FloatArray

MIN_SIDE = 32
MAX_SIDE = 1024
"""Of larger pictures only the middle is compared: enough to tell, and quick."""

TILE_SIDE, MAX_TILES = 128, 16
"""Of tiles that are measured one by one, in px; and how many along a side, at most."""

TILES_ALONG = 4
"""Of the tiles by which a turn is told: enough for a third of them to be wrong, and quick."""

MIN_SIDE_ROTATION = 256
"""Shortest side in px of a picture whose tiles lie far enough apart to tell a turn."""

MIN_SIDE_RELATED = 96
"""Shortest side in px of a picture of which it is told that it shares nothing with others."""

MIN_INLIERS = 8
"""Of the tiles, of which three in four also must agree on one turn and scale to within a pixel."""

_INLIER_SHARE, _INLIER_DISTANCE, _CERTAINTY = 0.75, 0.75, 4.0
_AMBIGUOUS_FROM, _ABOUT_AS_WELL = 1.0, 0.85
"""In px; and of the highest correlation of a tile: repeated outlines reach that, others do not."""

_GRADIENT_SIGMA = 1.0
_CONTRAST_SIGMA = 4.0
_UPSAMPLING = 20
_MIN_CORRELATION = 0.15
# Unrelated smooth noise reaches a correlation of 36 / side: what could be chance tells nothing.
_CHANCE_TIMES_SIDE = 40.0


def windowed_edges(picture: FloatArray) -> FloatArray:
    """Draw the outlines of the middle of ``picture`` (H, W): alike in any band, whatever its tones.

    They are the gradient magnitude of the square root (which evens out photon noise), brought to
    equal local contrast and faded out by a Hann window. A constant picture has none: all 0.
    """
    return windowed(central_edges(picture))


def central_edges(picture: FloatArray) -> FloatArray:
    """Draw the outlines of the middle of ``picture`` (H, W), not faded out."""
    return edges(_middle(picture))


def windowed(lines: FloatArray) -> FloatArray:
    """Fade outlines (H, W) out towards the border, for what is compared to be periodic."""
    return np.asarray(lines * hann_window(lines.shape), np.float32)


def edges(picture: FloatArray) -> FloatArray:
    """Draw the outlines of all of ``picture`` (H, W), not faded out, as `windowed_edges` does."""
    tones = np.sqrt(np.maximum(picture, 0))
    gradient = ndimage.gaussian_gradient_magnitude(tones, _GRADIENT_SIGMA, mode="nearest")
    detail = gradient - ndimage.gaussian_filter(gradient, _CONTRAST_SIGMA)
    contrast = np.sqrt(ndimage.gaussian_filter(detail**2, _CONTRAST_SIGMA))
    # A tenth of the mean contrast keeps noise in flat areas from being blown up to outlines.
    even = detail / (contrast + 0.1 * contrast.mean() + np.finfo(np.float32).tiny)
    return np.asarray(even, np.float32)


def measure_shift(photograph: FloatArray, band: FloatArray) -> tuple[float, float] | None:
    """Measure by how many pixels (down, right) a band is shifted against its photograph.

    Both are :func:`windowed_edges` of pictures of one size. The peak of their cross-correlation is found
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


def unrelated(lines: Mapping[Path, FloatArray], related: Iterable[Path]) -> list[Path]:
    """Tell which outlines share nothing with the ``related`` ones, nor with what shares with them.

    Bands far in the infrared may differ from their photograph, but hardly from their neighbours.
    Pictures of less than 96 pixels tell nothing.
    """
    joined = list(related)
    left = [
        path
        for path, drawn in lines.items()
        if path not in joined and min(drawn.shape) >= MIN_SIDE_RELATED and drawn.any()
    ]
    for one in joined:  # which grows
        shared = [p for p in left if measure_shift(lines[one], lines[p]) is not None]
        joined += shared
        left = [path for path in left if path not in shared]
    return left


def tile_shifts(photograph: FloatArray, band: FloatArray) -> tuple[FloatArray, int]:
    """Measure the shift of every tile of a band against the photograph, both (H, W), by itself.

    Tiles overlap by half. Returns (N, 4): the middle of each tile that tells a shift, in rows and
    columns, and by how many pixels (down, right) it is shifted; and how many tiles there are.
    Where outlines repeat, as in bars or weave, several shifts agree about as well; it is the
    smallest of them.
    """
    found = []
    side = min(TILE_SIDE, *photograph.shape)
    corners = list(product(*(_starts(length, side) for length in photograph.shape)))
    for top, left in corners:
        tile = np.s_[top : top + side, left : left + side]
        lines, others = windowed_edges(photograph[tile]), windowed_edges(band[tile])
        shift = measure_shift(lines, others)
        if shift is not None and math.hypot(*shift) > _AMBIGUOUS_FROM:
            shift = _nearest_shift(lines, others)
        if shift is not None:
            found.append((top + (side - 1) / 2, left + (side - 1) / 2, *shift))
    return np.array(found, np.float32).reshape(-1, 4), len(corners)


def _nearest_shift(photograph: FloatArray, band: FloatArray) -> tuple[float, float]:
    """Find the smallest shift (down, right) at which outlines agree about as well as at any."""
    product_of_spectra = np.fft.fft2(photograph).conj() * np.fft.fft2(band)
    agreement = np.fft.ifft2(product_of_spectra).real
    peaks = agreement == ndimage.maximum_filter(agreement, 3, mode="wrap")
    enough = np.argwhere(peaks & (agreement >= _ABOUT_AS_WELL * agreement.max()))
    shape = np.array(band.shape)
    shifts = (enough + shape // 2) % shape - shape // 2
    down, right = shifts[int(np.argmin(np.hypot(*shifts.T)))]
    return _refined_peak(product_of_spectra, (float(down), float(right)))


def _refined_peak(spectra: NDArray[Any], peak: tuple[float, float]) -> tuple[float, float]:
    """Find the highest correlation within a pixel of a peak, to 1/20 px."""
    steps = np.arange(-_UPSAMPLING, _UPSAMPLING + 1) / _UPSAMPLING
    down, right = (
        np.exp(2j * np.pi * np.outer(at + steps, np.fft.fftfreq(n)))
        for at, n in zip(peak, spectra.shape, strict=True)
    )
    row, column = np.unravel_index(
        int((down @ spectra @ right.T).real.argmax()), (len(steps), len(steps))
    )
    return peak[0] + float(steps[row]), peak[1] + float(steps[column])


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """By how much a band is turned and larger than its photograph."""

    degrees: float
    """Clockwise."""

    scale: float

    def at_corners(self, shape: tuple[int, ...]) -> float:
        """By how many pixels that moves the corners of a picture (H, W) about its middle."""
        moved = self.scale * np.exp(1j * math.radians(self.degrees)) - 1
        return float(abs(moved)) * math.hypot(*shape[:2]) / 2


def measure_rotation(photograph: FloatArray, band: FloatArray) -> Rotation | None:
    """Tell by a few tiles whether a band is turned or of another scale.

    Both are :func:`central_edges` of pictures of one size. The shifts of the tiles are those of a
    similarity, found by the pair of tiles that most others agree with, and then by all of these.
    None where too few agree, or what they tell could be chance.
    """
    if min(photograph.shape) < MIN_SIDE_ROTATION:
        return None
    points, shifts = _few_tiles(photograph, band)
    agree = _agreeing(points, shifts)
    if agree.sum() < max(MIN_INLIERS, _INLIER_SHARE * len(points)):
        return None
    points, shifts = points[agree], shifts[agree]
    about = points - points.mean()
    turned = np.vdot(about, shifts - shifts.mean()) / np.vdot(about, about).real
    left = shifts - shifts.mean() - turned * about
    uncertainty = math.sqrt(np.vdot(left, left).real / (len(left) - 2)) / np.linalg.norm(about)
    if abs(turned) < _CERTAINTY * uncertainty:
        return None
    found = 1 + turned
    return Rotation(degrees=math.degrees(np.angle(found)), scale=float(abs(found)))


def _few_tiles(photograph: FloatArray, band: FloatArray) -> tuple[NDArray[Any], NDArray[Any]]:
    """Middles of tiles and their shifts (N,), as complex numbers: columns + i rows."""
    side = min(TILE_SIDE, min(photograph.shape) // 2)
    starts = (np.linspace(0, n - side, TILES_ALONG).astype(int) for n in photograph.shape)
    found = []
    for top, left in product(*starts):
        tile = np.s_[top : top + side, left : left + side]
        shift = measure_shift(windowed(photograph[tile]), windowed(band[tile]))
        if shift is not None:
            found.append((complex(left, top), complex(shift[1], shift[0])))
    points, shifts = np.array(found, complex).reshape(-1, 2).T
    return points, shifts


def _agreeing(points: NDArray[Any], shifts: NDArray[Any]) -> NDArray[np.bool_]:
    """Which tiles (N,) agree with the similarity of the pair that most others agree with."""
    best = np.zeros(len(points), np.bool_)
    for a, b in combinations(range(len(points)), 2):
        turned = (shifts[b] - shifts[a]) / (points[b] - points[a])
        agree = abs(shifts - shifts[a] - turned * (points - points[a])) < _INLIER_DISTANCE
        best = agree if agree.sum() > best.sum() else best
    return best


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin: overlapping by half, the last one at the end, at most 16."""
    n_tiles = min(MAX_TILES, max(1, -(-2 * (length - side) // side) + 1))
    return [round(start) for start in np.linspace(0, length - side, n_tiles)]


def _middle(picture: FloatArray) -> FloatArray:
    top, left = (max(0, (side - MAX_SIDE) // 2) for side in picture.shape)
    return picture[top : top + MAX_SIDE, left : left + MAX_SIDE]


def hann_window(shape: tuple[int, ...]) -> FloatArray:
    """A Hann window (H, W)."""
    return np.outer(np.hanning(shape[0]), np.hanning(shape[1])).astype(np.float32)
