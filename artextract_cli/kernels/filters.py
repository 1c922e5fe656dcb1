"""Compiled image filters: Gaussian blur, local means, differences and displacement."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, Indices
from artextract_cli.kernels.jit import compiled, inlined

Sums = NDArray[np.float64]


def blur(image: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur of each channel of ``image`` (H, W, C), mirrored at its edges, up to 3σ."""
    # Beyond 3σ lie 0.3 % of a Gaussian; the weights are normalised without them.
    radius = int(np.ceil(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    height, width, channels = image.shape
    rows = np.require(image, np.float32, ["C", "W"]).reshape(height, width * channels)
    result = np.empty((height, width * channels), np.float32)
    _blur(
        rows,
        _mirrored(np.arange(-radius, height + radius), height),
        _mirrored(np.arange(-radius, width + radius), width),
        (kernel / kernel.sum()).astype(np.float32),
        np.empty(width * channels, np.float32),
        np.empty((width + 2 * radius) * channels, np.float32),
        result,
    )
    return result.reshape(image.shape)


def _mirrored(index: Indices, size: int) -> Indices:
    """Map ``index`` to 0..size-1 by repeated mirroring at both edges."""
    inside = index % (2 * size)
    return np.minimum(inside, 2 * size - 1 - inside)


@compiled
def _blur(
    rows: FloatArray,
    row_of: Indices,
    column_of: Indices,
    weights: FloatArray,
    smooth: FloatArray,
    wide: FloatArray,
    result: FloatArray,
) -> None:
    """Convolve rows (H, W × C) along both axes; inner loops run over W × C values.

    ``row_of`` (H + 2·radius,) and ``column_of`` (W + 2·radius,) are the pixels that stand for those
    beyond the edges; ``smooth`` (W × C,) and ``wide`` ((W + 2·radius) × C,) are buffers.
    """
    height, size = rows.shape
    channels, edge = len(wide) // len(column_of), len(weights) // 2
    for y in range(height):
        # Separable: the cost grows with the radius, not with its square.
        _sum_rows(rows, row_of[y:], weights, smooth)
        # A copy of the row, mirrored at its ends: inner loops then need no test for the edges.
        for i in range(size):
            wide[edge * channels + i] = smooth[i]
        for x in range(edge):
            right = len(column_of) - 1 - x
            for c in range(channels):
                wide[x * channels + c] = smooth[column_of[x] * channels + c]
                wide[right * channels + c] = smooth[column_of[right] * channels + c]
        _sum_shifts(wide, channels, weights, result[y])


@inlined
def _sum_rows(rows: FloatArray, row_of: Indices, weights: FloatArray, out: FloatArray) -> None:
    """Sum the rows at ``row_of`` times ``weights``, in that order.

    After the first rows come four at a time: ``out`` is then loaded and stored once for all four.
    """
    n_first = 1 + (len(weights) - 1) % 4
    for i in range(len(out)):
        out[i] = 0
    for k in range(n_first):
        row, weight = rows[row_of[k]], weights[k]
        for i in range(len(out)):
            out[i] += weight * row[i]
    for k in range(n_first, len(weights), 4):
        a, b = rows[row_of[k]], rows[row_of[k + 1]]
        c, d = rows[row_of[k + 2]], rows[row_of[k + 3]]
        e, f, g, h = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        for i in range(len(out)):
            out[i] = out[i] + e * a[i] + f * b[i] + g * c[i] + h * d[i]


@inlined
def _sum_shifts(wide: FloatArray, step: int, weights: FloatArray, out: FloatArray) -> None:
    """Sum ``wide``, shifted by ``step`` more each time, times ``weights``: like `_sum_rows`."""
    n_first, n = 1 + (len(weights) - 1) % 4, len(out)
    for i in range(n):
        out[i] = 0
    for k in range(n_first):
        row, weight = wide[k * step : k * step + n], weights[k]
        for i in range(n):
            out[i] += weight * row[i]
    for k in range(n_first, len(weights), 4):
        a, b = wide[k * step : k * step + n], wide[(k + 1) * step : (k + 1) * step + n]
        c, d = wide[(k + 2) * step : (k + 2) * step + n], wide[(k + 3) * step : (k + 3) * step + n]
        e, f, g, h = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        for i in range(n):
            out[i] = out[i] + e * a[i] + f * b[i] + g * c[i] + h * d[i]


def gradients(image: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Central differences of ``image`` (H, W, C) down and across, one-sided at the edges.

    Both are 0 if there is a single row or column.
    """
    height, width, channels = image.shape
    down, across = np.zeros((2, height, width * channels), np.float32)
    if min(height, width) > 1:
        rows = np.require(image, np.float32, ["C"]).reshape(height, width * channels)
        _differences(rows, 1, down)
        _differences(rows.T, channels, across.T)
    return down.reshape(image.shape), across.reshape(image.shape)


def _differences(lines: FloatArray, step: int, out: FloatArray) -> None:
    """Differences along the first axis over ``step`` elements on either side, or on one."""
    np.subtract(lines[2 * step :], lines[: -2 * step], out=out[step:-step])
    out[step:-step] *= np.float32(0.5)
    np.subtract(lines[step : 2 * step], lines[:step], out=out[:step])
    np.subtract(lines[-step:], lines[-2 * step : -step], out=out[-step:])


def box_mean(image: FloatArray, radius: int) -> FloatArray:
    """Mean of each channel of ``image`` (H, W, C) in a square of side 2·radius + 1.

    The square is cropped at the edges. The cost does not depend on the radius, as running sums in
    double precision are used.
    """
    height, width, channels = image.shape
    result = np.empty((height, width, channels), np.float32)
    # Sums over the rows of the square, and their sums from the left. In single precision, values
    # that are added and later subtracted would leave rounding errors that grow down the image.
    columns, until = np.zeros((width, channels)), np.empty((width + 1, channels))
    rows = image.reshape(height, width * channels)
    _box_mean(rows, radius, columns, columns.reshape(-1), until, result)
    return result


@compiled
def _box_mean(
    rows: FloatArray, radius: int, sums: Sums, columns: Sums, until: Sums, result: FloatArray
) -> None:
    """`box_mean` of rows (H, W × C); ``columns`` is ``sums`` (W, C), zeros, as (W × C,)."""
    height = len(rows)
    # The first rounds only fill the sums of columns.
    for y in range(-radius, height):
        if y + radius < height:
            _increase(columns, rows[y + radius], 1.0)
        if y > radius:
            _increase(columns, rows[y - radius - 1], -1.0)
        if y >= 0:
            last = y + radius if y + radius < height else height - 1
            n_rows = last - (y - radius if y > radius else 0) + 1
            _row_of_means(sums, radius, n_rows, until, result[y])


@inlined
def _row_of_means(sums: Sums, radius: int, n_rows: int, until: Sums, out: FloatArray) -> None:
    """Means (W, C) from ``sums`` (W, C) over ``n_rows`` rows; ``until`` (W + 1, C) is a buffer."""
    width = len(sums)
    for c in range(sums.shape[1]):
        until[0, c] = 0
    for x in range(width):
        before, here, value = until[x], until[x + 1], sums[x]
        for c in range(len(here)):
            here[c] = before[c] + value[c]
    for x in range(width):
        first = x - radius if x > radius else 0
        last = x + radius + 1 if x + radius < width else width
        share = 1 / (n_rows * (last - first))
        low, high, mean = until[first], until[last], out[x]
        for c in range(len(mean)):
            mean[c] = (high[c] - low[c]) * share


@inlined
def _increase(sums: Sums, values: FloatArray | Sums, sign: float) -> None:
    for i in range(len(sums)):
        sums[i] += sign * values[i]


def curvatures(image: FloatArray, step: int) -> tuple[FloatArray, FloatArray]:
    """Greatest and least second difference over all directions, each (H, W, C).

    They are the eigenvalues of the Hessian by differences over ``step`` pixels, mirrored at the
    edges. The greatest is large on a dark line, the least is strongly negative on a light line.
    """
    height, width, channels = image.shape
    greatest, least = np.empty((2, height, width, channels), np.float32)
    row_of = _mirrored(np.arange(-step, height + step), height)
    column_of = _mirrored(np.arange(-step, width + step), width)
    _curvatures(image, step, row_of, column_of, greatest, least)
    return greatest, least


@compiled
def _curvatures(
    image: FloatArray,
    step: int,
    row_of: Indices,
    column_of: Indices,
    greatest: FloatArray,
    least: FloatArray,
) -> None:
    height, width, channels = image.shape
    for y in range(height):
        above, below = row_of[y], row_of[y + 2 * step]
        for x in range(width):
            left, right = column_of[x], column_of[x + 2 * step]
            for c in range(channels):
                here = image[y, x, c]
                down = image[above, x, c] + image[below, x, c] - 2 * here
                across = image[y, left, c] + image[y, right, c] - 2 * here
                # Each way over 2·step, where the others take steps of one: hence a quarter.
                mixed = 0.25 * (
                    image[above, left, c]
                    + image[below, right, c]
                    - image[above, right, c]
                    - image[below, left, c]
                )
                middle = 0.5 * (down + across)
                spread = np.sqrt((0.5 * (down - across)) ** 2 + mixed * mixed)
                greatest[y, x, c] = middle + spread
                least[y, x, c] = middle - spread


def displaced(image: FloatArray, by: NDArray[np.float64]) -> FloatArray:
    """``image`` (H, W, C) with each channel shifted ``by`` (C, 2) pixels down and right.

    Interpolation is bilinear. The edge is repeated outside the image.
    """
    result = np.empty(image.shape, np.float32)
    _displaced(image, by, result)
    return result


@compiled
def _displaced(image: FloatArray, by: NDArray[np.float64], result: FloatArray) -> None:
    height, width, channels = image.shape
    for c in range(channels):
        down, right = int(np.floor(by[c, 0])), int(np.floor(by[c, 1]))
        u, v = by[c, 0] - down, by[c, 1] - right
        for y in range(height):
            y0 = min(max(y - down, 0), height - 1)
            y1 = min(max(y - down - 1, 0), height - 1)
            for x in range(width):
                x0 = min(max(x - right, 0), width - 1)
                x1 = min(max(x - right - 1, 0), width - 1)
                near = (1 - v) * image[y0, x0, c] + v * image[y0, x1, c]
                far = (1 - v) * image[y1, x0, c] + v * image[y1, x1, c]
                result[y, x, c] = (1 - u) * near + u * far
