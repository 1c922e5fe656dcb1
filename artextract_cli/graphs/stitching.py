"""Superpixels, and their statistics, of an image that is processed block by block."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.graphs.regions import (
    RegionStatistics,
    connected_regions,
    gradient_magnitude,
    region_gradients,
    region_statistics,
)
from artextract_cli.imaging.blocks import Block, Blocks
from artextract_cli.kernels.label_topology import fill_gaps

Segment = Callable[[Block], tuple[LabelMap, int]]
Make = Callable[[Block], FloatArray]
StatisticsOf = Callable[[FloatArray, LabelMap, int], RegionStatistics]


def stitch_labels(blocks: Blocks, segment: Segment) -> tuple[LabelMap, int]:
    """Combine the superpixels of windows into connected ones (H, W) of the image; and their number.

    ``segment`` gives the labels (h, w) of a block with its margin, and their number. A superpixel
    is kept if its centre lies in the block itself, and keeps its shape beyond it, so that there is
    no straight seam. Pixels claimed by two blocks go to the first, unclaimed ones to the nearest
    superpixel, and pieces smaller than all kept superpixels are joined to a neighbour.
    """
    # Labels of the whole image stay in memory, 4 bytes a pixel: every superpixel needs them.
    labels = np.full(blocks.shape, -1, np.int32)
    n, least = 0, labels.size
    for block, (window_labels, n_window) in zip(blocks, blocks.each(segment), strict=True):
        window = blocks.window(block)
        sizes = np.bincount(window_labels.ravel(), minlength=n_window)
        kept = _centred(window_labels, sizes, block.inside(window))
        # (n,) final number of each superpixel of the window, -1 if another block keeps it.
        number = np.where(kept, n + np.cumsum(kept) - 1, -1).astype(np.int32)
        claimed = labels[window.place]
        # `claimed` is a view: this writes into `labels`.
        np.copyto(claimed, number[window_labels], where=claimed < 0)
        n, least = n + int(kept.sum()), min([least, *sizes[kept].tolist()])
    if n == 0:
        return np.zeros(blocks.shape, np.int32), 1
    # After gaps are filled, a superpixel that was cut in two by a claim is two regions: the smaller
    # one counts as a fragment.
    fill_gaps(labels)
    return connected_regions(labels, least)


def _centred(
    labels: LabelMap, sizes: NDArray[np.intp], place: tuple[slice, slice]
) -> NDArray[np.bool_]:
    """Mask (n,) of the regions, of ``sizes`` (n,) pixels, whose centre is inside ``place``."""
    inside = np.ones(len(sizes), np.bool_)
    for axis, part in enumerate(place):
        steps = np.arange(labels.shape[axis], dtype=np.float64)
        along = np.broadcast_to(steps if axis else steps[:, None], labels.shape)
        centre = np.bincount(labels.ravel(), along.ravel(), minlength=len(sizes)) / sizes
        # Half-open: a centre on the border of two blocks belongs to exactly one.
        inside &= (centre >= part.start - 0.5) & (centre < part.stop - 0.5)
    return inside


def block_statistics(
    blocks: Blocks,
    labels: LabelMap,
    n: int,
    make: Make,
    statistics_of: StatisticsOf = region_statistics,
) -> RegionStatistics:
    """`region_statistics` of an image of which ``make`` computes every window (h, w, C).

    Blocks are merged by the formulas of T. F. Chan, G. H. Golub and R. J. LeVeque (Updating
    formulae and a pairwise algorithm for computing sample variances, 1979).
    """
    if len(blocks) == 1:
        return statistics_of(make(blocks.first), labels, n)
    merged: _Merged | None = None

    def of_block(block: Block) -> tuple[NDArray[np.intp], RegionStatistics]:
        return _of_block(block, blocks.core(block, make(block)), labels, n, statistics_of)

    for regions, statistics in blocks.each(of_block):
        merged = merged or _Merged(n, statistics.mean.shape[1])
        merged.add(regions, statistics)
    if merged is None:
        raise ValueError(blocks.shape)
    return merged.statistics()


def block_gradients(blocks: Blocks, labels: LabelMap, n: int, make: Make) -> FloatArray:
    """`region_gradients` of an image of which ``make`` computes every window (h, w, C)."""
    if len(blocks) == 1:
        return region_gradients(make(blocks.first), labels, n)
    # Needs a margin of one pixel, which `_graph` gives its blocks.
    return block_statistics(blocks, labels, n, lambda b: gradient_magnitude(make(b))).mean


def _of_block(
    block: Block, image: FloatArray, labels: LabelMap, n: int, statistics_of: StatisticsOf
) -> tuple[NDArray[np.intp], RegionStatistics]:
    """Indices of the regions in a block, out of ``n``, and their statistics within it."""
    here = labels[block.place]
    # Numbered anew, so that statistics of a block take memory for its own regions only.
    present = np.zeros(n, np.bool_)
    present[here] = True
    number = (np.cumsum(present) - 1).astype(np.int32)
    statistics = statistics_of(image, number[here], int(present.sum()))
    corner = np.array([block.top, block.left], np.float32)
    return np.flatnonzero(present), replace(statistics, centroid=statistics.centroid + corner)


class _Merged:
    """Merged statistics of ``n`` regions in ``channels`` channels over the blocks so far."""

    def __init__(self, n: int, channels: int) -> None:
        self._count = np.zeros(n, np.int64)
        # In double precision: a region may be merged from many blocks.
        self._mean, self._squares = np.zeros((n, channels)), np.zeros((n, channels))
        self._minimum = np.full((n, channels), np.inf, np.float32)
        self._maximum = np.full((n, channels), -np.inf, np.float32)
        self._centroid = np.zeros((n, 2))

    def add(self, regions: NDArray[np.intp], part: RegionStatistics) -> None:
        """Add the statistics of ``regions`` in one block."""
        before, here = self._count[regions, None], part.count[:, None]
        share = here / (before + here)
        step = part.mean - self._mean[regions]
        self._mean[regions] += step * share
        self._squares[regions] += here * np.square(part.std, dtype=np.float64)
        # Between the two parts: n₁·n₂ / (n₁ + n₂) times the squared difference of their means.
        self._squares[regions] += before * share * step**2
        self._centroid[regions] += (part.centroid - self._centroid[regions]) * share
        self._minimum[regions] = np.minimum(self._minimum[regions], part.minimum)
        self._maximum[regions] = np.maximum(self._maximum[regions], part.maximum)
        self._count[regions] += part.count

    def statistics(self) -> RegionStatistics:
        """The statistics over all blocks."""
        return RegionStatistics(
            mean=self._mean.astype(np.float32),
            std=np.sqrt(self._squares / self._count[:, None]).astype(np.float32),
            minimum=self._minimum,
            maximum=self._maximum,
            count=self._count,
            centroid=self._centroid.astype(np.float32),
        )
