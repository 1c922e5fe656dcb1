"""Writing maps as TIFF files; large ones in tiles, so that they need not fit into memory."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import DTypeLike, NDArray

from artextract_cli.imaging.blocks import Block, full_block, tile_blocks

# A tile of float32 takes 1 MiB. Smaller tiles deflate less well; larger ones are padded more, and
# more is decoded for a small part of a map.
TILE = 512
"""Side of the tiles in pixels; smaller maps are written in strips."""

# Higher levels take up to twice the time for files that are 1.6 % smaller.
LEVEL = 1
"""Level of compression."""

BIG_BYTES = 2**31
"""Size in bytes above which a map is written as BigTIFF: half of the 4 GB that TIFF can hold."""

Read = Callable[[int, Block], NDArray[Any]]


def write_map(
    path: Path,
    read: Read,
    n_pages: int,
    shape: tuple[int, int],
    dtype: type[np.generic],
    pixels_per_mm: float | None = None,
) -> None:
    """Write a TIFF of ``n_pages`` grey pages (H, W); ``read`` gives a block (h, w) of a page.

    The resolution, if known, is stated in pixels per cm. Data are deflated, floats with the
    predictor for floating point (Adobe Photoshop TIFF Technical Note 3).
    """
    tiled = max(shape) > TILE
    size = n_pages * shape[0] * shape[1] * np.dtype(dtype).itemsize
    tifffile.imwrite(
        path,
        _tiles(read, n_pages, shape, dtype) if tiled else _pages(read, n_pages, shape, dtype),
        shape=(n_pages, *shape),
        dtype=dtype,
        tile=(TILE, TILE) if tiled else None,
        bigtiff=size > BIG_BYTES,
        photometric="minisblack",
        compression="zlib",
        compressionargs={"level": LEVEL},
        predictor=np.dtype(dtype).kind == "f",
        # Tiles are deflated side by side and written in order: the bytes do not depend on the
        # cores.
        maxworkers=os.cpu_count(),
        metadata=None,
        **resolution_tags(pixels_per_mm),
    )


def resolution_tags(pixels_per_mm: float | None) -> dict[str, Any]:
    """Arguments for tifffile that state the resolution in pixels per cm; none if unknown."""
    if pixels_per_mm is None:
        return {}
    per_cm = 10 * pixels_per_mm
    return {"resolution": (per_cm, per_cm), "resolutionunit": "CENTIMETER"}


def _pages(
    read: Read, n_pages: int, shape: tuple[int, int], dtype: type[np.generic]
) -> NDArray[Any]:
    return np.stack([read(page, full_block(shape)) for page in range(n_pages)]).astype(dtype)


def _tiles(
    read: Read, n_pages: int, shape: tuple[int, int], dtype: type[np.generic]
) -> Iterator[NDArray[Any]]:
    for page in range(n_pages):
        yield from padded_tiles(partial(read, page), shape, dtype)


def padded_tiles(
    read: Callable[[Block], NDArray[Any]], shape: tuple[int, int], dtype: DTypeLike
) -> Iterator[NDArray[Any]]:
    """Tiles of a page of ``shape`` (H, W), row by row, padded with zeros at the right and bottom.

    ``read`` gives a block (h, w) of the page.
    """
    for block in tile_blocks(shape, TILE):
        tile = np.zeros((TILE, TILE), dtype)
        tile[: block.shape[0], : block.shape[1]] = read(block)
        yield tile
