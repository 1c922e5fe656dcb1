"""Compiled loops over an image and its label map: moments per region, gradients per pixel."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.kernels.jit import compiled

Counts = NDArray[np.int64]
Sums = NDArray[np.float64]
Moments = tuple[FloatArray, FloatArray, FloatArray, FloatArray, Counts, FloatArray]


def moments(image: FloatArray, labels: LabelMap, n: int) -> Moments:
    """Mean, standard deviation, minimum, maximum (N, C), pixels (N,) and centroid (N, 2)."""
    shape = (n, image.shape[2])
    # The first pixel of each region is its origin: sums of differences to it do not cancel for
    # large values.
    mean, std, low, high, origin = (np.empty(shape, np.float32) for _ in range(5))
    total, square = np.zeros(shape), np.zeros(shape)
    count, place = np.zeros(n, np.int64), np.zeros((n, 2))
    _add_pixels(image, labels, origin, low, high, total, square, count, place)
    _mean_and_spread(origin, total, square, count, mean, std)
    return mean, std, low, high, count, _quotient(place, count)


@compiled
def _add_pixels(
    image: FloatArray,
    labels: LabelMap,
    origin: FloatArray,
    low: FloatArray,
    high: FloatArray,
    total: Sums,
    square: Sums,
    count: Counts,
    place: Sums,
) -> None:
    """Sums over the pixels of each region, relative to ``origin``, the first; and extremes."""
    height, width, channels = image.shape
    for y in range(height):
        for x in range(width):
            k, pixel = np.uint32(labels[y, x]), image[y, x]
            if count[k] == 0:
                for c in range(channels):
                    origin[k, c] = low[k, c] = high[k, c] = pixel[c]
            count[k] += 1
            place[k, 0] += y
            place[k, 1] += x
            first, sums, squares, lowest, highest = origin[k], total[k], square[k], low[k], high[k]
            # Two loops, as a single one would not compile to vector instructions.
            for c in range(channels):
                difference = np.float64(pixel[c]) - first[c]
                sums[c] += difference
                squares[c] += difference * difference
            for c in range(channels):
                value, least, most = pixel[c], lowest[c], highest[c]
                lowest[c] = value if value < least else least
                highest[c] = value if value > most else most


@compiled
def _mean_and_spread(
    origin: FloatArray, total: Sums, square: Sums, count: Counts, mean: FloatArray, std: FloatArray
) -> None:
    """Mean and population standard deviation from sums of differences to ``origin``."""
    for k in range(len(origin)):
        share = 1 / count[k]
        first, sums, squares, middle, spread = origin[k], total[k], square[k], mean[k], std[k]
        for c in range(len(first)):
            shift = sums[c] * share
            middle[c] = first[c] + shift
            variance = squares[c] * share - shift * shift
            # Rounding can make the variance of a constant region slightly negative.
            spread[c] = np.sqrt(variance if variance > 0 else 0.0)


def _quotient(total: Sums, count: Counts) -> FloatArray:
    return (total / count[:, None]).astype(np.float32)


def means(image: FloatArray, labels: LabelMap, n: int) -> FloatArray:
    """Mean (N, C) of every region."""
    total, count = np.zeros((n, image.shape[2])), np.zeros(n, np.int64)
    _add_rows(image, labels, total, count)
    return _quotient(total, count)


@compiled
def _add_rows(image: FloatArray, labels: LabelMap, total: Sums, count: Counts) -> None:
    for y in range(len(image)):
        _add_row(image[y], labels[y], total, count)


@compiled
def _add_row(pixels: FloatArray, labels: NDArray[np.int32], total: Sums, count: Counts) -> None:
    """Add a row of pixels (W, C) to the sums (N, C) of their regions."""
    width, channels = pixels.shape
    for x in range(width):
        k = np.uint32(labels[x])
        count[k] += 1
        sums = total[k]
        for c in range(channels):
            sums[c] += pixels[x, c]


@compiled
def _along_columns(
    above: FloatArray, here: FloatArray, below: FloatArray, smooth: FloatArray, slope: FloatArray
) -> None:
    for i in range(len(here)):
        smooth[i] = above[i] + np.float32(2) * here[i] + below[i]
        slope[i] = below[i] - above[i]


@compiled
def _along_rows(smooth: FloatArray, slope: FloatArray, step: int, magnitude: FloatArray) -> None:
    smooth_left, smooth_right = smooth[: -2 * step], smooth[2 * step :]
    slope_left, slope_here, slope_right = slope[: -2 * step], slope[step:-step], slope[2 * step :]
    for i in range(len(magnitude)):
        across = smooth_right[i] - smooth_left[i]
        down = slope_left[i] + np.float32(2) * slope_here[i] + slope_right[i]
        # 16 for the smoothing weights, squared; 2 for the mean of two squares.
        magnitude[i] = np.sqrt((across * across + down * down) / np.float32(32))


@compiled
def _row_of_magnitudes(
    rows: FloatArray, y: int, channels: int, smooth: FloatArray, slope: FloatArray, out: FloatArray
) -> None:
    """Gradient magnitude (W × C,) of row ``y`` of an image (H, W × C).

    Inner loops run over W × C values. ``smooth`` and ``slope`` have one more pixel on either side,
    which repeats the edge, as mirroring does.
    """
    height, size = rows.shape
    inside = slice(channels, size + channels)
    above, below = rows[y - 1 if y > 0 else 0], rows[y + 1 if y + 1 < height else y]
    _along_columns(above, rows[y], below, smooth[inside], slope[inside])
    for c in range(channels):
        last = size + c
        smooth[c], smooth[channels + last] = smooth[channels + c], smooth[last]
        slope[c], slope[channels + last] = slope[channels + c], slope[last]
    _along_rows(smooth, slope, channels, out)


def sobel(image: FloatArray) -> FloatArray:
    """Gradient magnitude (H, W, C)."""
    height, width, channels = image.shape
    size = width * channels
    magnitude = np.empty((height, size), np.float32)
    smooth, slope = np.empty((2, size + 2 * channels), np.float32)
    _magnitudes(image.reshape(height, size), channels, smooth, slope, magnitude)
    return magnitude.reshape(height, width, channels)


@compiled
def _magnitudes(
    rows: FloatArray, channels: int, smooth: FloatArray, slope: FloatArray, magnitude: FloatArray
) -> None:
    for y in range(len(rows)):
        _row_of_magnitudes(rows, y, channels, smooth, slope, magnitude[y])


def mean_sobel(image: FloatArray, labels: LabelMap, n: int) -> FloatArray:
    """Mean gradient magnitude (N, C) of every region, without storing it per pixel."""
    height, width, channels = image.shape
    size = width * channels
    total, count = np.zeros((n, channels)), np.zeros(n, np.int64)
    smooth, slope = np.empty((2, size + 2 * channels), np.float32)
    row = np.empty((width, channels), np.float32)
    rows = image.reshape(height, size)
    _add_magnitudes(rows, labels, smooth, slope, row, row.reshape(-1), total, count)
    return _quotient(total, count)


@compiled
def _add_magnitudes(
    rows: FloatArray,
    labels: LabelMap,
    smooth: FloatArray,
    slope: FloatArray,
    row: FloatArray,
    flat: FloatArray,
    total: Sums,
    count: Counts,
) -> None:
    """Add magnitudes to sums (N, C), a ``row`` (W, C) at a time; ``flat`` is a view of it."""
    for y in range(len(rows)):
        _row_of_magnitudes(rows, y, row.shape[1], smooth, slope, flat)
        _add_row(row, labels[y], total, count)
