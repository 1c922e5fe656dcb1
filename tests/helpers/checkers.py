"""Photographs with a ColorChecker, under a light that gives them a cast."""

from pathlib import Path

import numpy as np
from scipy import ndimage

from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.imaging.colour.correction import reference_chart
from tests.helpers.charts import with_patches
from tests.helpers.datasets import write_png

CAST = np.array([[0.8, 0.1, 0.02], [0.1, 0.7, 0.1], [0.0, 0.1, 0.5]])
CORNER, SIDE = (60, 90), 18
"""Row and column of the first patch, and the side of patches."""


def photograph(cast: np.ndarray = CAST, *, exposure: float = 1.0) -> np.ndarray:
    """(220, 300, 3), 0..1: a ColorChecker on an uneven ground, coded as sRGB."""
    rng = np.random.default_rng(0)
    ground = 0.4 + 0.2 * ndimage.gaussian_filter(rng.normal(0, 1, (220, 300, 3)), (4, 4, 0)) * 4
    patches = coded_rgb((reference_chart().linear @ cast * exposure).clip(0, 1))
    image = with_patches(ground, patches.reshape(4, 6, 3), SIDE, CORNER)
    softened = ndimage.gaussian_filter(image, (0.6, 0.6, 0))
    return (softened + rng.normal(0, 0.002, image.shape)).clip(0, 1)


def dataset(root: Path, **photographs: np.ndarray) -> Path:
    """A dataset of photographs with one band each, by the names of their scenes."""
    for name, values in photographs.items():
        counts = np.uint16(values * 65535)
        write_png(root / "val" / "rgb_images" / f"{name}_RGB.png", counts)
        write_png(root / "val" / "ms_masks" / f"{name}_ms_950.png", counts[..., 1])
    return root
