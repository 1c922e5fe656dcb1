"""Residuals of bands, block by block or at once."""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import (
    FIT_PIXELS,
    PREDICTOR_BLUR,
    Surface,
    fit_bands,
    fit_projection,
    log_reflectance,
    surface_features,
)
from artextract_cli.evidence.sampled_pixels import random_pixels
from artextract_cli.kernels.filters import blur


class Seen:
    """The surface of a picture, and pixels to fit on."""

    def __init__(self, picture: FloatArray, mask: NDArray[np.bool_] | None = None) -> None:
        self.shape = (picture.shape[0], picture.shape[1])
        pixels = random_pixels(mask, self.shape, FIT_PIXELS)
        self.at = (pixels.rows, pixels.columns)
        logs = log_reflectance(picture, PREDICTOR_BLUR)
        self.surface = surface_features(logs, fit_projection(logs[self.at]))
        self.sample = Surface(*(np.ascontiguousarray(array[self.at]) for array in self.surface))

    @property
    def components(self) -> FloatArray:
        """Components (P, K)."""
        return self.surface.components.reshape(-1, self.surface.components.shape[-1])

    @property
    def slopes(self) -> FloatArray:
        """Slopes (P, S)."""
        return self.surface.slopes.reshape(-1, self.surface.slopes.shape[-1])


def residuals(seen: Seen, targets: FloatArray) -> FloatArray:
    """What is left of bands (H, W, T)."""
    found = fit_bands(seen.sample, targets[seen.at]).residuals(seen.surface, targets)
    return np.moveaxis(found, 0, -1)


SHAPE = (31, 45)


def channels(shape: tuple[int, int] = SHAPE, n: int = 3, seed: int = 0) -> FloatArray:
    """Smooth random reflectances (H, W, C)."""
    rng = np.random.default_rng(seed)
    smooth = blur(rng.standard_normal((*shape, n), np.float32), 1.5)
    return np.asarray(np.clip(0.5 + 0.6 * smooth, 0.02, 0.98), np.float32)


def residual(seen: Seen, target: FloatArray) -> FloatArray:
    """What is left of one band (H, W)."""
    return residuals(seen, target[..., None])[..., 0]


SHAPE = (31, 45)
