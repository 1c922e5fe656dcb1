"""Compiled loops over an image and its label map: moments per region, gradients per pixel."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.kernels.jit import compiled

Counts = NDArray[np.int64]
Sums = NDArray[np.float64]
Moments = tuple[FloatArray, FloatArray, FloatArray, FloatArray, Counts, FloatArray]


@compiled
def moments(image: FloatArray, labels: LabelMap, n: int) -> Moments:
    """Mean, standard deviation, minimum, maximum (N, C), pixels (N,) and centroid (N, 2)."""
    height, width, channels = image.shape
    # The first pixel of each region: sums of differences to it do not cancel for large values.
    origin = np.empty((n, channels), np.float32)
    low, high = np.empty_like(origin), np.empty_like(origin)
    total, square = np.zeros((n, channels)), np.zeros((n, channels))
    count, place = np.zeros(n, np.int64), np.zeros((n, 2))
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
    mean, std = _mean_and_spread(origin, total, square, count)
    return mean, std, low, high, count, _quotient(place, count)


@compiled
def _mean_and_spread(
    origin: FloatArray, total: Sums, square: Sums, count: Counts
) -> tuple[FloatArray, FloatArray]:
    """Mean and population standard deviation from sums of differences to ``origin``."""
    mean, std = np.empty_like(origin), np.empty_like(origin)
    for k in range(len(origin)):
        share = 1 / count[k]
        first, sums, squares, middle, spread = origin[k], total[k], square[k], mean[k], std[k]
        for c in range(len(first)):
            shift = sums[c] * share
            middle[c] = first[c] + shift
            variance = squares[c] * share - shift * shift
            # Rounding can make the variance of a constant region slightly negative.
            spread[c] = np.sqrt(variance if variance > 0 else 0.0)
    return mean, std


@compiled
def _quotient(total: Sums, count: Counts) -> FloatArray:
    mean = np.empty(total.shape, np.float32)
    for k in range(total.shape[0]):
        for c in range(total.shape[1]):
            mean[k, c] = total[k, c] / count[k]
    return mean


@compiled
def means(image: FloatArray, labels: LabelMap, n: int) -> FloatArray:
    """Mean (N, C) of every region."""
    total, count = np.zeros((n, image.shape[2])), np.zeros(n, np.int64)
    for y in range(len(image)):
        _add_row(image[y], labels[y], total, count)
    return _quotient(total, count)


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
    above, below = rows[max(y - 1, 0)], rows[min(y + 1, height - 1)]
    _along_columns(above, rows[y], below, smooth[inside], slope[inside])
    for c in range(channels):
        last = size + c
        smooth[c], smooth[channels + last] = smooth[channels + c], smooth[last]
        slope[c], slope[channels + last] = slope[channels + c], slope[last]
    _along_rows(smooth, slope, channels, out)


@compiled
def sobel(image: FloatArray) -> FloatArray:
    """Gradient magnitude (H, W, C)."""
    height, width, channels = image.shape
    size = width * channels
    magnitude = np.empty((height, size), np.float32)
    smooth = np.empty(size + 2 * channels, np.float32)
    slope = np.empty(size + 2 * channels, np.float32)
    rows = image.reshape(height, size)
    for y in range(height):
        _row_of_magnitudes(rows, y, channels, smooth, slope, magnitude[y])
    return magnitude.reshape(height, width, channels)


@compiled
def mean_sobel(image: FloatArray, labels: LabelMap, n: int) -> FloatArray:
    """Mean gradient magnitude (N, C) of every region, without storing it per pixel."""
    height, width, channels = image.shape
    size = width * channels
    total, count = np.zeros((n, channels)), np.zeros(n, np.int64)
    smooth = np.empty(size + 2 * channels, np.float32)
    slope = np.empty(size + 2 * channels, np.float32)
    magnitude = np.empty(size, np.float32)
    rows = image.reshape(height, size)
    for y in range(height):
        _row_of_magnitudes(rows, y, channels, smooth, slope, magnitude)
        _add_row(magnitude.reshape(width, channels), labels[y], total, count)
    return _quotient(total, count)
