"""Compiled loops over a label map: connected components, joining fragments, filling gaps."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import Indices, LabelMap
from artextract_cli.kernels.adjacency import by_lower, sort
from artextract_cli.kernels.jit import compiled


@compiled
def _root(parent: NDArray[np.int32], i: int) -> int:
    """The root of ``i`` in a union-find forest; shortens the path for the next search."""
    # Path halving (Tarjan & van Leeuwen, Journal of the ACM 31, 245, 1984).
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@compiled
def _unite(parent: NDArray[np.int32], a: int, b: int) -> None:
    """Unite two trees given by their roots; the smaller number remains the root."""
    parent[max(a, b)] = min(a, b)


@compiled
def _numbered(parent: NDArray[np.int32]) -> tuple[NDArray[np.int32], int]:
    """Number the trees of a forest by their roots, in order; returns each node's number."""
    number = np.empty(len(parent), np.int32)
    n = 0
    for i in range(len(parent)):
        # A root is the smallest number of its tree, so that it is numbered before its nodes.
        if parent[i] == i:
            number[i] = n
            n += 1
        else:
            number[i] = number[parent[i]]
    return number, n


@compiled
def _renumber(labels: LabelMap, number: NDArray[np.int32]) -> None:
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            labels[y, x] = number[labels[y, x]]


@compiled
def _runs(labels: Indices | LabelMap, regions: LabelMap) -> NDArray[np.int32]:
    """Number runs of equal label in ``regions``; returns the forest of those that touch."""
    height, width = labels.shape
    # At most one run per pixel.
    parent = np.empty(height * width, np.int32)
    n = 0
    for y in range(height):
        for x in range(width):
            label = labels[y, x]
            here = regions[y, x - 1] if x > 0 and labels[y, x - 1] == label else -1
            if y > 0 and labels[y - 1, x] == label:
                above = regions[y - 1, x]
                if here >= 0 and here != above:
                    _unite(parent, _root(parent, here), _root(parent, above))
                here = above
            if here < 0:
                here = n
                parent[n] = n
                n += 1
            regions[y, x] = here
    return parent[:n]


@compiled
def components(labels: Indices | LabelMap) -> tuple[LabelMap, int]:
    """4-connected components of equal label, numbered by their first pixel in raster order."""
    regions = np.empty(labels.shape, np.int32)
    number, n = _numbered(_runs(labels, regions))
    _renumber(regions, number)
    return regions, n


@compiled
def region_sizes(labels: LabelMap, n: int) -> Indices:
    """Number of pixels (N,) of every region."""
    sizes = np.zeros(n, np.int64)
    for row in labels:
        for label in row:
            # Unsigned: an index that cannot be negative needs no check.
            sizes[np.uint32(label)] += 1
    return sizes


@compiled
def _fragment_borders(labels: LabelMap, sizes: Indices, min_size: int) -> LabelMap:
    """Pairs (2, M) of regions at every border pixel of those smaller than ``min_size``."""
    height, width = labels.shape
    small = sizes < min_size
    # Two pairs per pixel, and a place to write one that is not kept.
    pairs = np.empty((2, 2 * labels.size + 1), np.int32)
    n = 0
    for y in range(height):
        row, below = labels[y], labels[min(y + 1, height - 1)]
        for x in range(width):
            a, b, c = row[x], row[min(x + 1, width - 1)], below[x]
            # Always written, and kept by a sum: a branch would mostly be mispredicted.
            fragment = small[np.uint32(a)]
            pairs[0, n], pairs[1, n] = a, b
            n += (a != b) & (fragment | small[np.uint32(b)])
            pairs[0, n], pairs[1, n] = a, c
            n += (a != c) & (fragment | small[np.uint32(c)])
    return pairs[:, :n]


@compiled
def longest_borders(labels: LabelMap, sizes: Indices, min_size: int) -> LabelMap:
    """Pairs (2, M) of neighbours, one smaller than ``min_size``, by descending border length."""
    # Equal pairs are counted: a pair occurs once per pixel of the border.
    begin, higher = by_lower(_fragment_borders(labels, sizes, min_size), len(sizes))
    lower, lengths = np.empty_like(higher), np.zeros(len(higher), np.int64)
    n = 0
    for k in range(len(sizes)):
        sort(higher, begin[k], begin[k + 1])
        for i in range(begin[k], begin[k + 1]):
            if i == begin[k] or higher[i] != higher[n - 1]:
                lower[n], higher[n] = k, higher[i]
                n += 1
            lengths[n - 1] += 1
    return _longest_first(lower[:n], higher[:n], lengths[:n])


@compiled
def _longest_first(
    lower: NDArray[np.int32], higher: NDArray[np.int32], lengths: Indices
) -> LabelMap:
    """Pairs (2, M) by descending length, with a stable counting sort."""
    longest = max(lengths) if len(lengths) else 0
    begin = np.zeros(longest + 2, np.int64)
    for length in lengths:
        # Stable, so that borders of equal length are joined in a defined order.
        begin[longest - length + 1] += 1
    for k in range(longest):
        begin[k + 1] += begin[k]
    pairs = np.empty((2, len(lengths)), np.int32)
    for i in range(len(lengths)):
        place = begin[longest - lengths[i]]
        pairs[0, place], pairs[1, place] = lower[i], higher[i]
        begin[longest - lengths[i]] += 1
    return pairs


@compiled
def join_fragments(labels: LabelMap, pairs: LabelMap, sizes: Indices, min_size: int) -> int:
    """Join the two regions of every pair (2, M), in order, while either is below ``min_size``.

    All remaining regions with a neighbour are then large enough, as sizes only grow. Renumbers
    ``labels`` and adds up ``sizes`` in place; returns the number of remaining regions.
    """
    n = len(sizes)
    parent = np.empty(n, np.int32)
    for i in range(n):
        parent[i] = i
    for i in range(pairs.shape[1]):
        a, b = _root(parent, pairs[0, i]), _root(parent, pairs[1, i])
        if a != b and min(sizes[a], sizes[b]) < min_size:
            sizes[min(a, b)] = sizes[a] + sizes[b]
            _unite(parent, a, b)
    number, kept = _numbered(parent)
    _renumber(labels, number)
    return kept


@compiled
def _beside(height: int, width: int, y: int, x: int, side: int) -> tuple[int, int]:
    """The pixel above, left, right (``side`` 0, 1, 2) or below; the same pixel at an edge."""
    down = -int(side == 0) * int(y > 0) + int(side == 3) * int(y + 1 < height)
    right = -int(side == 1) * int(x > 0) + int(side == 2) * int(x + 1 < width)
    return y + down, x + right


@compiled
def _edges_of_gaps(labels: LabelMap) -> Indices:
    """Labelled pixels beside unlabelled ones, as y·W + x, and space for all unlabelled ones."""
    height, width = labels.shape
    pixels = np.empty(labels.size, np.int64)
    n = n_gaps = 0
    for y in range(height):
        for x in range(width):
            n_gaps += labels[y, x] < 0
            beside = False
            for side in range(4):
                v, u = _beside(height, width, y, x, side)
                beside |= labels[v, u] < 0
            if beside and labels[y, x] >= 0:
                pixels[n] = y * width + x
                n += 1
    # Each unlabelled pixel enters the queue once, when it is labelled.
    return np.concatenate((pixels[:n], np.full(n_gaps, -1, np.int64)))


@compiled
def fill_gaps(labels: LabelMap) -> None:
    """Give every pixel labelled -1 the label of the nearest one that has one, in 4-steps.

    Regions grow into the gaps ring by ring, so that they stay connected.
    """
    height, width = labels.shape
    queue = _edges_of_gaps(labels)
    done, n = 0, 0
    while n < len(queue) and queue[n] >= 0:
        n += 1
    while done < n:
        y, x = queue[done] // width, queue[done] % width
        for side in range(4):
            v, u = _beside(height, width, y, x, side)
            if labels[v, u] < 0:
                labels[v, u] = labels[y, x]
                queue[n] = v * width + u
                n += 1
        done += 1
