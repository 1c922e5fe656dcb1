"""Processing images in blocks, so that they need not fit into memory.

Everything that reads pixels is written as a function of one block. An image that fits into memory
is a single block, so that there is one way to compute, and one result.
"""

import errno
import itertools
import math
import mmap
import os
import shutil
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from artextract_cli.utils.events import progress
from artextract_cli.utils.file_errors import writing

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


class Blocks:
    """The blocks of an image of ``shape`` (H, W), near squares of at most ``side`` pixels a side.

    They begin at multiples of ``step`` pixels. A function of a block computes an array of the
    ``window`` around it, ``margin`` pixels wider, whose values in the margin need not be right.
    """

    def __init__(
        self, shape: tuple[int, int], side: int | None, margin: int, step: int = 1
    ) -> None:
        self.shape, self.margin = shape, margin
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
        """Yield the result of ``work`` for every block, in order, `N_PARALLEL_BLOCKS` at a time."""
        if len(self) == 1:
            yield work(self._all[0])
            return
        with (
            ThreadPoolExecutor(N_PARALLEL_BLOCKS) as pool,
            progress("blocks", len(self)) as advance,
        ):
            # No further ahead than the threads: each result may be as large as a block.
            waiting: deque[Future[T]] = deque()
            for block in self._all:
                waiting.append(pool.submit(work, block))
                if len(waiting) == N_PARALLEL_BLOCKS:
                    yield waiting.popleft().result()
                    advance()
            while waiting:
                yield waiting.popleft().result()
                advance()


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


@dataclass(frozen=True)
class Workspace:
    """How to process a large image: the side of its blocks, and the folder for scratch files."""

    block_side: int
    scratch: Path

    def side_within(self, margin: int) -> int:
        """Side of blocks with a wide ``margin`` that take no more memory than the usual ones."""
        return max(self.block_side // 2, int(self.block_side / CORE_SHARE) - 2 * margin)

    def empty(self, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
        """An array in an unnamed file: its pages move to disk when memory is short.

        Raises
        ------
        ArtextractError
            If the disk has no space for it.
        """
        with writing(self.scratch):
            self.scratch.mkdir(parents=True, exist_ok=True)
            # The mapping keeps the unnamed file alive, and a killed process leaves nothing behind.
            with tempfile.TemporaryFile(dir=self.scratch) as file:
                size = math.prod(shape) * np.dtype(dtype).itemsize
                # A disk that becomes full only when a page is written would kill the process.
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, max(1, size))
                elif size > shutil.disk_usage(self.scratch).free:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return np.memmap(file, dtype, "w+", shape=shape)


def release_pages(array: NDArray[Any]) -> None:
    """Release the memory of an array from a `Workspace`; its content is kept in its file."""
    base: Any = array
    # A view of a view: the mapping lies at the end of the chain.
    while isinstance(base, np.ndarray):
        base = base.base
    if sys.platform != "win32" and isinstance(base, mmap.mmap):
        base.madvise(mmap.MADV_DONTNEED)


def row_chunks(image: NDArray[Any], n_rows: int = 256) -> Iterator[NDArray[Any]]:
    """Yield an image (H, W, ...) some rows at a time, releasing the memory of each chunk."""
    for top in range(0, len(image), n_rows):
        yield image[top : top + n_rows]
        release_pages(image)
