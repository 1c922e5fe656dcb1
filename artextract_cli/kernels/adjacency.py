"""Compiled region adjacency: the pairs of regions of a label map that touch."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import Indices, LabelMap
from artextract_cli.kernels.jit import compiled, inlined

# Most lists of neighbours are shorter; the result does not depend on it.
MAX_INSERTION_SORT = 32  # number of values up to which insertion sort is the fastest


def touching_pairs(labels: LabelMap) -> NDArray[np.int32]:
    """Pairs (2, M) of different labels that touch, also at a corner; most repeats are omitted."""
    # A pixel adds at most four: to the right, below, and across the corner in both directions.
    pairs = np.empty((2, 4 * labels.size), np.int32)
    return pairs[:, : _touching_pairs(labels, pairs)]


@compiled
def _touching_pairs(labels: LabelMap, pairs: NDArray[np.int32]) -> int:
    """Write `touching_pairs` to the first columns of ``pairs``; returns their number."""
    height, width = labels.shape
    n = 0
    for y in range(height):
        for x in range(width):
            a = labels[y, x]
            right, below = x + 1 < width, y + 1 < height
            b = labels[y, x + 1] if right else a
            c = labels[y + 1, x] if below else a
            # Along a border only its first pixel adds the pair, which leaves less to sort.
            if a != b and (y == 0 or labels[y - 1, x] != a or labels[y - 1, x + 1] != b):
                pairs[0, n], pairs[1, n] = a, b
                n += 1
            if a != c and (x == 0 or labels[y, x - 1] != a or labels[y + 1, x - 1] != c):
                pairs[0, n], pairs[1, n] = a, c
                n += 1
            if a in (b, c):
                continue
            # Corners add no pair where two adjacent pixels of the four are equal.
            d = labels[y + 1, x + 1]
            if d not in (b, c):
                if a != d:
                    pairs[0, n], pairs[1, n] = a, d
                    n += 1
                if b != c:
                    pairs[0, n], pairs[1, n] = b, c
                    n += 1
    return n


def edges_of_pairs(pairs: LabelMap, n: int) -> Indices:
    """Edges (2, E) in both directions between the ``n`` regions of every pair (2, M), each once.

    They are sorted by source, then target.
    """
    begin, higher = by_lower(pairs, n)
    # Counting sort in O(M + N), except for the short lists of neighbours.
    degree, first = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    _count_edges(begin, higher, degree, first)
    edges = np.empty((2, first[n]), np.int64)
    _write_edges(begin, higher, degree, first, edges)
    return edges


def by_lower(pairs: LabelMap, n: int) -> tuple[Indices, NDArray[np.int32]]:
    """The higher regions (M,) of ``pairs`` by the lower one, sorted, and where groups begin."""
    # Two places ahead: while groups are filled, each start moves to its end, the start of the next.
    begin, higher = np.zeros(n + 2, np.int64), np.empty(pairs.shape[1], np.int32)
    _group_by_lower(pairs, begin, higher)
    return begin, higher


@compiled
def _group_by_lower(pairs: LabelMap, begin: Indices, higher: NDArray[np.int32]) -> None:
    n = len(begin) - 2
    for i in range(pairs.shape[1]):
        a, b = pairs[0, i], pairs[1, i]
        begin[(a if a < b else b) + 2] += 1
    for k in range(n):
        begin[k + 2] += begin[k + 1]
    for i in range(pairs.shape[1]):
        a, b = pairs[0, i], pairs[1, i]
        lower, other = (a, b) if a < b else (b, a)
        place = begin[lower + 1]
        higher[place] = other
        begin[lower + 1] = place + 1
    for k in range(n):
        _sort(higher, begin[k], begin[k + 1])


@inlined
def _sort(values: NDArray[np.int32], begin: int, end: int) -> None:
    """Sort ``values[begin:end]`` in place: Shell's sort, which is insertion sort of a few."""
    step = 1
    while step * MAX_INSERTION_SORT < end - begin:
        step = 3 * step + 1
    while step > 0:
        for i in range(begin + step, end):
            value, at = values[i], i
            while at >= begin + step and values[at - step] > value:
                values[at] = values[at - step]
                at -= step
            values[at] = value
        step //= 3


@compiled
def _count_edges(
    begin: Indices, higher: NDArray[np.int32], degree: Indices, first: Indices
) -> None:
    """Move distinct regions to the front of their group; count them, and edges by source.

    ``first`` (N + 1,), like ``degree`` (N,), starts as zeros.
    """
    n = len(degree)
    for k in range(n):
        kept = begin[k]
        for i in range(begin[k], begin[k + 1]):
            if i == begin[k] or higher[i] != higher[kept - 1]:
                higher[kept] = higher[i]
                kept += 1
        degree[k] = kept - begin[k]
        first[k + 1] += degree[k]
        for i in range(begin[k], kept):
            first[higher[i] + 1] += 1
    for k in range(n):
        first[k + 1] += first[k]


@compiled
def _write_edges(
    begin: Indices, higher: NDArray[np.int32], degree: Indices, first: Indices, edges: Indices
) -> None:
    # Regions come in order, so that a region's lower neighbours are put before its higher ones.
    for k in range(len(degree)):
        for i in range(begin[k], begin[k] + degree[k]):
            other = higher[i]
            edges[0, first[k]], edges[1, first[k]] = k, other
            edges[0, first[other]], edges[1, first[other]] = other, k
            first[k] += 1
            first[other] += 1
