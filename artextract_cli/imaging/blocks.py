"""Processing images in blocks, so that they need not fit into memory.

Everything that reads pixels is written as a function of one block. An image that fits into memory
is a single block, so that there is one way to compute, and one result.
"""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from artextract_cli.utils.events import progress
from artextract_cli.utils.parallel.shared_arrays import Sharing, array_in_file, store

T = TypeVar("T")
Slices = tuple[slice, slice]

N_PARALLEL_BLOCKS = 2
"""Blocks processed at a time. If it were the number of cores, block sizes, and with them results,
would depend on the machine."""

MIN_BLOCK_SIDE, CORE_SHARE = 256, 0.8
"""Smallest side of a block with its margin in pixels, and share of that side without the margin.

The smaller a block, the more pixels are computed twice for its margin."""


@dataclass(frozen=True)
class Block:
    """A rectangle of an image; ``bottom`` and ``right`` are the first row and column beyond it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def place(self) -> Slices:
        """Its rows and columns in the image."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    def inside(self, window: "Block") -> Slices:
        """Its rows and columns in a ``window`` around it."""
        rows = slice(self.top - window.top, self.bottom - window.top)
        return rows, slice(self.left - window.left, self.right - window.left)

    def grown(self, margin: int, shape: Sequence[int]) -> "Block":
        """The block grown by ``margin`` pixels on every side, but not beyond ``shape`` (H, W)."""
        return Block(
            max(0, self.top - margin),
            max(0, self.left - margin),
            min(shape[0], self.bottom + margin),
            min(shape[1], self.right + margin),
        )


def full_block(shape: tuple[int, int]) -> Block:
    """The block of a whole image of ``shape`` (H, W)."""
    return Block(0, 0, *shape)


def tile_blocks(shape: Sequence[int], side: int) -> Iterator[Block]:
    """The tiles of an image of ``shape`` (H, W, ...), row by row; the last ones may be smaller."""
    for top in range(0, shape[0], side):
        for left in range(0, shape[1], side):
            yield Block(top, left, min(top + side, shape[0]), min(left + side, shape[1]))


class Workers(Protocol):
    """Other processes that blocks of an image are sent to, such as those of a cluster."""

    @property
    def sharing(self) -> Sharing:
        """Who they are: processes of this machine, or of others too."""

    def results(
        self, work: Callable[[Block], T], blocks: Sequence[Block]
    ) -> Generator[T, None, None]:
        """Yield the result of ``work`` for every block, in order."""


class Blocks:
    """The blocks of an image of ``shape`` (H, W), near squares of at most ``side`` pixels a side.

    They begin at multiples of ``step`` pixels. A function of a block computes an array of the
    ``window`` around it, ``margin`` pixels wider, whose values in the margin need not be right.
    Threads work on them, or ``workers``.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        side: int | None,
        margin: int,
        step: int = 1,
        workers: Workers | None = None,
    ) -> None:
        self.shape, self.margin, self._workers = shape, margin, workers
        rows, columns = (_cuts(size, side, step) for size in shape)
        self._all = [
            Block(top, left, bottom, right)
            for top, bottom in itertools.pairwise(rows)
            for left, right in itertools.pairwise(columns)
        ]

    def __iter__(self) -> Iterator[Block]:
        """Iterate over the blocks, row by row."""
        return iter(self._all)

    def __len__(self) -> int:
        """Number of blocks."""
        return len(self._all)

    @property
    def first(self) -> Block:
        """The block at the top left."""
        return self._all[0]

    def window(self, block: Block) -> Block:
        """The block with its margin."""
        return block.grown(self.margin, self.shape)

    def core(self, block: Block, array: NDArray[Any]) -> NDArray[Any]:
        """The part of an array (h, w, ...) of the window that belongs to the block itself."""
        return self.near(block, array, 0)

    def near(
        self, block: Block, array: NDArray[Any], margin: int, of: int | None = None
    ) -> NDArray[Any]:
        """The part of an array (h, w, ...) that lies at most ``margin`` pixels from the block.

        The array is that of the window, or of the block with a margin ``of`` so many pixels.
        """
        around = block.grown(self.margin if of is None else of, self.shape)
        return array[block.grown(margin, self.shape).inside(around)]

    def each(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Yield the result of ``work`` for every block, in order, several at a time.

        Other processes may do the work: it must not change anything but arrays of a `Workspace`,
        by `store`.
        """
        if len(self) == 1:
            yield work(self._all[0])
            return
        results = _in_threads if self._workers is None else self._workers.results
        with (
            closing(results(work, self._all)) as of_blocks,
            progress("blocks", len(self)) as advance,
        ):
            for result in of_blocks:
                yield result
                advance()


def _in_threads(work: Callable[[Block], T], blocks: Sequence[Block]) -> Generator[T, None, None]:
    with ThreadPoolExecutor(N_PARALLEL_BLOCKS) as pool:
        # No further ahead than the threads: each result may be as large as a block.
        waiting: deque[Future[T]] = deque()
        for block in blocks:
            waiting.append(pool.submit(work, block))
            if len(waiting) == N_PARALLEL_BLOCKS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _cuts(size: int, side: int | None, step: int) -> list[int]:
    # Rounding to the grid can lengthen a block by step − 1 pixels.
    n = 1 if side is None else -(-size // max(side - step + 1, step))
    inner = {round(i * size / n / step) * step for i in range(1, n)}
    return [0, *sorted(inner - {0, size}), size]


class BlockCache(Generic[T]):
    """A function of a block that remembers the last result of each thread.

    What several steps need is thus computed once per block.
    """

    def __init__(self, make: Callable[[Block], T]) -> None:
        self._make, self._last = make, threading.local()

    def __call__(self, block: Block) -> T:
        """The result for ``block``."""
        if getattr(self._last, "block", None) != block:
            # The old result is freed before the next one needs memory.
            self._last.block = self._last.result = None
            self._last.result, self._last.block = self._make(block), block
        result: T = self._last.result
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the function to another process, without a result."""
        return BlockCache, (self._make,)


@dataclass(frozen=True)
class Workspace:
    """How to process a large image: the side of its blocks, and the folder for scratch files."""

    block_side: int
    scratch: Path
    workers: Workers | None = None  # that find the same folder; threads of this process if None

    def blocks(self, shape: tuple[int, int], margin: int) -> Blocks:
        """The blocks of an image of ``shape`` (H, W)."""
        return Blocks(shape, self.block_side, margin, workers=self.workers)

    def side_within(self, margin: int) -> int:
        """Side of blocks with a wide ``margin`` that take no more memory than the usual ones."""
        return max(self.block_side // 2, int(self.block_side / CORE_SHARE) - 2 * margin)

    def empty(self, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
        """An array in a file: its pages move to disk when memory is short.

        Raises
        ------
        ArtextractError
            If the disk has no space for it.
        """
        sharing = "process" if self.workers is None else self.workers.sharing
        return array_in_file(self.scratch, shape, dtype, sharing)

    def shared(self, array: NDArray[Any]) -> NDArray[Any]:
        """The array itself, or where workers are to read it, a copy of it in a file."""
        if self.workers is None:
            return array
        copy = self.empty(array.shape, array.dtype.type)
        store(copy, ..., array)
        return copy
