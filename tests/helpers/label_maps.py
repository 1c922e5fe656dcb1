"""Label maps, and what they consist of."""

import numpy as np
from scipy import ndimage
from skimage.measure import label

from artextract_cli.graphs.regions import connected_regions


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


def blocks(shape: tuple[int, int], side: int) -> np.ndarray:
    """Squares of ``side`` pixels, numbered by row; narrower ones at the end."""
    rows, columns = np.arange(shape[0]) // side, np.arange(shape[1]) // side
    return rows[:, None] * (columns[-1] + 1) + columns


def standardised(x: np.ndarray) -> np.ndarray:
    spread = x.std(0)
    return np.where(spread > 1e-6, (x - x.mean(0)) / np.where(spread > 1e-6, spread, 1), 0)


def published(picture: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean, std, min, max of every channel, row, column, zeros up to 14; by plain NumPy."""
    rows = []
    for number in range(labels.max() + 1):
        inside = labels == number
        pixels = picture[inside].astype(np.float64)
        place = np.argwhere(inside).mean(0)
        statistics = [pixels.mean(0), pixels.std(0), pixels.min(0), pixels.max(0), place]
        row = np.concatenate(statistics)
        rows.append(np.pad(row, (0, 14 - len(row))))
    return standardised(np.array(rows))
