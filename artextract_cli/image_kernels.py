"""Compiled passes over pictures: Gaussian blur, local means, second differences, polynomials."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli.compiling import compiled
from artextract_cli.contract import FloatArray


def blur(image: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur of each channel of ``image`` (H, W, C), mirrored at its edges, up to 3σ."""
    radius = int(np.ceil(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    weights = (kernel / kernel.sum()).astype(np.float32)
    pixels = np.require(image, np.float32, ["C"])
    return _across(_down(pixels, weights), weights)


def gradients(pictures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Central differences of ``pictures`` (H, W, C) down and across; 0 in a single row."""
    if min(pictures.shape[:2]) < 2:
        return np.zeros_like(pictures), np.zeros_like(pictures)
    return np.gradient(pictures, axis=0), np.gradient(pictures, axis=1)


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
        for x in range(-radius, width + radius):
            source = _mirrored(x, width)
            for c in range(channels):
                wide[(x + radius) * channels + c] = image[y, source, c]
        out = made[y]
        for k in range(len(weights)):
            part, weight = wide[k * channels :], weights[k]
            for i in range(len(out)):
                out[i] += weight * part[i]
    return made.reshape(height, width, channels)


@compiled
def box_mean(image: FloatArray, radius: int) -> FloatArray:
    """Mean of each channel of ``image`` (H, W, C) in a square of side 2·radius + 1, cut at edges.

    By running sums in double precision: the cost does not depend on the radius.
    """
    height, width, channels = image.shape
    made = np.empty((height, width, channels), np.float32)
    columns = np.zeros((width, channels))
    for y in range(min(radius, height)):
        for x in range(width):
            for c in range(channels):
                columns[x, c] += image[y, x, c]
    total = np.empty(channels)
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                if y + radius < height:
                    columns[x, c] += image[y + radius, x, c]
                if y - radius > 0:
                    columns[x, c] -= image[y - radius - 1, x, c]
        n_rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
        total[:] = 0.0
        for x in range(min(radius, width)):
            for c in range(channels):
                total[c] += columns[x, c]
        for x in range(width):
            n = n_rows * (min(x + radius, width - 1) - max(x - radius, 0) + 1)
            for c in range(channels):
                if x + radius < width:
                    total[c] += columns[x + radius, c]
                if x - radius > 0:
                    total[c] -= columns[x - radius - 1, c]
                made[y, x, c] = total[c] / n
    return made


@compiled
def curvatures(image: FloatArray, step: int) -> FloatArray:
    """Greatest and least second difference over all directions: (H, W, C, 2).

    Eigenvalues of the Hessian by differences over ``step`` pixels, mirrored at the edges. A dark
    line has a large greatest one, a light line a large negative least one, a spot both.
    """
    height, width, channels = image.shape
    made = np.empty((height, width, channels, 2), np.float32)
    for y in range(height):
        above, below = _mirrored(y - step, height), _mirrored(y + step, height)
        for x in range(width):
            left, right = _mirrored(x - step, width), _mirrored(x + step, width)
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
                made[y, x, c, 0] = middle + spread
                made[y, x, c, 1] = middle - spread
    return made


@compiled
def local_residuals(
    predictors: FloatArray,
    targets: FloatArray,
    means: FloatArray,
    products: FloatArray,
    ridge: float,
) -> FloatArray:
    """What a linear regression in the window around each pixel leaves of the targets: (H, W, T).

    ``predictors`` are (H, W, 3), ``targets`` (H, W, T), ``means`` (H, W, 3 + T) their local means
    in that order, ``products`` (H, W, 6 + 3·T) the local means of the products of predictors
    (11, 12, 13, 22, 23, 33) and of target t with predictor p at 6 + 3·t + p. ``ridge`` is added to
    the variances.
    """
    height, width, n_targets = targets.shape
    made = np.empty((height, width, n_targets), np.float32)
    for y in range(height):
        for x in range(width):
            m, q = means[y, x], products[y, x]
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
def moment_products(predictors: FloatArray, targets: FloatArray) -> FloatArray:
    """The products (H, W, 6 + 3·T) whose local means `local_residuals` takes."""
    height, width, n_targets = targets.shape
    made = np.empty((height, width, 6 + 3 * n_targets), np.float32)
    for y in range(height):
        for x in range(width):
            p = predictors[y, x]
            made[y, x, 0], made[y, x, 1], made[y, x, 2] = p[0] * p[0], p[0] * p[1], p[0] * p[2]
            made[y, x, 3], made[y, x, 4], made[y, x, 5] = p[1] * p[1], p[1] * p[2], p[2] * p[2]
            for t in range(n_targets):
                for i in range(3):
                    made[y, x, 6 + 3 * t + i] = targets[y, x, t] * p[i]
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
    """`monomials` of ``x`` (P, K) and ``extra``, never kept, times ``gains`` (terms, n): (P, n)."""
    columns = np.ascontiguousarray(np.concatenate([x, extra], axis=1).T, np.float32)
    return _polynomial(columns, x.shape[1], np.ascontiguousarray(gains, np.float32), cubic).T


@compiled
def _polynomial(columns: FloatArray, k: int, gains: FloatArray, cubic: bool) -> FloatArray:
    """Values (n, P): block after block, so that a block's products stay in the nearest cache."""
    n_pixels, n_made = columns.shape[1], gains.shape[1]
    made = np.zeros((n_made, n_pixels), np.float32)
    size = 512
    two, three = np.empty(size, np.float32), np.empty(size, np.float32)
    for start in range(0, n_pixels, size):
        at = 0
        for i in range(k):
            one = columns[i, start : start + size]
            _add(made, start, one, gains, at)
            at += 1
            for j in range(i, k):
                _multiply(one, columns, j, start, two)
                _add(made, start, two, gains, at)
                at += 1
                if cubic:
                    for h in range(j, k):
                        _multiply(two, columns, h, start, three)
                        _add(made, start, three, gains, at)
                        at += 1
        for i in range(k, columns.shape[0]):
            _add(made, start, columns[i, start : start + size], gains, at)
            at += 1
    return made


@compiled
def _multiply(a: FloatArray, columns: FloatArray, i: int, start: int, out: FloatArray) -> None:
    b = columns[i, start : start + len(out)]
    for p in range(len(b)):
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
