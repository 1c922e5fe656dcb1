"""Compiled passes over pictures: Gaussian blur, local means, second differences, polynomials."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli.compiling import compiled
from artextract_cli.contract import FloatArray

Sums = NDArray[np.float64]


def blur(image: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur of each channel of ``image`` (H, W, C), mirrored at its edges, up to 3σ."""
    radius = int(np.ceil(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    weights = (kernel / kernel.sum()).astype(np.float32)
    pixels = np.require(image, np.float32, ["C"])
    return _across(_down(pixels, weights), weights)


def gradients(pictures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Central differences of ``pictures`` (H, W, C) down and across, one-sided at the edges.

    Both are 0 where there is a single row or column.
    """
    return _gradients(np.require(pictures, np.float32, ["C"]))


@compiled
def _gradients(pictures: FloatArray) -> tuple[FloatArray, FloatArray]:
    height, width, channels = pictures.shape
    down = np.zeros((height, width * channels), np.float32)
    across = np.zeros_like(down)
    rows = pictures.reshape(height, width * channels)
    if min(height, width) > 1:
        for y in range(height):
            above, below = max(y - 1, 0), min(y + 1, height - 1)
            _difference(rows[above], rows[below], below - above, down[y])
            here, last = rows[y], (width - 1) * channels
            _difference(here[: -2 * channels], here[2 * channels :], 2, across[y, channels:last])
            _difference(here[:channels], here[channels : 2 * channels], 1, across[y, :channels])
            _difference(here[last - channels : last], here[last:], 1, across[y, last:])
    return down.reshape(pictures.shape), across.reshape(pictures.shape)


@compiled
def _difference(before: FloatArray, after: FloatArray, steps: int, out: FloatArray) -> None:
    share = np.float32(1 / steps)
    for i in range(len(out)):
        out[i] = (after[i] - before[i]) * share


@compiled
def _mirrored(index: int, size: int) -> int:
    """The index in 0..size-1 that ``index`` becomes by mirroring at both edges, repeatedly."""
    period = 2 * size
    inside = index % period
    return min(inside, period - 1 - inside)


@compiled
def _down(image: FloatArray, weights: FloatArray) -> FloatArray:
    """Convolve along the rows' axis; the inner loop runs over W × C values."""
    height, width, channels = image.shape
    rows = image.reshape(height, width * channels)
    made = np.zeros((height, width * channels), np.float32)
    radius = len(weights) // 2
    for y in range(height):
        out = made[y]
        for k in range(len(weights)):
            row, weight = rows[_mirrored(y + k - radius, height)], weights[k]
            for i in range(len(out)):
                out[i] += weight * row[i]
    return made.reshape(height, width, channels)


@compiled
def _across(image: FloatArray, weights: FloatArray) -> FloatArray:
    """Convolve along the columns' axis."""
    height, width, channels = image.shape
    radius = len(weights) // 2
    made = np.zeros((height, width * channels), np.float32)
    wide = np.empty((width + 2 * radius) * channels, np.float32)
    for y in range(height):
        _mirror(image[y], radius, wide.reshape(-1, channels))
        out = made[y]
        for k in range(len(weights)):
            part, weight = wide[k * channels :], weights[k]
            for i in range(len(out)):
                out[i] += weight * part[i]
    return made.reshape(height, width, channels)


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
    """Mean of each channel of ``image`` (H, W, C) in a square of side 2·radius + 1, cut at edges.

    By running sums in double precision: the cost does not depend on the radius.
    """
    height, width, channels = image.shape
    made = np.empty((height, width, channels), np.float32)
    rows = image.reshape(height, width * channels)
    columns, until = np.zeros(width * channels), np.empty((width + 1, channels))
    for y in range(-radius, height):
        if y + radius < height:
            _increase(columns, rows[y + radius], 1.0)
        if y > radius:
            _increase(columns, rows[y - radius - 1], -1.0)
        if y >= 0:
            n_rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
            _row_of_means(columns.reshape(width, channels), radius, n_rows, until, made[y])
    return made


@compiled
def _row_of_means(sums: Sums, radius: int, n_rows: int, until: Sums, out: FloatArray) -> None:
    """Means (W, C) from ``sums`` (W, C) over ``n_rows`` rows; ``until`` (W + 1, C) is room."""
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
def subtract(values: FloatArray, shift: FloatArray) -> None:
    """Take ``shift`` (C,) off ``values`` (P, C), in place."""
    for i in range(values.shape[0]):
        for c in range(values.shape[1]):
            values[i, c] -= shift[c]


@compiled
def curvatures(image: FloatArray, step: int) -> tuple[FloatArray, FloatArray]:
    """Greatest and least second difference over all directions, each (H, W, C).

    Eigenvalues of the Hessian by differences over ``step`` pixels, mirrored at the edges. A dark
    line has a large greatest one, a light line a large negative least one, a spot both.
    """
    height, width, channels = image.shape
    greatest = np.empty((height, width, channels), np.float32)
    least = np.empty_like(greatest)
    for y in range(height):
        above, below = _mirrored(y - step, height), _mirrored(y + step, height)
        for x in range(width):
            left, right = x - step, x + step
            if left < 0 or right >= width:
                left, right = _mirrored(left, width), _mirrored(right, width)
            for c in range(channels):
                here = image[y, x, c]
                down = image[above, x, c] + image[below, x, c] - 2 * here
                across = image[y, left, c] + image[y, right, c] - 2 * here
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
def lay_out(planes: tuple[FloatArray, ...], maps: FloatArray) -> None:
    """Copy M ``planes``, each (H, W, C), into ``maps`` (H, W, C, M), row after row."""
    for y in range(maps.shape[0]):
        for i in range(len(planes)):
            plane = planes[i][y]
            for x in range(maps.shape[1]):
                for c in range(maps.shape[2]):
                    maps[y, x, c, i] = plane[x, c]


@compiled
def local_residuals(
    predictors: FloatArray, targets: FloatArray, means: FloatArray, ridge: float
) -> FloatArray:
    """What a linear regression in the window around each pixel leaves of the targets: (H, W, T).

    ``predictors`` are (H, W, 3), ``targets`` (H, W, T), ``means`` (H, W, 9 + 4·T) the local means
    of their `moments`. ``ridge`` is added to the variances.
    """
    height, width, n_targets = targets.shape
    made = np.empty((height, width, n_targets), np.float32)
    for y in range(height):
        for x in range(width):
            m, q = means[y, x], means[y, x, 3 + n_targets :]
            a = q[0] - m[0] * m[0] + ridge
            b = q[1] - m[0] * m[1]
            c = q[2] - m[0] * m[2]
            d = q[3] - m[1] * m[1] + ridge
            e = q[4] - m[1] * m[2]
            f = q[5] - m[2] * m[2] + ridge
            # The inverse of a symmetric 3 × 3 matrix by its cofactors.
            c0, c1, c2 = d * f - e * e, c * e - b * f, b * e - c * d
            c3, c4, c5 = a * f - c * c, b * c - a * e, a * d - b * b
            scale = 1 / (a * c0 + b * c1 + c * c2)
            p0 = predictors[y, x, 0] - m[0]
            p1 = predictors[y, x, 1] - m[1]
            p2 = predictors[y, x, 2] - m[2]
            w0 = scale * (c0 * p0 + c1 * p1 + c2 * p2)
            w1 = scale * (c1 * p0 + c3 * p1 + c4 * p2)
            w2 = scale * (c2 * p0 + c4 * p1 + c5 * p2)
            for t in range(n_targets):
                mean = m[3 + t]
                r0 = q[6 + 3 * t] - mean * m[0]
                r1 = q[7 + 3 * t] - mean * m[1]
                r2 = q[8 + 3 * t] - mean * m[2]
                made[y, x, t] = targets[y, x, t] - mean - (w0 * r0 + w1 * r1 + w2 * r2)
    return made


@compiled
def moments(predictors: FloatArray, targets: FloatArray) -> FloatArray:
    """Of predictors (H, W, 3) and targets (H, W, T), what `local_residuals` takes means of.

    (H, W, 9 + 4·T): predictors, targets, products of predictors (11, 12, 13, 22, 23, 33), and of
    target t with predictor p at 9 + T + 3·t + p.
    """
    height, width, n_targets = targets.shape
    made = np.empty((height, width, 9 + 4 * n_targets), np.float32)
    for y in range(height):
        for x in range(width):
            p, q = predictors[y, x], made[y, x, 3 + n_targets :]
            for i in range(3):
                made[y, x, i] = p[i]
            for t in range(n_targets):
                made[y, x, 3 + t] = targets[y, x, t]
            q[0], q[1], q[2] = p[0] * p[0], p[0] * p[1], p[0] * p[2]
            q[3], q[4], q[5] = p[1] * p[1], p[1] * p[2], p[2] * p[2]
            for t in range(n_targets):
                for i in range(3):
                    q[6 + 3 * t + i] = targets[y, x, t] * p[i]
    return made


@compiled
def monomials(x: FloatArray, extra: FloatArray, cubic: bool) -> FloatArray:
    """All products of one, two and (``cubic``) three columns of ``x`` (P, K), then ``extra``."""
    n, k = x.shape
    n_terms = k + k * (k + 1) // 2 + (k * (k + 1) * (k + 2) // 6 if cubic else 0)
    made = np.empty((n, n_terms + extra.shape[1]), np.float32)
    for row in range(n):
        at = 0
        for i in range(k):
            made[row, at] = x[row, i]
            at += 1
            for j in range(i, k):
                two = x[row, i] * x[row, j]
                made[row, at] = two
                at += 1
                if cubic:
                    for h in range(j, k):
                        made[row, at] = two * x[row, h]
                        at += 1
        for i in range(extra.shape[1]):
            made[row, at + i] = extra[row, i]
    return made


def polynomial(x: FloatArray, extra: FloatArray, gains: FloatArray, *, cubic: bool) -> FloatArray:
    """`monomials` of ``x`` (P, K) and ``extra``, never kept, times ``gains`` (terms, n): (n, P)."""
    return _polynomial(x, extra, np.ascontiguousarray(gains, np.float32), cubic)


@compiled
def deviating(
    values: FloatArray,
    foretold: FloatArray,
    offsets: FloatArray,
    scales: FloatArray,
    largest: float,
) -> FloatArray:
    """``values`` (P, n) less ``foretold`` (n, P) and ``offsets`` (n,), in ``scales`` (n,).

    Kept within ±``largest``.
    """
    made = np.empty(values.shape, np.float32)
    for i in range(values.shape[0]):
        for t in range(values.shape[1]):
            left = (values[i, t] - offsets[t] - foretold[t, i]) / scales[t]
            made[i, t] = min(max(left, -largest), largest)
    return made


@compiled
def _polynomial(x: FloatArray, extra: FloatArray, gains: FloatArray, cubic: bool) -> FloatArray:
    """Values (n, P): block after block, so that a block's products stay in the nearest cache."""
    n_pixels, k = x.shape
    made = np.zeros((gains.shape[1], n_pixels), np.float32)
    size = 512
    columns = np.empty((k + extra.shape[1], size), np.float32)
    two, three = np.empty(size, np.float32), np.empty(size, np.float32)
    for start in range(0, n_pixels, size):
        _transpose(x[start : start + size], columns)
        _transpose(extra[start : start + size], columns[k:])
        at = 0
        for i in range(k):
            _add(made, start, columns[i], gains, at)
            at += 1
            for j in range(i, k):
                _multiply(columns[i], columns[j], two)
                _add(made, start, two, gains, at)
                at += 1
                if cubic:
                    for h in range(j, k):
                        _multiply(two, columns[h], three)
                        _add(made, start, three, gains, at)
                        at += 1
        for i in range(k, len(columns)):
            _add(made, start, columns[i], gains, at)
            at += 1
    return made


@compiled
def _transpose(pixels: FloatArray, columns: FloatArray) -> None:
    for i in range(pixels.shape[0]):
        for j in range(pixels.shape[1]):
            columns[j, i] = pixels[i, j]


@compiled
def _multiply(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    for p in range(len(out)):
        out[p] = a[p] * b[p]


@compiled
def _add(made: FloatArray, start: int, values: FloatArray, gains: FloatArray, at: int) -> None:
    for t in range(made.shape[0]):
        # A slice for every t where it is used: one handed over costs as much as what is added.
        gain, row = gains[at, t], made[t, start : start + len(values)]
        for p in range(len(row)):
            row[p] += gain * values[p]


@compiled
def displaced(image: FloatArray, by: NDArray[np.float64]) -> FloatArray:
    """``image`` (H, W, C), each channel moved ``by`` (C, 2) pixels down and right, bilinear.

    What comes in from outside repeats the edge.
    """
    height, width, channels = image.shape
    made = np.empty((height, width, channels), np.float32)
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
                made[y, x, c] = (1 - u) * near + u * far
    return made


def opening(image: FloatArray, radius: int) -> FloatArray:
    """Grey opening (H, W, C) by a square of side 2·radius + 1: narrower light details go."""
    return _extreme(_extreme(image, radius, -1.0), radius, 1.0)


def closing(image: FloatArray, radius: int) -> FloatArray:
    """Grey closing (H, W, C) by a square of side 2·radius + 1: narrower dark details go."""
    return _extreme(_extreme(image, radius, 1.0), radius, -1.0)


@compiled
def _extreme(image: FloatArray, radius: int, sign: float) -> FloatArray:
    """Maximum (``sign`` 1) or minimum (-1) in a square, cut at the edges: (H, W, C)."""
    height, width, channels = image.shape
    rows = image.reshape(height, width * channels)
    made = np.empty((height, width * channels), np.float32)
    best = np.empty(width * channels, np.float32)
    for y in range(height):
        best[:] = rows[y]
        for near in range(max(y - radius, 0), min(y + radius + 1, height)):
            _keep(best, rows[near], sign)
        out = made[y]
        out[:] = best
        for step in range(1, min(radius, width - 1) + 1):
            shift = step * channels
            _keep(out[shift:], best[:-shift], sign)
            _keep(out[:-shift], best[shift:], sign)
    return made.reshape(height, width, channels)


@compiled
def _keep(best: FloatArray, values: FloatArray, sign: float) -> None:
    if sign > 0:
        for i in range(len(best)):
            best[i] = max(best[i], values[i])
    else:
        for i in range(len(best)):
            best[i] = min(best[i], values[i])
