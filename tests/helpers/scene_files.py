"""Files of one scene."""

from pathlib import Path

import imagecodecs
import numpy as np

SHAPE = (11, 14)
RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 65536, (*SHAPE, 3), np.uint16)
BANDS = RNG.integers(0, 65536, (3, *SHAPE), np.uint16)


def write(path: Path, values: np.ndarray) -> Path:
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))
    return path
