"""Pictures in blocks: what is too large for memory is worked on part by part.

Everything that looks at pixels is written as a function of one block. A picture that fits into
memory is a single block, so that there is one way to compute, and no other result.
"""

import itertools
import math
import mmap
import os
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
"""Blocks in work at a time. Not the number of cores: block sizes, and by them results, would
depend on the machine."""

MAX_SAMPLED_PIXELS = 2**24
"""Pixels from which random ones are drawn; of larger pictures, only every n-th is a candidate."""


MIN_BLOCK_SIDE, CORE_SHARE = 256, 0.8
"""The least side of a block with its margin in pixels, and what of it is the block itself."""


@dataclass(frozen=True)
class Block:
    """A rectangle of a picture; ``bottom`` and ``right`` are the first row and column beyond it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def place(self) -> Slices:
        """Where it is in the picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    def inside(self, window: "Block") -> Slices:
        """Where it is in a ``window`` around it."""
        rows = slice(self.top - window.top, self.bottom - window.top)
        return rows, slice(self.left - window.left, self.right - window.left)

    def grown(self, margin: int, shape: Sequence[int]) -> "Block":
        """With ``margin`` pixels more on every side, within a picture of ``shape`` (H, W)."""
        return Block(
            max(0, self.top - margin),
            max(0, self.left - margin),
            min(shape[0], self.bottom + margin),
            min(shape[1], self.right + margin),
        )


def full_block(shape: tuple[int, int]) -> Block:
    """All of a picture of ``shape`` (H, W)."""
    return Block(0, 0, *shape)


@dataclass(frozen=True)
class Pixels:
    """Some pixels of a picture, as rows and columns (n,)."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    def within(self, block: Block) -> NDArray[np.intp]:
        """Which of them lie in ``block``."""
        rows = (self.rows >= block.top) & (self.rows < block.bottom)
        return np.flatnonzero(rows & (self.columns >= block.left) & (self.columns < block.right))


def random_pixels(painted: NDArray[np.bool_] | None, shape: tuple[int, int], n: int) -> Pixels:
    """At most ``n`` random pixels of a picture (H, W), always the same, of those ``painted``.

    Of all, where none is painted.
    """
    step = -(-math.prod(shape) // MAX_SAMPLED_PIXELS)
    if painted is None:
        candidates = np.arange(0, math.prod(shape), step)
    else:
        candidates = np.flatnonzero(painted.ravel()[::step]) * step
        if not len(candidates):
            return random_pixels(None, shape, n)
    rows, columns = np.divmod(np.random.default_rng(0).permutation(candidates)[:n], shape[1])
    return Pixels(rows, columns)


class Blocks:
    """The blocks of a picture of ``shape`` (H, W), near squares of at most ``side`` pixels a side.

    They begin at multiples of ``step`` pixels. A function of a block makes an array of the
    ``window`` around it, ``margin`` pixels wider, in which what the margin holds need not be right.
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
        """The blocks, row by row."""
        return iter(self._all)

    def __len__(self) -> int:
        """How many blocks there are."""
        return len(self._all)

    @property
    def first(self) -> Block:
        """The block at the top left."""
        return self._all[0]

    def window(self, block: Block) -> Block:
        """The block with its margin."""
        return block.grown(self.margin, self.shape)

    def core(self, block: Block, made: NDArray[Any]) -> NDArray[Any]:
        """What an array (h, w, ...) of the window holds of the block itself."""
        return made[block.inside(self.window(block))]

    def each(self, work: Callable[[Block], T]) -> Iterator[T]:
        """What ``work`` returns for every block, in order; `N_PARALLEL_BLOCKS` blocks at a time."""
        if len(self) == 1:
            yield work(self._all[0])
            return
        with (
            ThreadPoolExecutor(N_PARALLEL_BLOCKS) as pool,
            progress("blocks", len(self)) as advance,
        ):
            waiting: deque[Future[T]] = deque()
            for block in self._all:
                waiting.append(pool.submit(work, block))
                if len(waiting) == N_PARALLEL_BLOCKS:
                    yield waiting.popleft().result()
                    advance()
            while waiting:
                yield waiting.popleft().result()
                advance()

    def gather(
        self, make: Callable[[Block], Sequence[NDArray[Any]]], pixels: Pixels
    ) -> list[NDArray[Any]]:
        """The values (n, ...) at ``pixels`` of each array that ``make`` makes of a window."""

        def take(block: Block) -> tuple[NDArray[np.intp], list[NDArray[Any]]]:
            which, window = pixels.within(block), self.window(block)
            at = (pixels.rows[which] - window.top, pixels.columns[which] - window.left)
            return which, [array[at] for array in make(block)]

        parts = list(self.each(take))
        order = np.argsort(np.concatenate([which for which, _ in parts]))
        arrays = zip(*(values for _, values in parts), strict=True)
        return [np.concatenate(values)[order] for values in arrays]


def _cuts(size: int, side: int | None, step: int) -> list[int]:
    n = 1 if side is None else -(-size // max(side - step + 1, step))
    inner = {round(i * size / n / step) * step for i in range(1, n)}
    return [0, *sorted(inner - {0, size}), size]


class BlockCache(Generic[T]):
    """A function of a block that remembers the last result of each thread.

    Thus what several steps need is made once per block, and of a single block once for all.
    """

    def __init__(self, make: Callable[[Block], T]) -> None:
        self._make, self._last = make, threading.local()

    def __call__(self, block: Block) -> T:
        """The result for ``block``."""
        if getattr(self._last, "block", None) != block:
            self._last.block = self._last.made = None
            self._last.made, self._last.block = self._make(block), block
        made: T = self._last.made
        return made


@dataclass(frozen=True)
class Workspace:
    """How a large picture is worked on: the side of its blocks, and where scratch files may lie."""

    block_side: int
    scratch: Path

    def side_within(self, margin: int) -> int:
        """The side of blocks that with a wide ``margin`` are no larger than others with theirs."""
        return max(self.block_side // 2, int(self.block_side / CORE_SHARE) - 2 * margin)

    def empty(self, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
        """An array in a file without a name: what is written goes to disk where memory is short.

        Raises
        ------
        ArtextractError
            If the disk has no space for it.
        """
        with writing(self.scratch):
            self.scratch.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.scratch) as file:
                if hasattr(os, "posix_fallocate"):
                    # A disk that is full only when a page is written would kill the process.
                    size = math.prod(shape) * np.dtype(dtype).itemsize
                    os.posix_fallocate(file.fileno(), 0, max(1, size))
                return np.memmap(file, dtype, "w+", shape=shape)


def release_pages(array: NDArray[Any]) -> None:
    """Let go of the memory that an array from a `Workspace` has taken; its content stays."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def row_chunks(picture: NDArray[Any], n_rows: int = 256) -> Iterator[NDArray[Any]]:
    """A picture (H, W, ...) some rows at a time, of which no more stay in memory."""
    for top in range(0, len(picture), n_rows):
        yield picture[top : top + n_rows]
        release_pages(picture)
