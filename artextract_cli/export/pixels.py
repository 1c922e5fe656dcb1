"""Pixels of exported images, some rows at a time."""

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.heatmap import Picture, ScaleName, colour

ROWS = 512
"""Rows that are processed at a time.

Colouring and halving need several times the memory of the bytes that they produce; with strips of
rows this does not grow with the height of the image."""


def colourise(score: FloatArray, scale: ScaleName) -> Picture:
    """Scores (H, W) in the colours of a scale (H, W, 3); white where they are NaN."""
    coloured = colour(np.nan_to_num(score), scale=scale)
    return np.where(np.isfinite(score)[..., None], coloured, np.uint8(255))


def halve(image: Picture) -> Picture:
    """Means of 2 × 2 pixels of ``image`` (H, W, C): (H // 2, W // 2, C), at least one a side.

    An odd last line is lost.
    """
    height, width = (max(1, size // 2) for size in image.shape[:2])
    # From the previous level, not from the full image: all levels together cost as much as 4/3 of
    # one.
    halved = np.empty((height, width, image.shape[2]), np.uint8)
    for top in range(0, height, ROWS):
        bottom = min(top + ROWS, height)
        # The sum of four bytes is up to 1020, which uint8 cannot hold; + 2 rounds to the nearest
        # mean.
        rows = image[2 * top : 2 * bottom].astype(np.uint16)
        down = rows[::2] + rows[1::2] if len(image) > 1 else 2 * rows
        across = down[:, : 2 * width : 2] + down[:, 1::2] if image.shape[1] > 1 else 2 * down
        halved[top:bottom] = (across + 2) // 4
    return halved
