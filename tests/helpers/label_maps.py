"""Label maps, and what they consist of."""

import numpy as np
from scipy import ndimage
from skimage.measure import label

from artextract_cli.graphs.regions import (
    connected_regions,
)


def blobs(shape: tuple[int, int], seed: int = 0, values: int = 3) -> np.ndarray:
    """Labels of mixed sizes: noise, smoothed and cut into levels."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.normal(size=shape), 1.0)
    return np.digitize(smooth, np.quantile(smooth, np.linspace(0, 1, values + 1)[1:-1]))


def pieces(labels: np.ndarray) -> np.ndarray:
    """4-connected components in raster order, by scikit-image."""
    return label(labels, connectivity=1, background=labels.min() - 1) - 1


def label_map(shape: tuple[int, int], seed: int = 0) -> tuple[np.ndarray, int]:
    return connected_regions(blobs(shape, seed))
