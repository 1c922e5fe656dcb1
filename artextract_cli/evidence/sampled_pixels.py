"""Random pixels of a painting, and what is computed at them."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.imaging.blocks import Block, Blocks

Indices = NDArray[np.intp]
Taken = Callable[[Any, Indices, Indices], NDArray[Any]]

MAX_SAMPLED_PIXELS = 2**24
"""Pixels from which random ones are drawn; of larger images only every n-th is a candidate."""


SPOT_PIXELS = 10_000
"""Pixels that can be computed in the time of starting a rectangle of them."""


@dataclass(frozen=True)
class Pixels:
    """Some pixels of an image, as rows and columns (n,)."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    def within(self, block: Block) -> NDArray[np.intp]:
        """Indices of the pixels that lie in ``block``."""
        rows = (self.rows >= block.top) & (self.rows < block.bottom)
        return np.flatnonzero(rows & (self.columns >= block.left) & (self.columns < block.right))


def random_pixels(painted: NDArray[np.bool_] | None, shape: tuple[int, int], n: int) -> Pixels:
    """Draw at most ``n`` of the ``painted`` pixels of an image (H, W), the same ones in every run.

    If none is painted, they are drawn from all pixels.
    """
    # A permutation of 2²⁴ indices takes 128 MiB.
    step = -(-math.prod(shape) // MAX_SAMPLED_PIXELS)
    if painted is None:
        candidates = np.arange(0, math.prod(shape), step)
    else:
        candidates = np.flatnonzero(painted.ravel()[::step]) * step
        if not len(candidates):
            return random_pixels(None, shape, n)
    # The first n of a permutation are in random order, as the short rounds of a fit need them.
    rows, columns = np.divmod(np.random.default_rng(0).permutation(candidates)[:n], shape[1])
    return Pixels(rows, columns)


def values_at(array: NDArray[Any], rows: Indices, columns: Indices) -> NDArray[Any]:
    """The values (n, ...) of an array (h, w, ...) at some pixels."""
    # By pixel, whatever the layout of the array: sums over pixels depend on it.
    return np.ascontiguousarray(array[rows, columns])


def gather(
    blocks: Blocks,
    make: Callable[[Block], Sequence[NDArray[Any]]],
    pixels: Pixels,
    margin: int | None = None,
    taken: Taken = values_at,
) -> list[NDArray[Any]]:
    """The values (n, ...) at ``pixels`` of each array that ``make`` computes for a window.

    ``make`` is called with rectangles around pixels instead of whole blocks where that takes less
    time. With ``margin``, the arrays are those of the block with a margin of so many pixels.
    ``taken`` returns the values of an array that is not of NumPy, as `values_at` does.
    """
    margin = blocks.margin if margin is None else margin

    def at_spot(spot: Block, which: Indices) -> tuple[Indices, list[NDArray[Any]]]:
        window = spot.grown(margin, blocks.shape)
        rows, columns = pixels.rows[which] - window.top, pixels.columns[which] - window.left
        return which, [taken(array, rows, columns) for array in make(spot)]

    def take(block: Block) -> list[tuple[Indices, list[NDArray[Any]]]]:
        which = pixels.within(block)
        # A single block is computed as a whole, since later steps need it.
        spots = [(block, which)] if len(blocks) == 1 else _spots(pixels, blocks.margin, which)
        return [at_spot(*spot) for spot in spots]

    parts = list(itertools.chain(*blocks.each(take)))
    # In the order of the pixels: fits must not depend on where blocks are cut.
    order = np.argsort(np.concatenate([which for which, _ in parts]))
    arrays = zip(*(values for _, values in parts), strict=True)
    return [np.concatenate(values)[order] for values in arrays]


def _spots(pixels: Pixels, margin: int, which: Indices) -> list[tuple[Block, Indices]]:
    """Rectangles around some pixels, and the pixels in each, at the least cost."""
    if not len(which):
        return []
    rows, columns = pixels.rows[which], pixels.columns[which]
    corners = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
    together = [(Block(*map(int, corners)), which)]
    if len(which) == 1:
        return together
    order = np.argsort(columns if np.ptp(columns) > np.ptp(rows) else rows, kind="stable")
    halves = (_spots(pixels, margin, half) for half in np.array_split(which[order], 2))
    return min(together, [*itertools.chain(*halves)], key=partial(_cost, margin))


def _cost(margin: int, spots: Sequence[tuple[Block, Indices]]) -> int:
    """Cost of computing rectangles with their margin, in pixels."""
    sides = ((spot.shape[0] + 2 * margin, spot.shape[1] + 2 * margin) for spot, _ in spots)
    return sum(SPOT_PIXELS + height * width for height, width in sides)
