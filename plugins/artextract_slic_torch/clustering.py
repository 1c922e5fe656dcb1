"""The clustering of `artextract_slic` by tensor operations, for batches of images.

Same grid, distance, search and sampled rows. Centres are fields (B, C + 2, R, K) over the R × K
cells of the initial grid: C colours, row, column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artextract_cli import UsageError, connected_regions, resolve_device, superpixel_count
from artextract_slic.clustering import Grid, make_grid
from artextract_slic_torch import SlicTorchOptions

# Pixels processed together: on the CPU as many as stay in its cache, on a GPU enough to keep it
# busy. Temporary memory grows with this number, not with the size of the images.
PIXELS_AT_A_TIME = {"cpu": 2**16, "cuda": 2**22}
# Colours are scaled to integers of up to this many bits, which leaves room for sums of 2³² pixels.
COLOUR_BITS = 30
# Larger factors exceed the range of float32; colours that would need them are practically black.
LARGEST_FACTOR_BITS = 126


@dataclass(frozen=True, kw_only=True)
class ImageBatch:
    """A batch of images on its device, and the cells near each row and column."""

    planes: Tensor  # (B, C, H, W) float32
    factor: Tensor  # (B, C, 1, 1) float32, scales the planes to integers
    near_rows: Tensor  # (2 or 3, H) int32
    near_columns: Tensor  # (2 or 3, W) int32
    n_columns: int  # K
    pull: float  # weight of a squared distance in pixels


def segment(image: NDArray[np.float32], options: SlicTorchOptions) -> NDArray[np.int32]:
    """Segment ``image`` (H, W, C) into superpixels: a label map (H, W) of connected regions.

    Regions below half the mean size join a neighbour.
    """
    height, width, _ = image.shape
    pixels = torch.from_numpy(np.require(image, np.float32, ["C", "W"]))
    labels = segment_batch(pixels[None], options)[0].cpu().numpy()
    grid = _grid(height, width, options)
    # Small regions are fragments: `artextract_slic` has the same limit, so that both give the same
    # graphs.
    mean_size = height * width / (grid.n_rows * grid.n_columns)
    return connected_regions(labels, min_size=int(mean_size / 2))[0]


def segment_batch(images: Tensor, options: SlicTorchOptions) -> Tensor:
    """Segment ``images`` (B, H, W, C), finite, into superpixels: int32 labels (B, H, W).

    Labels, on the device, are numbers of cells of the initial grid; some may have no pixels, others
    unconnected ones: `artextract_cli.connected_regions` splits and renumbers them.
    """
    if images.ndim != 4 or 0 in images.shape:
        msg = f"expected non-empty images of shape (B, H, W, C), got {tuple(images.shape)}"
        raise UsageError(msg)
    planes = images.detach().permute(0, 3, 1, 2)
    planes = planes.to(resolve_device(options.device), torch.float32).contiguous()
    grid = _grid(planes.shape[2], planes.shape[3], options)
    batch = _prepare(planes, grid, options)
    centres = _first_centres(planes, grid)
    # Rounds before the last only see every ``row_step``-th row, each time other ones, as in the
    # `slic` plugin: centres move little between rounds, and a round costs a fraction.
    for remaining in range(options.max_iterations - 1, 0, -1):
        offset = remaining % grid.row_step
        centres = _updated_centres(batch, centres, list(_row_blocks(planes, offset, grid.row_step)))
    spread = _spread(batch, centres)
    blocks = [_nearest(batch, spread, rows) for rows in _row_blocks(planes, 0, 1)]
    return torch.cat(blocks, dim=1)


def _grid(height: int, width: int, options: SlicTorchOptions) -> Grid:
    n = superpixel_count((height, width), options.n_segments, options.region_size)
    return make_grid(height, width, n)


def _prepare(planes: Tensor, grid: Grid, options: SlicTorchOptions) -> ImageBatch:
    # Per image and channel: a power of two scales without rounding.
    largest = torch.linalg.vector_norm(planes, torch.inf, dim=(2, 3), keepdim=True)
    factor_bits = (COLOUR_BITS - torch.frexp(largest).exponent).clamp(max=LARGEST_FACTOR_BITS)
    return ImageBatch(
        planes=planes,
        factor=torch.ldexp(torch.ones_like(factor_bits, dtype=planes.dtype), factor_bits),
        near_rows=torch.from_numpy(grid.near_rows).to(planes.device),
        near_columns=torch.from_numpy(grid.near_columns).to(planes.device),
        n_columns=grid.n_columns,
        pull=(options.compactness / grid.side) ** 2,
    )


def _first_centres(planes: Tensor, grid: Grid) -> Tensor:
    """Initial centres in the middle of the cells."""
    row = _middles(planes.shape[2], grid.n_rows, planes.device)
    column = _middles(planes.shape[3], grid.n_columns, planes.device)
    colours = planes[:, :, row.long()[:, None], column.long()]
    # Half a pixel less: pixel 0 has its centre at 0, not at .5.
    place = torch.stack(torch.meshgrid(row - 0.5, column - 0.5, indexing="ij")).float()
    return torch.cat([colours, place.expand(len(planes), -1, -1, -1)], dim=1)


def _middles(size: int, n_cells: int, device: torch.device) -> Tensor:
    # float64: rounding in float32 could choose the neighbouring pixel.
    return (torch.arange(n_cells, dtype=torch.float64, device=device) + 0.5) * size / n_cells


def _row_blocks(planes: Tensor, offset: int, step: int) -> Iterator[slice]:
    """Yield every ``step``-th row in chunks that are processed together."""
    n_images, _, height, width = planes.shape
    rows_at_a_time = max(1, PIXELS_AT_A_TIME[planes.device.type] // (n_images * width))
    for first in range(offset, height, rows_at_a_time * step):
        yield slice(first, min(first + rows_at_a_time * step, height), step)


def _spread(batch: ImageBatch, centres: Tensor) -> list[Tensor]:
    """The centres (B, C + 2, R, W) gathered for each column of pixels.

    The column is replaced by the squared distance to it, which is the same for all rows.
    """
    here = torch.arange(batch.planes.shape[3], device=centres.device)
    spread = [centres.index_select(3, columns) for columns in batch.near_columns]
    for fields in spread:
        # Once for each column instead of once for each pixel.
        fields[:, -1] = (here - fields[:, -1]).square()
    return spread


def _nearest(batch: ImageBatch, spread: Sequence[Tensor], rows: slice) -> Tensor:
    """The cell (B, h, W) of the nearest centre for each pixel of ``rows``."""
    planes = batch.planes[:, :, rows]
    nearest = torch.full_like(planes[:, 0], torch.inf)
    cells = torch.zeros_like(nearest, dtype=torch.int32)
    # One candidate after another: all at once would need nine times the memory.
    for near_row in batch.near_rows[:, rows]:
        for near_column, fields in zip(batch.near_columns, spread, strict=True):
            distance = _distance(batch, fields.index_select(2, near_row), rows)
            nearer = distance < nearest
            nearest = torch.where(nearer, distance, nearest)
            names = near_row[:, None] * batch.n_columns + near_column
            cells = torch.where(nearer, names, cells)
    return cells


def _distance(batch: ImageBatch, centres: Tensor, rows: slice) -> Tensor:
    """Squared distances (B, h, W) of the pixels of ``rows`` to one centre (B, C + 2, h, W) each."""
    row = torch.arange(batch.planes.shape[2], device=centres.device)[rows, None]
    # In place, and channel by channel: (B, C, h, W) is computed once, its square never stored.
    distance = (row - centres[:, -2]).square_().add_(centres[:, -1]).mul_(batch.pull)
    difference = batch.planes[:, :, rows] - centres[:, :-2]
    for of_channel in difference.unbind(1):
        distance.addcmul_(of_channel, of_channel)
    return distance


def _updated_centres(batch: ImageBatch, centres: Tensor, blocks: Sequence[slice]) -> Tensor:
    """Centres at the mean of their pixels in the rows of ``blocks``; those without pixels stay."""
    spread = _spread(batch, centres)
    # The last field counts pixels. A GPU adds in any order: sums of integers do not depend on it,
    # but floating-point sums would differ from run to run.
    sums = centres.new_zeros((len(centres), centres.shape[1] + 1, centres[0, 0].numel())).long()
    for rows in blocks:
        cells = _nearest(batch, spread, rows).long()
        fields = _integer_fields(batch, rows)
        sums.scatter_add_(2, cells.flatten(1)[:, None].expand_as(fields), fields)
    # float64: sums of 30-bit colours exceed the digits of float32. Divided by zero, cells without
    # pixels give NaN, which `where` replaces.
    means = sums[:, :-1].double() / sums[:, -1:]
    means[:, :-2] /= batch.factor[..., 0]
    return torch.where(sums[:, -1:] > 0, means.float(), centres.flatten(2)).view_as(centres)


def _integer_fields(batch: ImageBatch, rows: slice) -> Tensor:
    """Colours, row, column and 1 of every pixel of ``rows``, as integers (B, C + 3, pixels)."""
    colours = (batch.planes[:, :, rows] * batch.factor).long()
    n_images, _, height, width = batch.planes.shape
    device = colours.device
    row = torch.arange(height, device=device)[rows, None].expand(-1, width)
    column = torch.arange(width, device=device).expand_as(row)
    place = torch.stack([row, column, torch.ones_like(row)]).expand(n_images, -1, -1, -1)
    return torch.cat([colours, place], dim=1).flatten(2)
