"""Compiled image filters: Gaussian blur, local means, differences, displacement and morphology."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled

Sums = NDArray[np.float64]


def blur(image: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur of each channel of ``image`` (H, W, C), mirrored at its edges, up to 3σ."""
    # Beyond 3σ lie 0.3 % of a Gaussian; the weights are normalised without them.
    radius = int(np.ceil(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    weights = (kernel / kernel.sum()).astype(np.float32)
    pixels = np.require(image, np.float32, ["C"])
    # Separable: the cost grows with the radius, not with its square.
    return _across(_down(pixels, weights), weights)


def gradients(image: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Central differences of ``image`` (H, W, C) down and across, one-sided at the edges.

    Both are 0 if there is a single row or column.
    """
    return _gradients(np.require(image, np.float32, ["C"]))


@compiled
def _gradients(image: FloatArray) -> tuple[FloatArray, FloatArray]:
    height, width, channels = image.shape
    down = np.zeros((height, width * channels), np.float32)
    across = np.zeros_like(down)
    rows = image.reshape(height, width * channels)
    if min(height, width) > 1:
        for y in range(height):
            above, below = max(y - 1, 0), min(y + 1, height - 1)
            _difference(rows[above], rows[below], below - above, down[y])
            here, last = rows[y], (width - 1) * channels
            _difference(here[: -2 * channels], here[2 * channels :], 2, across[y, channels:last])
            _difference(here[:channels], here[channels : 2 * channels], 1, across[y, :channels])
            _difference(here[last - channels : last], here[last:], 1, across[y, last:])
    return down.reshape(image.shape), across.reshape(image.shape)


@compiled
def _difference(before: FloatArray, after: FloatArray, steps: int, out: FloatArray) -> None:
    share = np.float32(1 / steps)
    for i in range(len(out)):
        out[i] = (after[i] - before[i]) * share


@compiled
def _mirrored(index: int, size: int) -> int:
    """Map ``index`` to 0..size-1 by repeated mirroring at both edges."""
    period = 2 * size
    inside = index % period
    return min(inside, period - 1 - inside)


@compiled
def _down(image: FloatArray, weights: FloatArray) -> FloatArray:
    """Convolve along the rows' axis; the inner loop runs over W × C values."""
    height, width, channels = image.shape
    rows = image.reshape(height, width * channels)
    result = np.zeros((height, width * channels), np.float32)
    radius = len(weights) // 2
    for y in range(height):
        out = result[y]
        for k in range(len(weights)):
            row, weight = rows[_mirrored(y + k - radius, height)], weights[k]
            for i in range(len(out)):
                out[i] += weight * row[i]
    return result.reshape(height, width, channels)


@compiled
def _across(image: FloatArray, weights: FloatArray) -> FloatArray:
    """Convolve along the columns' axis."""
    height, width, channels = image.shape
    radius = len(weights) // 2
    result = np.zeros((height, width * channels), np.float32)
    # A mirrored copy of the row: the inner loop then needs no test for the edges.
    wide = np.empty((width + 2 * radius) * channels, np.float32)
    for y in range(height):
        _mirror(image[y], radius, wide.reshape(-1, channels))
        out = result[y]
        for k in range(len(weights)):
            part, weight = wide[k * channels :], weights[k]
            for i in range(len(out)):
                out[i] += weight * part[i]
    return result.reshape(height, width, channels)


@compiled
def _mirror(row: FloatArray, radius: int, wide: FloatArray) -> None:
    """Copy a row (W, C) to the middle of ``wide`` (W + 2·radius, C), mirrored at both ends."""
    width = len(row)
    wide[radius : radius + width] = row
    for x in range(radius):
        wide[x] = row[_mirrored(x - radius, width)]
        wide[radius + width + x] = row[_mirrored(width + x, width)]


@compiled
def box_mean(image: FloatArray, radius: int) -> FloatArray:
    """Mean of each channel of ``image`` (H, W, C) in a square of side 2·radius + 1.

    The square is cropped at the edges. The cost does not depend on the radius, as running sums in
    double precision are used.
    """
    height, width, channels = image.shape
    result = np.empty((height, width, channels), np.float32)
    rows = image.reshape(height, width * channels)
    # Sums over the rows of the square, and their sums from the left. In single precision, values
    # that are added and later subtracted would leave rounding errors that grow down the image.
    columns, until = np.zeros(width * channels), np.empty((width + 1, channels))
    # The first rounds only fill the sums of columns.
    for y in range(-radius, height):
        if y + radius < height:
            _increase(columns, rows[y + radius], 1.0)
        if y > radius:
            _increase(columns, rows[y - radius - 1], -1.0)
        if y >= 0:
            n_rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
            _row_of_means(columns.reshape(width, channels), radius, n_rows, until, result[y])
    return result


@compiled
def _row_of_means(sums: Sums, radius: int, n_rows: int, until: Sums, out: FloatArray) -> None:
    """Means (W, C) from ``sums`` (W, C) over ``n_rows`` rows; ``until`` (W + 1, C) is a buffer."""
    width = len(sums)
    until[0] = 0
    for x in range(width):
        before, here, value = until[x], until[x + 1], sums[x]
        for c in range(len(here)):
            here[c] = before[c] + value[c]
    for x in range(width):
        first, last = max(x - radius, 0), min(x + radius + 1, width)
        share = 1 / (n_rows * (last - first))
        low, high, mean = until[first], until[last], out[x]
        for c in range(len(mean)):
            mean[c] = (high[c] - low[c]) * share


@compiled
def _increase(sums: Sums, values: FloatArray | Sums, sign: float) -> None:
    for i in range(len(sums)):
        sums[i] += sign * values[i]


@compiled
def curvatures(image: FloatArray, step: int) -> tuple[FloatArray, FloatArray]:
    """Greatest and least second difference over all directions, each (H, W, C).

    They are the eigenvalues of the Hessian by differences over ``step`` pixels, mirrored at the
    edges. The greatest is large on a dark line, the least is strongly negative on a light line.
    """
    height, width, channels = image.shape
    greatest = np.empty((height, width, channels), np.float32)
    least = np.empty_like(greatest)
    for y in range(height):
        above, below = _mirrored(y - step, height), _mirrored(y + step, height)
        for x in range(width):
            # Most pixels need no mirroring, which costs a division each.
            left, right = x - step, x + step
            if left < 0 or right >= width:
                left, right = _mirrored(left, width), _mirrored(right, width)
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
    return greatest, least


@compiled
def displaced(image: FloatArray, by: NDArray[np.float64]) -> FloatArray:
    """``image`` (H, W, C) with each channel shifted ``by`` (C, 2) pixels down and right.

    Interpolation is bilinear. The edge is repeated outside the image.
    """
    height, width, channels = image.shape
    result = np.empty((height, width, channels), np.float32)
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
    return result


def opening(image: FloatArray, radius: int) -> FloatArray:
    """Grey opening (H, W, C) by a square of side 2·radius + 1: removes narrower light details."""
    return _extreme(_extreme(image, radius, -1.0), radius, 1.0)


def closing(image: FloatArray, radius: int) -> FloatArray:
    """Grey closing (H, W, C) by a square of side 2·radius + 1: removes narrower dark details."""
    return _extreme(_extreme(image, radius, 1.0), radius, -1.0)


@compiled
def _extreme(image: FloatArray, radius: int, sign: float) -> FloatArray:
    """Maximum (``sign`` 1) or minimum (-1) in a square, cropped at the edges: (H, W, C)."""
    height, width, channels = image.shape
    rows = image.reshape(height, width * channels)
    result = np.empty((height, width * channels), np.float32)
    # Rows, then columns: a square is separable. The cost grows with the radius, which is 4 at most.
    best = np.empty(width * channels, np.float32)
    for y in range(height):
        best[:] = rows[y]
        for near in range(max(y - radius, 0), min(y + radius + 1, height)):
            _keep(best, rows[near], sign)
        out = result[y]
        out[:] = best
        for step in range(1, min(radius, width - 1) + 1):
            shift = step * channels
            _keep(out[shift:], best[:-shift], sign)
            _keep(out[:-shift], best[shift:], sign)
    return result.reshape(height, width, channels)


@compiled
def _keep(best: FloatArray, values: FloatArray, sign: float) -> None:
    if sign > 0:
        for i in range(len(best)):
            best[i] = max(best[i], values[i])
    else:
        for i in range(len(best)):
            best[i] = min(best[i], values[i])
