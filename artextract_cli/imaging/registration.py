"""Measuring the shift, rotation and scale of a band relative to its photograph."""

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
"""Shortest side in px of an image whose shift can be measured."""

MAX_SIDE = 1024
"""Side in px of the central part of larger images that is compared: it suffices, and is fast."""

TILE_SIDE, MAX_TILES = 128, 16
"""Side in px of the tiles whose shifts are measured, and their largest number along a side."""

TILES_ALONG = 4
"""Tiles along a side from which a rotation is measured: a third of them may be wrong."""

MIN_SIDE_ROTATION = 256
"""Shortest side in px of an image whose tiles are far enough apart to measure a rotation."""

MIN_SIDE_RELATED = 96
"""Shortest side in px of an image that can be reported as unrelated to the others."""

MIN_INLIERS = 8
"""Smallest number of tiles that must agree on one rotation and scale, besides the share below."""

_INLIER_SHARE, _INLIER_DISTANCE, _CERTAINTY = 0.75, 0.75, 4.0
"""Share of tiles that must agree, within how many px; and standard errors from which a rotation
counts."""

_AMBIGUOUS_SHIFT, _SIMILAR_SHARE = 1.0, 0.85
"""Shift in px from which a tile may be ambiguous; and share of the highest correlation that a
second peak reaches where edges repeat, and not otherwise."""

_GRADIENT_SIGMA = 1.0
"""Standard deviation in px of the Gaussian whose derivatives give the edges."""

_CONTRAST_SIGMA = 4.0
"""Standard deviation in px of the window over which local contrast is evened out."""

_UPSAMPLING = 20
"""Steps per pixel to which shifts are measured."""

_MIN_CORRELATION = 0.15
"""Smallest correlation at a measured shift, however large the image."""

_CHANCE_TIMES_SIDE = 40.0
"""Smallest correlation times the side in px: unrelated smooth noise reaches 36 by chance."""


def windowed_edges(image: FloatArray) -> FloatArray:
    """Compute edges of the centre of ``image`` (H, W), which are alike in bands of other tones.

    They are the gradient magnitude of the square root (which makes photon noise uniform), brought
    to equal local contrast and multiplied by a Hann window. Those of a constant image are 0.
    """
    return windowed(central_edges(image))


def central_edges(image: FloatArray) -> FloatArray:
    """Compute the edges of the centre of ``image`` (H, W), without a window."""
    return edges(_centre(image))


def windowed(image: FloatArray) -> FloatArray:
    """Multiply an image (H, W) by a Hann window, as the Fourier transform assumes periodicity."""
    return np.asarray(image * hann_window(image.shape), np.float32)


def edges(image: FloatArray) -> FloatArray:
    """Compute the edges of all of ``image`` (H, W) as `windowed_edges` does, without a window."""
    tones = np.sqrt(np.maximum(image, 0))
    gradient = ndimage.gaussian_gradient_magnitude(tones, _GRADIENT_SIGMA, mode="nearest")
    detail = gradient - ndimage.gaussian_filter(gradient, _CONTRAST_SIGMA)
    contrast = np.sqrt(ndimage.gaussian_filter(detail**2, _CONTRAST_SIGMA))
    # A tenth of the mean contrast prevents noise in flat areas from being amplified to edges.
    even = detail / (contrast + 0.1 * contrast.mean() + np.finfo(np.float32).tiny)
    return np.asarray(even, np.float32)


def measure_shift(photograph: FloatArray, band: FloatArray) -> tuple[float, float] | None:
    """Measure the shift (down, right) of a band relative to its photograph in px.

    Both are :func:`windowed_edges` of images of one size. The peak of their cross-correlation is
    found to 1/20 pixel by a matrix-multiply Fourier transform (Guizar-Sicairos, Thurman & Fienup,
    Optics Letters 33:156, 2008). None if the peak could be chance.
    """
    if min(band.shape) < MIN_SIDE or not (photograph.any() and band.any()):
        return None
    to_photograph, _, _ = phase_cross_correlation(
        photograph, band, upsample_factor=_UPSAMPLING, normalization=None
    )
    shifted = np.roll(band, np.rint(to_photograph).astype(int), axis=(0, 1))
    # At whole pixels: the peak of a subpixel shift is lower by little, and needs no resampling.
    correlation = np.vdot(photograph, shifted) / (np.linalg.norm(photograph) * np.linalg.norm(band))
    if correlation < max(_MIN_CORRELATION, _CHANCE_TIMES_SIDE / math.sqrt(band.size)):
        return None
    # Adding 0.0 turns -0.0 into 0.0.
    down, right = (round(-float(distance), 2) + 0.0 for distance in to_photograph)
    return down, right


def unrelated(edges: Mapping[Path, FloatArray], related: Iterable[Path]) -> list[Path]:
    """List the images whose edges match neither ``related`` ones nor any that match these.

    Bands far in the infrared may differ from their photograph, but hardly from their neighbours.
    Images with sides below 96 pixels are never listed.
    """
    matched = list(related)
    remaining = [
        path
        for path, image in edges.items()
        if path not in matched and min(image.shape) >= MIN_SIDE_RELATED and image.any()
    ]
    for one in matched:  # the list grows
        matches = [p for p in remaining if measure_shift(edges[one], edges[p]) is not None]
        matched += matches
        remaining = [path for path in remaining if path not in matches]
    return remaining


def tile_shifts(photograph: FloatArray, band: FloatArray) -> tuple[FloatArray, int]:
    """Measure the shift of every tile of a band relative to the photograph, both (H, W).

    Tiles overlap by half. Returns (N, 4), the row and column of the centre of each tile whose shift
    can be measured, and its shift (down, right) in px; and the number of all tiles. Where edges
    repeat, as in bars or weave, several shifts agree similarly well; the smallest is taken.
    """
    rows = []
    side = min(TILE_SIDE, *photograph.shape)
    corners = list(product(*(_starts(length, side) for length in photograph.shape)))
    for top, left in corners:
        tile = np.s_[top : top + side, left : left + side]
        ours, theirs = windowed_edges(photograph[tile]), windowed_edges(band[tile])
        shift = measure_shift(ours, theirs)
        # A shift below a pixel is smaller than any period of bars or weave.
        if shift is not None and math.hypot(*shift) > _AMBIGUOUS_SHIFT:
            shift = _smallest_shift(ours, theirs)
        if shift is not None:
            rows.append((top + (side - 1) / 2, left + (side - 1) / 2, *shift))
    return np.array(rows, np.float32).reshape(-1, 4), len(corners)


def _smallest_shift(photograph: FloatArray, band: FloatArray) -> tuple[float, float]:
    """The smallest of the shifts (down, right) at which edges agree similarly well."""
    product_of_spectra = np.fft.fft2(photograph).conj() * np.fft.fft2(band)
    agreement = np.fft.ifft2(product_of_spectra).real
    peaks = agreement == ndimage.maximum_filter(agreement, 3, mode="wrap")
    enough = np.argwhere(peaks & (agreement >= _SIMILAR_SHARE * agreement.max()))
    shape = np.array(band.shape)
    shifts = (enough + shape // 2) % shape - shape // 2
    down, right = shifts[int(np.argmin(np.hypot(*shifts.T)))]
    return _refined_peak(product_of_spectra, (float(down), float(right)))


def _refined_peak(spectra: NDArray[Any], peak: tuple[float, float]) -> tuple[float, float]:
    """Position of the highest correlation within a pixel of a peak, to 1/20 px."""
    steps = np.arange(-_UPSAMPLING, _UPSAMPLING + 1) / _UPSAMPLING
    # A Fourier transform at 41 × 41 positions around the peak only, as two matrix products.
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
    """Rotation and scale of a band relative to its photograph."""

    degrees: float
    """Clockwise."""

    scale: float

    def at_corners(self, shape: tuple[int, ...]) -> float:
        """Distance in px by which the corners of an image (H, W) move about its centre."""
        difference = self.scale * np.exp(1j * math.radians(self.degrees)) - 1
        return float(abs(difference)) * math.hypot(*shape[:2]) / 2


def measure_rotation(photograph: FloatArray, band: FloatArray) -> Rotation | None:
    """Measure the rotation and scale of a band by the shifts of a few tiles.

    Both are :func:`central_edges` of images of one size. A similarity is fitted to the tiles that
    agree with the pair of tiles with which most others agree. None if too few agree, or the result
    could be chance.
    """
    if min(photograph.shape) < MIN_SIDE_ROTATION:
        return None
    points, shifts = _few_tiles(photograph, band)
    agree = _agreeing(points, shifts)
    if agree.sum() < max(MIN_INLIERS, _INLIER_SHARE * len(points)):
        return None
    points, shifts = points[agree], shifts[agree]
    centred = points - points.mean()
    # With points as complex numbers, a rotation and scale is one complex factor.
    slope = np.vdot(centred, shifts - shifts.mean()) / np.vdot(centred, centred).real
    residuals = shifts - shifts.mean() - slope * centred
    variance = np.vdot(residuals, residuals).real / (len(residuals) - 2)
    if abs(slope) < _CERTAINTY * (math.sqrt(variance) / np.linalg.norm(centred)):
        return None
    factor = 1 + slope
    return Rotation(degrees=math.degrees(np.angle(factor)), scale=float(abs(factor)))


def _few_tiles(photograph: FloatArray, band: FloatArray) -> tuple[NDArray[Any], NDArray[Any]]:
    """Positions of tiles and their shifts (N,), as complex numbers: columns + i rows."""
    side = min(TILE_SIDE, min(photograph.shape) // 2)
    starts = (np.linspace(0, n - side, TILES_ALONG).astype(int) for n in photograph.shape)
    tiles = []
    for top, left in product(*starts):
        tile = np.s_[top : top + side, left : left + side]
        shift = measure_shift(windowed(photograph[tile]), windowed(band[tile]))
        if shift is not None:
            tiles.append((complex(left, top), complex(shift[1], shift[0])))
    points, shifts = np.array(tiles, complex).reshape(-1, 2).T
    return points, shifts


def _agreeing(points: NDArray[Any], shifts: NDArray[Any]) -> NDArray[np.bool_]:
    """Mask (N,) of the tiles that agree with the pair of tiles with which most others agree."""
    best = np.zeros(len(points), np.bool_)
    # All pairs instead of random ones: of 16 tiles there are only 120.
    for a, b in combinations(range(len(points)), 2):
        slope = (shifts[b] - shifts[a]) / (points[b] - points[a])
        agree = abs(shifts - shifts[a] - slope * (points - points[a])) < _INLIER_DISTANCE
        best = agree if agree.sum() > best.sum() else best
    return best


def _starts(length: int, side: int) -> list[int]:
    """First pixels of tiles that overlap by half, the last one at the end; at most 16."""
    n_tiles = min(MAX_TILES, max(1, -(-2 * (length - side) // side) + 1))
    return [round(start) for start in np.linspace(0, length - side, n_tiles)]


def _centre(image: FloatArray) -> FloatArray:
    top, left = (max(0, (side - MAX_SIDE) // 2) for side in image.shape)
    return image[top : top + MAX_SIDE, left : left + MAX_SIDE]


def hann_window(shape: tuple[int, ...]) -> FloatArray:
    """A Hann window (H, W)."""
    return np.outer(np.hanning(shape[0]), np.hanning(shape[1])).astype(np.float32)
