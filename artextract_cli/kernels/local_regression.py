"""Compiled local linear and polynomial regression of images."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled, inlined

# 14 to 17 columns of 512 numbers take about 30 kB: larger blocks leave the nearest cache.
BLOCK = 512  # pixels of which a polynomial is computed at a time


@compiled
def subtract(values: FloatArray, shift: FloatArray) -> None:
    """Subtract ``shift`` (C,) from ``values`` (P, C), in place."""
    for i in range(values.shape[0]):
        for c in range(values.shape[1]):
            values[i, c] -= shift[c]


def local_residuals(
    predictors: FloatArray, targets: FloatArray, means: FloatArray, ridge: float
) -> FloatArray:
    """Residuals (H, W, T) of the targets after a linear regression around each pixel.

    ``predictors`` are (H, W, 3), ``targets`` (H, W, T), ``means`` (H, W, 9 + 4·T) the local means
    of their `moments`. ``ridge`` is added to the variances.
    """
    result = np.empty(targets.shape, np.float32)
    _local_residuals(predictors, targets, means, ridge, result)
    return result


@compiled
def _local_residuals(
    predictors: FloatArray,
    targets: FloatArray,
    means: FloatArray,
    ridge: float,
    result: FloatArray,
) -> None:
    height, width, n_targets = targets.shape
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


def moments(predictors: FloatArray, targets: FloatArray) -> FloatArray:
    """Moments of predictors (H, W, 3) and targets (H, W, T): the input of `local_residuals`.

    (H, W, 9 + 4·T): predictors, targets, products of predictors (11, 12, 13, 22, 23, 33), and of
    target t with predictor p at 9 + T + 3·t + p.
    """
    height, width, n_targets = targets.shape
    result = np.empty((height, width, 9 + 4 * n_targets), np.float32)
    _moments(predictors, targets, result)
    return result


@compiled
def _moments(predictors: FloatArray, targets: FloatArray, result: FloatArray) -> None:
    height, width, n_targets = targets.shape
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


def monomials(x: FloatArray, extra: FloatArray, cubic: bool) -> FloatArray:
    """Products of one, two and (if ``cubic``) three columns of ``x`` (P, K), then ``extra``."""
    n, k = x.shape
    # Combinations with repetition of one, two and three of k.
    n_terms = k + k * (k + 1) // 2 + (k * (k + 1) * (k + 2) // 6 if cubic else 0)
    result = np.empty((n, n_terms + extra.shape[1]), np.float32)
    _monomials(x, extra, cubic, result)
    return result


@compiled
def _monomials(x: FloatArray, extra: FloatArray, cubic: bool, result: FloatArray) -> None:
    n, k = x.shape
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


def polynomial(x: FloatArray, extra: FloatArray, gains: FloatArray, *, cubic: bool) -> FloatArray:
    """`monomials` of ``x`` (P, K) and ``extra`` times ``gains`` (terms, n): (n, P), in blocks."""
    result = np.zeros((gains.shape[1], len(x)), np.float32)
    # The columns of a block, and products of two and three of them.
    buffers = np.empty((x.shape[1] + extra.shape[1] + 2, BLOCK), np.float32)
    factors = _factors(x.shape[1], extra.shape[1], cubic=cubic)
    _polynomial(x, extra, factors, np.ascontiguousarray(gains, np.float32), buffers, result)
    return result


@cache
def _factors(n_columns: int, n_extra: int, *, cubic: bool) -> NDArray[np.int64]:
    """The columns whose product is a term of `monomials`: (terms, 3), or -1."""
    terms = []
    for i in range(n_columns):
        terms.append((i, -1, -1))
        for j in range(i, n_columns):
            terms.append((i, j, -1))
            terms += [(i, j, h) for h in range(j, n_columns) if cubic]
    terms += [(i, -1, -1) for i in range(n_columns, n_columns + n_extra)]
    return np.array(terms, np.int64).reshape(-1, 3)


def standardised_residuals(
    values: FloatArray,
    predicted: FloatArray,
    offsets: FloatArray,
    scales: FloatArray,
    largest: float,
) -> FloatArray:
    """Standardise residuals of ``values`` (P, n) from ``predicted`` (n, P) plus ``offsets`` (n,).

    They are divided by ``scales`` (n,) and clipped to ±``largest``: (n, P).
    """
    result = np.empty(predicted.shape, np.float32)
    # The targets of one call in two are transposed: in one layout there is one kernel.
    values = np.ascontiguousarray(values)
    _standardised_residuals(values, predicted, offsets, scales, np.float32(largest), result)
    return result


@compiled
def _standardised_residuals(
    values: FloatArray,
    predicted: FloatArray,
    offsets: FloatArray,
    scales: FloatArray,
    largest: np.float32,
    result: FloatArray,
) -> None:
    for t in range(len(predicted)):
        offset, scale = offsets[t], scales[t]
        here, out = predicted[t], result[t]
        for i in range(len(here)):
            residual = (values[i, t] - offset - here[i]) / scale
            above = -largest if residual < -largest else residual
            out[i] = largest if above > largest else above


@compiled
def _polynomial(
    x: FloatArray,
    extra: FloatArray,
    factors: NDArray[np.int64],
    gains: FloatArray,
    columns: FloatArray,
    result: FloatArray,
) -> None:
    """Values (n, P), block by block, so that the products of a block stay in the nearest cache."""
    n_pixels, k = x.shape
    n_columns = k + extra.shape[1]
    two, three = columns[n_columns], columns[n_columns + 1]
    for start in range(0, n_pixels, BLOCK):
        # Each column is contiguous, so that products of columns are vector instructions.
        _transpose(x, start, columns)
        _transpose(extra, start, columns[k:])
        for at in range(len(factors)):
            i, j, h = factors[at, 0], factors[at, 1], factors[at, 2]
            term = columns[i]
            if h >= 0:  # ``two`` is that of the preceding term
                _multiply(two, columns[h], three)
                term = three
            elif j >= 0:
                _multiply(columns[i], columns[j], two)
                term = two
            _add(result, start, term, gains, at)


@inlined
def _transpose(pixels: FloatArray, start: int, columns: FloatArray) -> None:
    n = len(pixels) - start
    for i in range(n if n < BLOCK else BLOCK):
        for j in range(pixels.shape[1]):
            columns[j, i] = pixels[start + i, j]


@inlined
def _multiply(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    for p in range(len(out)):
        out[p] = a[p] * b[p]


@inlined
def _add(result: FloatArray, start: int, values: FloatArray, gains: FloatArray, at: int) -> None:
    for t in range(result.shape[0]):
        # Slices are taken here for every t: passing them costs as much as the addition.
        gain, row = gains[at, t], result[t, start : start + len(values)]
        for p in range(len(row)):
            row[p] += gain * values[p]
