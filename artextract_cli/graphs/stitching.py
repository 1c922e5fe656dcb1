"""Superpixels and their statistics of a picture that is worked on block by block."""

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

Cut = Callable[[Block], tuple[LabelMap, int]]
Make = Callable[[Block], FloatArray]


def stitch_labels(blocks: Blocks, cut: Cut) -> tuple[LabelMap, int]:
    """Connected superpixels (H, W) of a whole picture from those of its windows, and how many.

    ``cut`` gives the labels (h, w) of a block with its margin, and how many there are. A superpixel
    counts where its centre lies in the block itself, and keeps its shape beyond: there is no
    straight seam. What two blocks claim goes to the first, what none claims to its surroundings,
    and pieces smaller than any superpixel was join a neighbour.
    """
    labels = np.full(blocks.shape, -1, np.int32)
    n, least = 0, labels.size
    for block, (found, n_found) in zip(blocks, blocks.each(cut), strict=True):
        window = blocks.window(block)
        sizes = np.bincount(found.ravel(), minlength=n_found)
        kept = _centred(found, sizes, block.inside(window))
        number = np.where(kept, n + np.cumsum(kept) - 1, -1).astype(np.int32)
        claimed = labels[window.place]
        np.copyto(claimed, number[found], where=claimed < 0)
        n, least = n + int(kept.sum()), min([least, *sizes[kept].tolist()])
    if n == 0:
        return np.zeros(blocks.shape, np.int32), 1
    fill_gaps(labels)
    return connected_regions(labels, least)


def _centred(
    labels: LabelMap, sizes: NDArray[np.intp], place: tuple[slice, slice]
) -> NDArray[np.bool_]:
    """Which regions, of ``sizes`` (n,) pixels, have their centre at ``place``."""
    inside = np.ones(len(sizes), np.bool_)
    for axis, part in enumerate(place):
        steps = np.arange(labels.shape[axis], dtype=np.float64)
        along = np.broadcast_to(steps if axis else steps[:, None], labels.shape)
        centre = np.bincount(labels.ravel(), along.ravel(), minlength=len(sizes)) / sizes
        inside &= (centre >= part.start - 0.5) & (centre < part.stop - 0.5)
    return inside


def block_statistics(blocks: Blocks, labels: LabelMap, n: int, make: Make) -> RegionStatistics:
    """`region_statistics` of a picture of which ``make`` gives every window (h, w, C).

    Blocks are merged by the formulas of T. F. Chan, G. H. Golub and R. J. LeVeque (Updating
    formulae and a pairwise algorithm for computing sample variances, 1979).
    """
    if len(blocks) == 1:
        return region_statistics(make(blocks.first), labels, n)
    merged: _Merged | None = None

    def look(block: Block) -> tuple[NDArray[np.intp], RegionStatistics]:
        return _of_block(block, blocks.core(block, make(block)), labels, n)

    for regions, statistics in blocks.each(look):
        merged = merged or _Merged(n, statistics.mean.shape[1])
        merged.add(regions, statistics)
    if merged is None:
        raise ValueError(blocks.shape)
    return merged.statistics()


def block_gradients(blocks: Blocks, labels: LabelMap, n: int, make: Make) -> FloatArray:
    """`region_gradients` of a picture of which ``make`` gives every window (h, w, C)."""
    if len(blocks) == 1:
        return region_gradients(make(blocks.first), labels, n)
    return block_statistics(blocks, labels, n, lambda b: gradient_magnitude(make(b))).mean


def _of_block(
    block: Block, picture: FloatArray, labels: LabelMap, n: int
) -> tuple[NDArray[np.intp], RegionStatistics]:
    """Which of ``n`` regions a block shows, and their statistics within it."""
    here = labels[block.place]
    shown = np.zeros(n, np.bool_)
    shown[here] = True
    number = (np.cumsum(shown) - 1).astype(np.int32)
    statistics = region_statistics(picture, number[here], int(shown.sum()))
    corner = np.array([block.top, block.left], np.float32)
    return np.flatnonzero(shown), replace(statistics, centroid=statistics.centroid + corner)


class _Merged:
    """Statistics of ``n`` regions in ``channels`` channels, of the blocks so far."""

    def __init__(self, n: int, channels: int) -> None:
        self._count = np.zeros(n, np.int64)
        self._mean, self._squares = np.zeros((n, channels)), np.zeros((n, channels))
        self._minimum = np.full((n, channels), np.inf, np.float32)
        self._maximum = np.full((n, channels), -np.inf, np.float32)
        self._centroid = np.zeros((n, 2))

    def add(self, regions: NDArray[np.intp], part: RegionStatistics) -> None:
        """Take in what a block shows of ``regions``."""
        before, here = self._count[regions, None], part.count[:, None]
        share = here / (before + here)
        step = part.mean - self._mean[regions]
        self._mean[regions] += step * share
        self._squares[regions] += here * np.square(part.std, dtype=np.float64)
        self._squares[regions] += before * share * step**2
        self._centroid[regions] += (part.centroid - self._centroid[regions]) * share
        self._minimum[regions] = np.minimum(self._minimum[regions], part.minimum)
        self._maximum[regions] = np.maximum(self._maximum[regions], part.maximum)
        self._count[regions] += part.count

    def statistics(self) -> RegionStatistics:
        """Those of all blocks together."""
        return RegionStatistics(
            mean=self._mean.astype(np.float32),
            std=np.sqrt(self._squares / self._count[:, None]).astype(np.float32),
            minimum=self._minimum,
            maximum=self._maximum,
            count=self._count,
            centroid=self._centroid.astype(np.float32),
        )
