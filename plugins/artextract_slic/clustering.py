"""Simple linear iterative clustering of pixels by colour and position.

R. Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", IEEE TPAMI
34(11), 2012. Pixels search for their centre among those of the nearest cells of the initial grid,
as in gSLIC (C. Y. Ren and I. Reid, 2011), so that whole rows can be compared at once.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli import connected_regions, superpixel_count
from artextract_slic import SlicOptions
from artextract_slic.centres import largest_colour_distances, update
from artextract_slic.kernels import assign, in_blocks

# Up to this side, the 2 x 2 nearest cells hold the right centre as often as 3 x 3 do (measured by
# boundary recall and undersegmentation error); larger superpixels stray further.
SMALL_SIDE = 6.0
# All iterations but the last use only every second or third row, of superpixels large enough.
# At least 1.6 sampled rows per superpixel and iteration: with the default side of 5, every third.
SAMPLED_ROWS_PER_SIDE = 1.6
LARGEST_ROW_STEP = 3
# Smallest compactness of SLICO relative to the requested one, so that uniform regions stay compact.
MIN_COMPACTNESS = 0.1


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The cells (R, K) in which superpixels start, and the cells near each row and column."""

    side: float
    n_rows: int
    n_columns: int
    near_rows: NDArray[np.int32]  # (2 or 3, H)
    near_columns: NDArray[np.int32]  # (2 or 3, W)

    @property
    def row_step(self) -> int:
        """Step between rows that are sampled to update the centres."""
        return max(1, min(LARGEST_ROW_STEP, int(self.side / SAMPLED_ROWS_PER_SIDE)))


def segment(image: NDArray[np.float32], options: SlicOptions) -> NDArray[np.int32]:
    """Segment ``image`` (H, W, C) into superpixels: a label map (H, W) of connected regions.

    The squared distance of a pixel to a centre is d_colour² + (compactness / side)² d_place², with
    colours in the units of the image. Regions below half the mean size join a neighbour.
    """
    height, width, _ = image.shape
    image = np.require(image, np.float32, ["C", "W"])
    grid = make_grid(
        height, width, superpixel_count(image.shape, options.n_segments, options.region_size)
    )
    labels = _cluster(image, grid, options)
    mean_size = height * width / (grid.n_rows * grid.n_columns)
    return connected_regions(labels, min_size=int(mean_size / 2))[0]


def make_grid(height: int, width: int, n: int) -> Grid:
    """Divide an image into about ``n`` cells, as square as possible."""
    side = math.sqrt(height * width / n)
    n_rows = max(1, min(round(height / side), height, n))
    n_columns = max(1, min(round(n / n_rows), width))
    reach = 2 if side <= SMALL_SIDE else 3
    return Grid(
        side=side,
        n_rows=n_rows,
        n_columns=n_columns,
        near_rows=_near(height, n_rows, reach),
        near_columns=_near(width, n_columns, reach),
    )


def _near(size: int, n_cells: int, reach: int) -> NDArray[np.int32]:
    """The ``reach`` cells (reach, size) whose centres are nearest to each pixel of an axis."""
    position = (np.arange(size) + 0.5) * n_cells / size
    first = np.floor(position - (reach - 1) / 2)
    return (first + np.arange(reach)[:, None]).clip(0, n_cells - 1).astype(np.int32)


def _cluster(image: NDArray[np.float32], grid: Grid, options: SlicOptions) -> NDArray[np.int32]:
    height, width, channels = image.shape
    blocks = in_blocks(image)
    labels = np.zeros((height, width), np.int32)
    centres = _first_centres(image, grid)
    # Double precision: sums over a large superpixel may exceed the 24 bits of a float32.
    total = np.empty((grid.n_rows * grid.n_columns, channels + 3))
    pull = np.float32((options.compactness / grid.side) ** 2)
    adapted = np.full(centres.shape[1:], MIN_COMPACTNESS * options.compactness, np.float32)
    for remaining in reversed(range(options.max_iterations)):
        # The last iteration labels every row; the centres are not needed after it.
        step = grid.row_step if remaining else 1
        # Each iteration samples other rows, so that all of them move the centres.
        offset = remaining % step
        assign(blocks, centres, grid.near_rows, grid.near_columns, pull, labels, step, offset)
        if remaining and options.slic_zero:
            furthest = largest_colour_distances(image, labels, centres, step, offset)
            np.maximum(adapted, np.sqrt(furthest), out=adapted)
            # SLICO divides colour distances by the largest one of their superpixel. As `pull` is
            # common to all centres, the weight of colour changes instead.
            centres[channels + 2] = (options.compactness / adapted) ** 2
        if remaining:
            update(image, labels, centres, total, step, offset)
    return labels


def _first_centres(image: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    """Initial centres (C + 3, R, K) of the cells: colour, row, column, weight of colour."""
    height, width, channels = image.shape
    row = (np.arange(grid.n_rows) + 0.5) * height / grid.n_rows
    column = (np.arange(grid.n_columns) + 0.5) * width / grid.n_columns
    centres = np.ones((channels + 3, grid.n_rows, grid.n_columns), np.float32)
    pixels = image[row.astype(int)[:, None], column.astype(int)]
    centres[:channels] = pixels.transpose(2, 0, 1)
    # Centres of cells in pixel coordinates: the centre of the first pixel is 0, not 0.5.
    centres[channels] = row[:, None] - 0.5
    centres[channels + 1] = column - 0.5
    return centres
