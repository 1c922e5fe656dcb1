"""Pictures of maps beside their TIFF files, for programs and people that read no scores."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.heatmap import colour, own_greys, own_scale

# In px, of the square with as many pixels. The maps have full resolution; a picture is looked at on
# a screen, and of 2560 × 1600 pixels none has more than that.
MAX_SIDE = 2048
STRIP_PIXELS = 2**22
"""Pixels of the map that are read at a time: 16 MB of float32."""

Read = Callable[[Block], FloatArray]


def write_heatmap(path: Path, read: Read, shape: tuple[int, int]) -> None:
    """Write the heat map that ``read`` returns, of ``shape`` (H, W), in its colours as PNG."""
    score = reduced_map(read, shape)
    coloured = colour(np.nan_to_num(score))
    coloured[~np.isfinite(score)] = 255
    Image.fromarray(coloured).save(path)


def write_hidden(path: Path, read: Read, shape: tuple[int, int]) -> None:
    """Write the hidden-layer image that ``read`` returns, on its own scale of greys, as PNG."""
    hidden = reduced_map(read, shape)
    Image.fromarray(own_greys(hidden, own_scale(hidden))).save(path)


def reduced_map(read: Read, shape: tuple[int, int]) -> FloatArray:
    """A map of ``shape`` (H, W) reduced to at most 2048² pixels, each the mean of a square.

    NaN marks pixels outside the painting. Rows and columns that do not fill a square are left out.
    """
    step = math.ceil(math.sqrt(shape[0] * shape[1]) / MAX_SIDE)
    # A frieze that is narrower than a step keeps one row or column.
    steps = min(step, shape[0]), min(step, shape[1])
    height, width = shape[0] // steps[0], shape[1] // steps[1]
    rows_at_a_time = max(1, STRIP_PIXELS // (steps[0] * shape[1]))
    strips = [
        _means(
            read(Block(first * steps[0], 0, last * steps[0], width * steps[1])),
            steps,
        )
        for first in range(0, height, rows_at_a_time)
        for last in [min(height, first + rows_at_a_time)]
    ]
    return np.concatenate(strips)


def _means(values: FloatArray, steps: tuple[int, int]) -> FloatArray:
    """Means of ``values`` (H, W) over rectangles; NaN where most pixels are."""
    if steps == (1, 1):
        return np.asarray(values, np.float32)
    height, width = values.shape
    squares = values.reshape(height // steps[0], steps[0], width // steps[1], steps[1])
    count = np.isfinite(squares).sum(axis=(1, 3))
    total = np.nansum(squares, axis=(1, 3), dtype=np.float64)
    is_painted = 2 * count >= steps[0] * steps[1]
    return np.where(is_painted, total / np.maximum(count, 1), np.nan).astype(np.float32)
