"""Raw files, written by tifffile as minimal DNG."""

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

WHITE, BLACK = 4000, 100
"""Counts that stand for white and black."""

NEUTRAL = (0.5, 1.0, 0.8)
"""Camera values of grey in the light of the capture, from which its white balance follows."""

XYZ_TO_SRGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)


def mosaic(linear: np.ndarray) -> np.ndarray:
    """Counts (H, W) behind a Bayer pattern RGGB, of linear sRGB (H, W, 3)."""
    counts = np.rint(BLACK + linear * NEUTRAL * (WHITE - BLACK)).astype(np.uint16)
    pattern = counts[..., 1].copy()
    pattern[::2, ::2], pattern[1::2, 1::2] = counts[::2, ::2, 0], counts[1::2, 1::2, 2]
    return pattern


def write_dng(path: Path, linear: np.ndarray, *, orientation: int = 1) -> Path:
    """Write linear sRGB (H, W, 3) as the DNG of a camera whose filters are those of sRGB."""
    matrix = np.rint(XYZ_TO_SRGB * 10000).astype(int).ravel()
    rationals = [number for value in matrix for number in (int(value), 10000)]
    neutral = [number for value in NEUTRAL for number in (round(value * 1000), 1000)]
    tags: list[tuple[Any, ...]] = [
        (274, 3, 1, orientation, True),
        (271, 2, None, "Toy", True),
        (272, 2, None, "Toy 1", True),
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes([0, 1, 1, 2]), True),
        (50706, 1, 4, bytes([1, 4, 0, 0]), True),
        (50707, 1, 4, bytes([1, 1, 0, 0]), True),
        (50708, 2, None, "Toy 1", True),
        (50714, 4, 1, BLACK, True),
        (50717, 4, 1, WHITE, True),
        (50721, 10, 9, tuple(rationals), True),
        (50728, 5, 3, tuple(neutral), True),
        (50778, 3, 1, 21, True),
    ]
    tifffile.imwrite(path, mosaic(linear), photometric=32803, extratags=tags, metadata=None)
    return path
