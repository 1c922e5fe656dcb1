"""Compiled local linear and polynomial regression of images."""

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled


@compiled
def subtract(values: FloatArray, shift: FloatArray) -> None:
    """Subtract ``shift`` (C,) from ``values`` (P, C), in place."""
    for i in range(values.shape[0]):
        for c in range(values.shape[1]):
            values[i, c] -= shift[c]


@compiled
def local_residuals(
    predictors: FloatArray, targets: FloatArray, means: FloatArray, ridge: float
) -> FloatArray:
    """Residuals (H, W, T) of the targets after a linear regression around each pixel.

    ``predictors`` are (H, W, 3), ``targets`` (H, W, T), ``means`` (H, W, 9 + 4·T) the local means
    of their `moments`. ``ridge`` is added to the variances.
    """
    height, width, n_targets = targets.shape
    result = np.empty((height, width, n_targets), np.float32)
    for y in range(height):
        for x in range(width):
            # m are means, q means of products; a to f and r0 to r2 are the covariances.
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
            # The ridge keeps the determinant positive, also in a window of one colour.
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
                result[y, x, t] = targets[y, x, t] - mean - (w0 * r0 + w1 * r1 + w2 * r2)
    return result


@compiled
def moments(predictors: FloatArray, targets: FloatArray) -> FloatArray:
    """Moments of predictors (H, W, 3) and targets (H, W, T): the input of `local_residuals`.

    (H, W, 9 + 4·T): predictors, targets, products of predictors (11, 12, 13, 22, 23, 33), and of
    target t with predictor p at 9 + T + 3·t + p.
    """
    height, width, n_targets = targets.shape
    result = np.empty((height, width, 9 + 4 * n_targets), np.float32)
    for y in range(height):
        for x in range(width):
            p, q = predictors[y, x], result[y, x, 3 + n_targets :]
            for i in range(3):
                result[y, x, i] = p[i]
            for t in range(n_targets):
                result[y, x, 3 + t] = targets[y, x, t]
            q[0], q[1], q[2] = p[0] * p[0], p[0] * p[1], p[0] * p[2]
            q[3], q[4], q[5] = p[1] * p[1], p[1] * p[2], p[2] * p[2]
            for t in range(n_targets):
                for i in range(3):
                    q[6 + 3 * t + i] = targets[y, x, t] * p[i]
    return result


@compiled
def monomials(x: FloatArray, extra: FloatArray, cubic: bool) -> FloatArray:
    """Products of one, two and (if ``cubic``) three columns of ``x`` (P, K), then ``extra``."""
    n, k = x.shape
    # Combinations with repetition of one, two and three of k.
    n_terms = k + k * (k + 1) // 2 + (k * (k + 1) * (k + 2) // 6 if cubic else 0)
    result = np.empty((n, n_terms + extra.shape[1]), np.float32)
    for row in range(n):
        at = 0
        for i in range(k):
            result[row, at] = x[row, i]
            at += 1
            for j in range(i, k):
                two = x[row, i] * x[row, j]
                result[row, at] = two
                at += 1
                if cubic:
                    for h in range(j, k):
                        result[row, at] = two * x[row, h]
                        at += 1
        for i in range(extra.shape[1]):
            result[row, at + i] = extra[row, i]
    return result


def polynomial(x: FloatArray, extra: FloatArray, gains: FloatArray, *, cubic: bool) -> FloatArray:
    """`monomials` of ``x`` (P, K) and ``extra`` times ``gains`` (terms, n): (n, P), in blocks."""
    return _polynomial(x, extra, np.ascontiguousarray(gains, np.float32), cubic)


@compiled
def standardised_residuals(
    values: FloatArray,
    predicted: FloatArray,
    offsets: FloatArray,
    scales: FloatArray,
    largest: float,
) -> FloatArray:
    """Standardise residuals of ``values`` (P, n) from ``predicted`` (n, P) plus ``offsets`` (n,).

    They are divided by ``scales`` (n,) and clipped to ±``largest``.
    """
    result = np.empty(values.shape, np.float32)
    for i in range(values.shape[0]):
        for t in range(values.shape[1]):
            residual = (values[i, t] - offsets[t] - predicted[t, i]) / scales[t]
            result[i, t] = min(max(residual, -largest), largest)
    return result


@compiled
def _polynomial(x: FloatArray, extra: FloatArray, gains: FloatArray, cubic: bool) -> FloatArray:
    """Values (n, P), block by block, so that the products of a block stay in the nearest cache."""
    n_pixels, k = x.shape
    result = np.zeros((gains.shape[1], n_pixels), np.float32)
    # 14 to 17 columns of 512 numbers take about 30 kB: larger blocks leave the nearest cache.
    size = 512  # pixels per block
    columns = np.empty((k + extra.shape[1], size), np.float32)
    two, three = np.empty(size, np.float32), np.empty(size, np.float32)
    for start in range(0, n_pixels, size):
        # Each column is contiguous, so that products of columns are vector instructions.
        _transpose(x[start : start + size], columns)
        _transpose(extra[start : start + size], columns[k:])
        at = 0
        for i in range(k):
            _add(result, start, columns[i], gains, at)
            at += 1
            for j in range(i, k):
                _multiply(columns[i], columns[j], two)
                _add(result, start, two, gains, at)
                at += 1
                if cubic:
                    for h in range(j, k):
                        _multiply(two, columns[h], three)
                        _add(result, start, three, gains, at)
                        at += 1
        for i in range(k, len(columns)):
            _add(result, start, columns[i], gains, at)
            at += 1
    return result


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
def _add(result: FloatArray, start: int, values: FloatArray, gains: FloatArray, at: int) -> None:
    for t in range(result.shape[0]):
        # Slices are taken here for every t: passing them costs as much as the addition.
        gain, row = gains[at, t], result[t, start : start + len(values)]
        for p in range(len(row)):
            row[p] += gain * values[p]
