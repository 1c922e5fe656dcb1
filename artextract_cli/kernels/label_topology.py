"""Compiled loops over a label map: connected components, joining fragments, filling gaps."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, Indices, LabelMap
from artextract_cli.kernels.adjacency import by_lower
from artextract_cli.kernels.jit import compiled, inlined


@inlined
def _root(parent: NDArray[np.int32], i: int | np.int64) -> int | np.int64:
    """The root of ``i`` in a union-find forest; shortens the path for the next search."""
    # Path halving (Tarjan & van Leeuwen, Journal of the ACM 31, 245, 1984).
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@inlined
def _unite(parent: NDArray[np.int32], a: int | np.int64, b: int | np.int64) -> None:
    """Unite two trees given by their roots; the smaller number remains the root."""
    if a < b:
        parent[b] = a
    else:
        parent[a] = b


@compiled
def _renumber(labels: LabelMap, parent: NDArray[np.int32], number: NDArray[np.int32]) -> int:
    """Number the trees of a forest by their roots, in order, in ``labels``; returns how many.

    ``number``, like ``parent``, is a buffer for the number of each node.
    """
    n = 0
    for i in range(len(parent)):
        # A root is the smallest number of its tree, so that it is numbered before its nodes.
        if parent[i] == i:
            number[i] = n
            n += 1
        else:
            number[i] = number[parent[i]]
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            labels[y, x] = number[labels[y, x]]
    return n


@compiled
def _runs(labels: Indices | LabelMap, regions: LabelMap, parent: NDArray[np.int32]) -> int:
    """Number runs of equal label in ``regions``; returns their number.

    The first elements of ``parent`` (H × W,) become the forest of those that touch.
    """
    height, width = labels.shape
    n = 0
    for y in range(height):
        for x in range(width):
            label = labels[y, x]
            here = regions[y, x - 1] if x > 0 and labels[y, x - 1] == label else -1
            if y > 0 and labels[y - 1, x] == label:
                above = regions[y - 1, x]
                if here >= 0 and here != above:
                    _unite(parent, _root(parent, here), _root(parent, np.int64(above)))
                here = above
            if here < 0:
                here = n
                parent[n] = n
                n += 1
            regions[y, x] = here
    return n


def components(labels: Indices | LabelMap) -> tuple[LabelMap, int]:
    """4-connected components of equal label, numbered by their first pixel in raster order."""
    regions = np.empty(labels.shape, np.int32)
    # At most one run per pixel.
    parent = np.empty(labels.size, np.int32)
    parent = parent[: _runs(labels, regions, parent)]
    return regions, _renumber(regions, parent, np.empty_like(parent))


def region_sizes(labels: LabelMap, n: int) -> Indices:
    """Number of pixels (N,) of every region."""
    sizes = np.zeros(n, np.int64)
    _count(labels, sizes)
    return sizes


@compiled
def _count(labels: LabelMap, sizes: Indices) -> None:
    for row in labels:
        for label in row:
            # Unsigned: an index that cannot be negative needs no check.
            sizes[np.uint32(label)] += 1


@compiled
def _fragment_borders(labels: LabelMap, small: BoolArray, pairs: LabelMap) -> int:
    """Write pairs of regions at every border pixel of ``small`` ones; returns their number."""
    height, width = labels.shape
    n = 0
    for y in range(height):
        row, below = labels[y], labels[y + 1 if y + 1 < height else y]
        for x in range(width):
            a, b, c = row[x], row[x + 1 if x + 1 < width else x], below[x]
            # Always written, and kept by a sum: a branch would mostly be mispredicted.
            fragment = small[np.uint32(a)]
            pairs[0, n], pairs[1, n] = a, b
            n += (a != b) & (fragment | small[np.uint32(b)])
            pairs[0, n], pairs[1, n] = a, c
            n += (a != c) & (fragment | small[np.uint32(c)])
    return n


def longest_borders(labels: LabelMap, sizes: Indices, min_size: int) -> LabelMap:
    """Pairs (2, M) of neighbours, one smaller than ``min_size``, by descending border length."""
    # Two pairs per pixel, and a place to write one that is not kept.
    pairs = np.empty((2, 2 * labels.size + 1), np.int32)
    n = _fragment_borders(labels, sizes < min_size, pairs)
    # Equal pairs are counted: a pair occurs once per pixel of the border.
    begin, higher = by_lower(pairs[:, :n], len(sizes))
    lower, lengths = np.empty_like(higher), np.zeros(len(higher), np.int64)
    n = _measure_borders(begin, higher, lower, lengths)
    # Stable, so that borders of equal length are joined in a defined order.
    longest_first = np.argsort(-lengths[:n], kind="stable")
    return np.stack([lower[longest_first], higher[longest_first]])


@compiled
def _measure_borders(
    begin: Indices, higher: NDArray[np.int32], lower: NDArray[np.int32], lengths: Indices
) -> int:
    """Count how often each pair occurs in groups by the lower region; returns how many pairs."""
    n = 0
    for k in range(len(begin) - 2):
        for i in range(begin[k], begin[k + 1]):
            if i == begin[k] or higher[i] != higher[n - 1]:
                lower[n], higher[n] = k, higher[i]
                n += 1
            lengths[n - 1] += 1
    return n


def join_fragments(labels: LabelMap, pairs: LabelMap, sizes: Indices, min_size: int) -> int:
    """Join the two regions of every pair (2, M), in order, while either is below ``min_size``.

    All remaining regions with a neighbour are then large enough, as sizes only grow. Renumbers
    ``labels`` and adds up ``sizes`` in place; returns the number of remaining regions.
    """
    parent = np.arange(len(sizes), dtype=np.int32)
    _join_pairs(pairs, sizes, min_size, parent)
    return _renumber(labels, parent, np.empty_like(parent))


@compiled
def _join_pairs(pairs: LabelMap, sizes: Indices, min_size: int, parent: NDArray[np.int32]) -> None:
    for i in range(pairs.shape[1]):
        a, b = _root(parent, np.int64(pairs[0, i])), _root(parent, np.int64(pairs[1, i]))
        if a != b and (sizes[a] < min_size or sizes[b] < min_size):
            sizes[a if a < b else b] = sizes[a] + sizes[b]
            _unite(parent, a, b)


@compiled
def _beside(height: int, width: int, y: int, x: int, side: int) -> tuple[int, int]:
    """The pixel above, left, right (``side`` 0, 1, 2) or below; the same pixel at an edge."""
    down = -int(side == 0) * int(y > 0) + int(side == 3) * int(y + 1 < height)
    right = -int(side == 1) * int(x > 0) + int(side == 2) * int(x + 1 < width)
    return y + down, x + right


@compiled
def _edges_of_gaps(labels: LabelMap, pixels: Indices) -> int:
    """Write labelled pixels beside unlabelled ones, as y·W + x; returns their number."""
    height, width = labels.shape
    n = 0
    for y in range(height):
        for x in range(width):
            beside = False
            for side in range(4):
                v, u = _beside(height, width, y, x, side)
                beside |= labels[v, u] < 0
            if beside and labels[y, x] >= 0:
                pixels[n] = y * width + x
                n += 1
    return n


def fill_gaps(labels: LabelMap) -> None:
    """Give every pixel labelled -1 the label of the nearest one that has one, in 4-steps.

    Regions grow into the gaps ring by ring, so that they stay connected.
    """
    # Each pixel is queued at most once: labelled ones at first, others when they get a label.
    _fill_gaps(labels, np.empty(labels.size, np.int64))


@compiled
def _fill_gaps(labels: LabelMap, queue: Indices) -> None:
    height, width = labels.shape
    done, n = 0, _edges_of_gaps(labels, queue)
    while done < n:
        y, x = queue[done] // width, queue[done] % width
        for side in range(4):
            v, u = _beside(height, width, y, x, side)
            if labels[v, u] < 0:
                labels[v, u] = labels[y, x]
                queue[n] = v * width + u
                n += 1
        done += 1
