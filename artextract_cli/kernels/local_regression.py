"""Compiled local linear and polynomial regression of images."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled, inlined

# 14 to 17 rows of 512 numbers take about 30 kB: larger blocks leave the nearest cache.
BLOCK = 512  # pixels of which a polynomial is computed at a time
TERMS_AT_ONCE = 4  # a sum is then loaded and stored once for four terms


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
    """`monomials` of ``x`` (K, P) and ``extra`` (S, P) times ``gains`` (terms, n): (n, P).

    Unlike `monomials`, it takes rows, which are contiguous in memory.
    """
    result = np.zeros((gains.shape[1], x.shape[1]), np.float32)
    factors = _factors(len(x), len(extra), cubic=cubic)
    # Terms without a gain complete the last group.
    gains = np.pad(gains, ((0, len(factors) - len(gains)), (0, 0)))
    x, extra, gains = (np.ascontiguousarray(part, np.float32) for part in (x, extra, gains))
    # The terms of a group, and the latest product of two rows.
    terms = np.empty((TERMS_AT_ONCE + 1, BLOCK), np.float32)
    _polynomial(x, extra, gains, factors, terms, result)
    return result


@cache
def _factors(n_columns: int, n_extra: int, *, cubic: bool) -> NDArray[np.int64]:
    """The columns of `monomials`, or -1, whose product is a term: (terms, 3), in whole groups."""
    terms = []
    for i in range(n_columns):
        terms.append((i, -1, -1))
        for j in range(i, n_columns):
            terms.append((i, j, -1))
            terms += [(i, j, h) for h in range(j, n_columns) if cubic]
    terms += [(i, -1, -1) for i in range(n_columns, n_columns + n_extra)]
    terms += [(0, -1, -1)] * (-len(terms) % TERMS_AT_ONCE)
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
    gains: FloatArray,
    factors: NDArray[np.int64],
    terms: FloatArray,
    result: FloatArray,
) -> None:
    """Values (n, P), block by block, so that the terms of a block stay in the nearest cache."""
    k, n_pixels = x.shape
    for start in range(0, n_pixels, BLOCK):
        end = start + BLOCK if start + BLOCK < n_pixels else n_pixels
        two = terms[TERMS_AT_ONCE, : end - start]
        for at in range(0, len(factors), TERMS_AT_ONCE):
            for group in range(TERMS_AT_ONCE):
                term = terms[group, : end - start]
                i, j, h = factors[at + group, 0], factors[at + group, 1], factors[at + group, 2]
                first = x[i, start:end] if i < k else extra[i - k, start:end]
                if h >= 0:  # ``two`` is that of the preceding term
                    _multiply(two, x[h, start:end], term)
                elif j >= 0:
                    _multiply(first, x[j, start:end], two)
                    _copy(two, term)
                else:
                    _copy(first, term)
            _add_terms(terms, gains, at, result, start, end)


@inlined
def _multiply(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    for p in range(len(out)):
        out[p] = a[p] * b[p]


@inlined
def _copy(values: FloatArray, out: FloatArray) -> None:
    for p in range(len(out)):
        out[p] = values[p]


@inlined
def _add_terms(
    terms: FloatArray, gains: FloatArray, at: int, result: FloatArray, start: int, end: int
) -> None:
    """Add a group of terms, whose gains begin at ``at``, to the sums of pixels start..end."""
    a, b, c, d = terms[0], terms[1], terms[2], terms[3]
    for t in range(result.shape[0]):
        row = result[t, start:end]
        e, f, g, h = gains[at, t], gains[at + 1, t], gains[at + 2, t], gains[at + 3, t]
        for p in range(len(row)):
            # One after the other: cubic terms of unusual colours cancel, and show another order.
            row[p] = row[p] + e * a[p] + f * b[p] + g * c[p] + h * d[p]
