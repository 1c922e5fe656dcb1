"""The loops of message passing, compiled by numba.

Each takes the nodes from ``start`` to ``end`` and, for each, its incoming edges: edge e comes from
``source[e]``, those into node i are ``crow[i]``..``crow[i + 1]``, and ``reverse[e]`` is the edge in
the opposite direction. The order of a node's sums does not depend on the ranges, so the result is
the same for any number of threads. Results are written to the last arguments; ``largest``,
``total`` and ``mean`` (K,) of a node are buffers.

Letters: N nodes, E directed edges, K channels, one for each view and head, D features.
"""

import numpy as np
from numpy.typing import NDArray

from artextract_cli.kernels.jit import compiled_sums

Array = NDArray[np.float32]
Index = NDArray[np.int64]


@compiled_sums
def scores(
    start: int,
    end: int,
    crow: Index,
    source: Index,
    largest: Array,
    left: Array,
    right: Array,
    slope: float,
    score: Array,
) -> None:
    """LeakyReLU of the scores (E, K), minus the maximum at each target."""
    n_channels = left.shape[1]
    for i in range(start, end):
        for k in range(n_channels):
            largest[k] = -np.inf
        for e in range(crow[i], crow[i + 1]):
            j = source[e]
            for k in range(n_channels):
                z = left[j, k] + right[i, k]
                z = z if z > 0 else z * slope
                score[e, k] = z
                largest[k] = z if z > largest[k] else largest[k]
        for e in range(crow[i], crow[i + 1]):
            for k in range(n_channels):
                # Softmax is unchanged by a constant; without the maximum, large scores overflow.
                score[e, k] -= largest[k]


@compiled_sums
def normalised(
    start: int, end: int, crow: Index, source: Index, total: Array, weight: Array
) -> None:
    """Divide ``weight`` (E, K) by its sum over the target's edges, in place."""
    n_channels = weight.shape[1]
    for i in range(start, end):
        for k in range(n_channels):
            total[k] = 0
        for e in range(crow[i], crow[i + 1]):
            for k in range(n_channels):
                total[k] += weight[e, k]
        for k in range(n_channels):
            # One division per node and channel. Never by zero: every node has a self-loop.
            total[k] = 1 / total[k]
        for e in range(crow[i], crow[i + 1]):
            for k in range(n_channels):
                weight[e, k] *= total[k]


@compiled_sums
def score_gradients(
    start: int,
    end: int,
    crow: Index,
    source: Index,
    mean: Array,
    left: Array,
    right: Array,
    slope: float,
    weight: Array,
    d_weight: Array,
    d_score: Array,
    d_right: Array,
) -> None:
    """Gradients of the scores (E, K) and of ``right`` (N, K) from that of the attention (E, K)."""
    n_channels = left.shape[1]
    for i in range(start, end):
        for k in range(n_channels):
            mean[k] = 0
            d_right[i, k] = 0
        for e in range(crow[i], crow[i + 1]):
            for k in range(n_channels):
                # Derivative of softmax: a · (g − Σ a g), the sum being over the edges into the same
                # node.
                mean[k] += weight[e, k] * d_weight[e, k]
        for e in range(crow[i], crow[i + 1]):
            j = source[e]
            for k in range(n_channels):
                d = weight[e, k] * (d_weight[e, k] - mean[k])
                # The sign is computed again rather than stored for E · K scores.
                d = d if left[j, k] + right[i, k] > 0 else d * slope
                d_score[e, k] = d
                d_right[i, k] += d


@compiled_sums
def source_gradients(
    start: int,
    end: int,
    crow: Index,
    source: Index,
    reverse: Index,
    d_score: Array,
    d_left: Array,
) -> None:
    """Sum gradients (E, K) of the scores over each node's outgoing edges: (N, K)."""
    n_channels = d_left.shape[1]
    for i in range(start, end):
        for k in range(n_channels):
            d_left[i, k] = 0
        for e in range(crow[i], crow[i + 1]):
            for k in range(n_channels):
                d_left[i, k] += d_score[reverse[e], k]


# The loops below process several edges at a time, so that a node's own row is fetched less often.
# In loops over two, the first edge is processed alone if their number is odd.


@compiled_sums
def means(
    start: int, end: int, crow: Index, source: Index, x: Array, scale: Array, total: Array
) -> None:
    """Sum ``x`` (N, K), times ``scale`` (N,) at both ends, over incoming edges."""
    n_channels = x.shape[1]
    for i in range(start, end):
        first, alone = crow[i], (crow[i + 1] - crow[i]) % 2
        p = source[first]
        # Zero for an even number of edges; the row is then only initialised.
        a = scale[i] * scale[p] * alone
        for d in range(n_channels):
            total[i, d] = a * x[p, d]
        for e in range(first + alone, crow[i + 1], 2):
            p, q = source[e], source[e + 1]
            a, b = scale[i] * scale[p], scale[i] * scale[q]
            for d in range(n_channels):
                total[i, d] += a * x[p, d] + b * x[q, d]


@compiled_sums
def sums(
    start: int, end: int, crow: Index, source: Index, x: Array, weight: Array, total: Array
) -> None:
    """Sum ``x`` (N, K, D) of the sources, times ``weight`` (E, K), over incoming edges."""
    n_channels, size = total.shape[1], total.shape[2]
    shared = n_channels // x.shape[1]
    for i in range(start, end):
        # Most nodes have five to nine edges: four at a time, then one by one.
        grouped = crow[i + 1] - (crow[i + 1] - crow[i]) % 4
        for k in range(n_channels):
            for d in range(size):
                total[i, k, d] = 0
        for e in range(crow[i], grouped, 4):
            for k in range(n_channels):
                own, out = k // shared, total[i, k]
                p, q, r, s = weight[e, k], weight[e + 1, k], weight[e + 2, k], weight[e + 3, k]
                a, b = x[source[e], own], x[source[e + 1], own]
                c, f = x[source[e + 2], own], x[source[e + 3], own]
                for d in range(size):
                    out[d] += p * a[d] + q * b[d] + r * c[d] + s * f[d]
        for e in range(grouped, crow[i + 1]):
            for k in range(n_channels):
                p, a, out = weight[e, k], x[source[e], k // shared], total[i, k]
                for d in range(size):
                    out[d] += p * a[d]


@compiled_sums
def sums_back(
    start: int,
    end: int,
    crow: Index,
    source: Index,
    reverse: Index,
    grad: Array,
    weight: Array,
    d_x: Array,
) -> None:
    """Sum gradients ``grad`` (N, K, D) of the targets over each node's outgoing edges."""
    n_channels, size = grad.shape[1], grad.shape[2]
    shared = n_channels // d_x.shape[1]
    for i in range(start, end):
        first, alone = crow[i], (crow[i + 1] - crow[i]) % 2
        for k in range(d_x.shape[1]):
            for d in range(size):
                d_x[i, k, d] = 0
        for e in range(first, first + alone):
            p, back = source[e], reverse[e]
            for k in range(n_channels):
                a, own = weight[back, k], k // shared
                for d in range(size):
                    d_x[i, own, d] += a * grad[p, k, d]
        for e in range(first + alone, crow[i + 1], 2):
            p, q, back_p, back_q = source[e], source[e + 1], reverse[e], reverse[e + 1]
            for k in range(n_channels):
                a, b, own = weight[back_p, k], weight[back_q, k], k // shared
                for d in range(size):
                    d_x[i, own, d] += a * grad[p, k, d] + b * grad[q, k, d]


@compiled_sums
def products(
    start: int, end: int, crow: Index, source: Index, x: Array, grad: Array, d_weight: Array
) -> None:
    """Inner products of ``grad`` (N, K, D) at each edge's target with ``x`` at its source."""
    n_channels, size = grad.shape[1], grad.shape[2]
    shared = n_channels // x.shape[1]
    for i in range(start, end):
        for e in range(crow[i], crow[i + 1], 2):
            # An odd last edge is its own partner, and is computed twice.
            f = e + 1 if e + 1 < crow[i + 1] else e
            p, q = source[e], source[f]
            for k in range(n_channels):
                own = k // shared
                a = grad[i, k, 0] * x[p, own, 0]
                b = grad[i, k, 0] * x[q, own, 0]
                for d in range(1, size):
                    a += grad[i, k, d] * x[p, own, d]
                    b += grad[i, k, d] * x[q, own, d]
                d_weight[e, k], d_weight[f, k] = a, b
