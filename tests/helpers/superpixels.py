"""How well superpixels follow what is painted."""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.segmentation import find_boundaries


def painting(
    seed: int, side: int = 128, channels: int = 3, noise: float = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Slightly blurred patches with noise, in CIELAB-like units, and the patch of each pixel."""
    rng = np.random.default_rng(seed)
    row, column = np.mgrid[:side, :side]
    place = np.stack([row + 4 * np.sin(column / 11), column + 4 * np.sin(row / 9)], axis=-1)
    truth = cKDTree(rng.random((40, 2)) * side).query(place)[1]
    colours = rng.normal(50, 15, (40, channels))
    blurred = ndimage.gaussian_filter(colours[truth], (0.6, 0.6, 0))
    return (blurred + rng.normal(0, noise, blurred.shape)).astype(np.float32), truth


def boundary_recall(labels: np.ndarray, truth: np.ndarray) -> float:
    wanted = find_boundaries(truth, mode="inner")
    return float(find_boundaries(labels, mode="inner")[wanted].mean())


def undersegmentation_error(labels: np.ndarray, truth: np.ndarray) -> float:
    """Share of pixels on the smaller side of a cut superpixel (Neubert and Protzel, 2012)."""
    shares = np.zeros((labels.max() + 1, truth.max() + 1))
    np.add.at(shares, (labels.ravel(), truth.ravel()), 1)
    return float(np.minimum(shares, shares.sum(1, keepdims=True) - shares).sum() / truth.size)
