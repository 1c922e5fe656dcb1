"""Compiled region adjacency: the pairs of regions of a label map that touch."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import Indices, LabelMap
from artextract_cli.kernels.jit import compiled

# Most lists of neighbours are shorter; the result does not depend on it.
MAX_INSERTION_SORT = 32  # number of values up to which insertion sort is the fastest


@compiled
def touching_pairs(labels: LabelMap) -> NDArray[np.int32]:
    """Pairs (2, M) of different labels that touch, also at a corner; most repeats are omitted."""
    height, width = labels.shape
    # A pixel adds at most four: to the right, below, and across the corner in both directions.
    pairs = np.empty((2, 4 * labels.size), np.int32)
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
    return pairs[:, :n]


@compiled
def edges_of_pairs(pairs: LabelMap, n: int) -> Indices:
    """Edges (2, E) in both directions between the ``n`` regions of every pair (2, M), each once.

    They are sorted by source, then target.
    """
    begin, higher = by_lower(pairs, n)
    # Counting sort in O(M + N), except for the short lists of neighbours.
    degree, first = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    for k in range(n):
        degree[k] = sort_unique(higher, begin[k], begin[k + 1])
        first[k + 1] += degree[k]
        for i in range(begin[k], begin[k] + degree[k]):
            first[higher[i] + 1] += 1
    for k in range(n):
        first[k + 1] += first[k]
    edges = np.empty((2, first[n]), np.int64)
    # Regions come in order, so that a region's lower neighbours are put before its higher ones.
    for k in range(n):
        for i in range(begin[k], begin[k] + degree[k]):
            other = higher[i]
            edges[0, first[k]], edges[1, first[k]] = k, other
            edges[0, first[other]], edges[1, first[other]] = other, k
            first[k] += 1
            first[other] += 1
    return edges


@compiled
def by_lower(pairs: LabelMap, n: int) -> tuple[Indices, NDArray[np.int32]]:
    """The higher regions (M,) of ``pairs`` grouped by the lower one, and where groups begin."""
    # Two places ahead: while groups are filled, each start moves to its end, the start of the next.
    begin = np.zeros(n + 2, np.int64)
    for i in range(pairs.shape[1]):
        begin[min(pairs[0, i], pairs[1, i]) + 2] += 1
    for k in range(n):
        begin[k + 2] += begin[k + 1]
    higher = np.empty(pairs.shape[1], np.int32)
    for i in range(pairs.shape[1]):
        a, b = pairs[0, i], pairs[1, i]
        place = begin[min(a, b) + 1]
        higher[place] = max(a, b)
        begin[min(a, b) + 1] = place + 1
    return begin, higher


@compiled
def sort(values: NDArray[np.int32], begin: int, end: int) -> None:
    """Sort ``values[begin:end]`` in place."""
    if end - begin > MAX_INSERTION_SORT:
        # The loop below then makes a single pass over sorted values.
        values[begin:end].sort()
    for i in range(begin + 1, end):
        value, at = values[i], i
        while at > begin and values[at - 1] > value:
            values[at] = values[at - 1]
            at -= 1
        values[at] = value


@compiled
def sort_unique(values: NDArray[np.int32], begin: int, end: int) -> int:
    """Sort ``values[begin:end]`` in place, distinct values first; returns their number."""
    sort(values, begin, end)
    kept = min(begin + 1, end)
    for i in range(begin + 1, end):
        if values[i] != values[kept - 1]:
            values[kept] = values[i]
            kept += 1
    return kept - begin
