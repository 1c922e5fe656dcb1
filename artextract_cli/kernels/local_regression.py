"""Compiled local and polynomial regression of images."""

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled


@compiled
def subtract(values: FloatArray, shift: FloatArray) -> None:
    """Take ``shift`` (C,) off ``values`` (P, C), in place."""
    for i in range(values.shape[0]):
        for c in range(values.shape[1]):
            values[i, c] -= shift[c]


@compiled
def stack_planes(planes: tuple[FloatArray, ...], maps: FloatArray) -> None:
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
def standardised_residuals(
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
