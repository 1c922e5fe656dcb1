"""Compiled grey morphology: what is narrower than a square is removed."""

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled


def opening(image: FloatArray, radius: int) -> FloatArray:
    """Grey opening (H, W, C) by a square of side 2·radius + 1: removes narrower light details."""
    return _extreme(_extreme(image, radius, -1.0), radius, 1.0)


def closing(image: FloatArray, radius: int) -> FloatArray:
    """Grey closing (H, W, C) by a square of side 2·radius + 1: removes narrower dark details."""
    return _extreme(_extreme(image, radius, 1.0), radius, -1.0)


def _extreme(image: FloatArray, radius: int, sign: float) -> FloatArray:
    """Maximum (``sign`` 1) or minimum (-1) in a square, cropped at the edges: (H, W, C)."""
    height, width, channels = image.shape
    rows = image.reshape(height, width * channels)
    result = np.empty_like(rows)
    # Rows, then columns: a square is separable. The cost grows with the radius, which is 4 at most.
    best = np.empty(width * channels, np.float32)
    _extremes(rows, radius, min(radius, width - 1) * channels, channels, sign, best, result)
    return result.reshape(image.shape)


@compiled
def _extremes(
    rows: FloatArray,
    radius: int,
    reach: int,
    channels: int,
    sign: float,
    best: FloatArray,
    result: FloatArray,
) -> None:
    """`_extreme` of rows (H, W × C); ``best`` (W × C,) is a buffer."""
    height, size = rows.shape
    for y in range(height):
        for i in range(size):
            best[i] = rows[y, i]
        last = y + radius if y + radius < height else height - 1
        for near in range(y - radius if y > radius else 0, last + 1):
            _keep(best, rows[near], sign)
        out = result[y]
        for i in range(size):
            out[i] = best[i]
        for shift in range(channels, reach + 1, channels):
            _keep(out[shift:], best[:-shift], sign)
            _keep(out[:-shift], best[shift:], sign)


@compiled
def _keep(best: FloatArray, values: FloatArray, sign: float) -> None:
    if sign > 0:
        for i in range(len(best)):
            best[i] = values[i] if values[i] > best[i] else best[i]
    else:
        for i in range(len(best)):
            best[i] = values[i] if values[i] < best[i] else best[i]
