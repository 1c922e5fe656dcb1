"""Compiled node features and edge weights from the statistics of regions."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, Indices
from artextract_cli.kernels.jit import compiled, inlined

Sums = NDArray[np.float64]


def standardise(columns: FloatArray) -> None:
    """Standardise every column of ``columns`` (N, K) in place; a constant one becomes 0."""
    # Two passes in double precision: the sum of squares alone would cancel for nearly equal values.
    mean, spread, scale = np.zeros((3, columns.shape[1]))
    _standardise(columns, mean, spread, scale, np.zeros(columns.shape[1], np.float32))


@compiled
def _standardise(
    columns: FloatArray, mean: Sums, spread: Sums, scale: Sums, largest: FloatArray
) -> None:
    n, k = columns.shape
    for row in columns:
        for j in range(k):
            mean[j] += row[j]
    for j in range(k):
        mean[j] /= n
    for row in columns:
        for j in range(k):
            size, difference = abs(row[j]), row[j] - mean[j]
            largest[j] = size if size > largest[j] else largest[j]
            spread[j] += difference * difference
    for j in range(k):
        deviation = np.sqrt(spread[j] / n)
        # Up to here the spread of a column is rounding error of float32.
        is_constant = deviation <= 1e-6 * (largest[j] if largest[j] > 1e-6 else 1e-6)
        scale[j] = 0.0 if is_constant else 1 / deviation
    for row in columns:
        for j in range(k):
            row[j] = (row[j] - mean[j]) * scale[j]


def gather_columns(columns: FloatArray, order: NDArray[np.int32]) -> FloatArray:
    """Gather columns (N, K) by their indices ``order`` (M,): (N, M); index -1 gives zeros."""
    result = np.empty((len(columns), len(order)), np.float32)
    _gather_columns(columns, order, result)
    return result


@compiled
def _gather_columns(columns: FloatArray, order: NDArray[np.int32], result: FloatArray) -> None:
    for i in range(len(columns)):
        source, target = columns[i], result[i]
        for j in range(len(order)):
            target[j] = source[order[j]] if order[j] >= 0 else np.float32(0)


def edge_weights(
    statistics: FloatArray, edges: Indices, n_channels: int, n_first: int
) -> FloatArray:
    """Difference between the nodes of every edge in every view: (E, V).

    ``statistics`` (N, S × C) are of C channels each. The first view has ``n_first`` channels and
    every other one has one; a weight is the sum over statistics of the mean absolute difference
    over channels. ``edges`` (2, E) contain both directions, sorted by source, then target; their
    common weight is computed once.
    """
    n_views = 1 + n_channels - n_first
    weights = np.zeros((edges.shape[1], n_views), np.float32)
    # Next place of every node for the mirror image of an edge.
    back = np.zeros(len(statistics) + 1, np.int64)
    _first_edges(edges[0], back)
    differences = np.empty(statistics.shape[1], np.float32)
    _edge_weights(statistics, edges, n_channels, n_first, back, differences, weights)
    return weights


@compiled
def _edge_weights(
    statistics: FloatArray,
    edges: Indices,
    n_channels: int,
    n_first: int,
    back: Indices,
    differences: FloatArray,
    weights: FloatArray,
) -> None:
    n_views = weights.shape[1]
    for e in range(edges.shape[1]):
        a, b = np.uint32(edges[0, e]), np.uint32(edges[1, e])
        # The weight was written together with that of the edge from b to a.
        if a > b:
            continue
        one, other = statistics[a], statistics[b]
        for i in range(len(differences)):
            differences[i] = abs(one[i] - other[i])
        # The sources smaller than b come in order, as do the targets of b.
        row, mirrored = weights[e], weights[back[b]]
        back[b] += 1
        for start in range(0, len(differences), n_channels):
            total = np.float32(0)
            for c in range(start, start + n_first):
                total += differences[c]
            row[0] += total / np.float32(n_first)
            for v in range(1, n_views):
                row[v] += differences[start + n_first - 1 + v]
        for v in range(n_views):
            mirrored[v] = row[v]


@inlined
def _first_edges(sources: Indices, first: Indices) -> None:
    """Index of the first edge of each node (N + 1,), from the sorted ``sources`` (E,) and zeros."""
    for source in sources:
        first[source + 1] += 1
    for k in range(len(first) - 1):
        first[k + 1] += first[k]
