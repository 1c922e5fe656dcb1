"""Images that were shifted, rotated or scaled by a known amount."""

import math

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from artextract_cli.imaging.transform import transform_points


def pattern(side: int, seed: int = 0) -> np.ndarray:
    """Patches of random tone with soft edges, 0.1..0.9."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, side, (side * side // 300, 2))
    tones = rng.uniform(0.1, 0.9, len(centres))
    pixels = np.indices((side, side)).reshape(2, -1).T
    nearest = cKDTree(centres).query(pixels)[1].reshape(side, side)
    return ndimage.gaussian_filter(tones[nearest], 1.2).astype(np.float32)


SIDE = 192
PICTURE = pattern(SIDE)
MIDDLE = (SIDE - 1) / 2


def known(
    scale: float, degrees: float, right: float, down: float, middle: float = MIDDLE
) -> np.ndarray:
    """A similarity about the middle of the photograph, and a shift."""
    cosine, sine = (scale * f(math.radians(degrees)) for f in (math.cos, math.sin))
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = np.array([middle, middle]) - turn @ [middle, middle] + [right, down]
    return np.block([[turn, shift[:, None]], [np.zeros((1, 2)), np.ones((1, 1))]])


def seen_by(transform: np.ndarray, size: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    """The picture in other tones on the grid of a band."""
    return np.asarray(0.9 - 0.7 * resampled(PICTURE, transform, size), np.float32)


def resampled(picture: np.ndarray, transform: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture on the grid of a band by an exact spline, unlike that of `warp`."""
    rows, columns = np.indices(size)
    points = np.c_[columns.ravel(), rows.ravel()].astype(float)
    back = transform_points(np.linalg.inv(transform), points)[:, ::-1].T.reshape(2, *size)
    tones = ndimage.map_coordinates(picture.astype(float), back, order=5, mode="mirror")
    return np.asarray(np.clip(tones, 0, 1), np.float32)


def mean_error(found: np.ndarray, transform: np.ndarray) -> float:
    rows, columns = np.mgrid[0:SIDE:8, 0:SIDE:8]
    points = np.c_[columns.ravel(), rows.ravel()].astype(float)
    return float(
        np.hypot(*(transform_points(found, points) - transform_points(transform, points)).T).mean()
    )
