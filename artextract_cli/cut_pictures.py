"""What segmentations look at: principal components of all pictures, or one picture alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from artextract_cli.colour_kernels import cielab, light
from artextract_cli.contract import FloatArray
from artextract_cli.scene import Scene

# Whitened components carry weight in this order; measured on simulated scenes.
COMPONENT_WEIGHTS = (2.0, 1.5, 1.0, 1.0, 1.0)
# Brings whitened components to a spread at which compactness means what it means for CIELAB.
COMPONENT_SCALE = 10.0
LOG_OFFSET = 0.03
# Looked at together, so that what is made of them stays in the processor's cache.
PIXELS_AT_A_TIME = 2**13


def segmentation_picture(scene: Scene) -> FloatArray:
    """What the shared segmentation looks at: principal components (H, W, up to 5).

    They are taken over the logarithms of the linear photograph and all bands, whitened and
    weighted, so that an edge in any band can bound a superpixel.
    """
    mean, covariance = _moments(scene)
    spread = np.sqrt(np.maximum(covariance.diagonal(), 0)) + 1e-6
    values, vectors = np.linalg.eigh(covariance / np.outer(spread, spread))
    strongest = slice(None, -len(COMPONENT_WEIGHTS) - 1, -1)
    values, vectors = values[strongest], vectors[:, strongest]
    # A direction without variance holds rounding errors only: leave it dark.
    gain = np.where(values > 1e-4, 1 / np.sqrt(np.maximum(values, 1e-4)), 0)
    weights = np.array(COMPONENT_WEIGHTS[: len(values)]) * gain * COMPONENT_SCALE
    axes = (vectors * weights / spread[:, None]).astype(np.float32)
    components = np.empty((*scene.rgb.shape[:2], len(values)), np.float32)
    for rows, logs in _log_blocks(scene):
        logs -= mean
        components[rows] = (logs @ axes).reshape(-1, *components.shape[1:])
    return components


def full_range(picture: FloatArray) -> FloatArray:
    """Stretch a view to 0..1, and a photograph on to CIELAB, as compactness expects."""
    low, high = picture.min(), picture.max()
    stretched = (picture - low) / (high - low) if high > low else picture - low
    return cielab(stretched) if picture.shape[-1] == 3 else stretched


def _moments(scene: Scene) -> tuple[FloatArray, NDArray[np.float64]]:
    """Mean (C,) and covariance (C, C) of the logarithms of all channels.

    Sums are relative to the mean of the first pixels: a channel that is the same everywhere has
    that level, and no variance at all.
    """
    n_channels, n_pixels = 3 + scene.bands.shape[-1], 0
    origin = np.zeros(n_channels, np.float32)
    total, products = np.zeros(n_channels), np.zeros((n_channels, n_channels))
    for _, logs in _log_blocks(scene):
        if n_pixels == 0:
            origin = logs.mean(0, dtype=np.float64).astype(np.float32)
        logs -= origin
        total += np.ones(len(logs), np.float32) @ logs
        products += logs.T @ logs
        n_pixels += len(logs)
    shift = total / n_pixels
    mean = (origin + shift).astype(np.float32)
    return mean, products / n_pixels - np.outer(shift, shift)


def _log_blocks(scene: Scene) -> Iterator[tuple[slice, FloatArray]]:
    """Some rows of the scene at a time, and the logarithms of their pixels (P, C)."""
    rgb, bands = (np.require(p, np.float32, ["C", "W"]) for p in (scene.rgb, scene.bands))
    height, width, _ = rgb.shape
    step = max(1, PIXELS_AT_A_TIME // width)
    for start in range(0, height, step):
        rows = slice(start, min(start + step, height))
        channels = light(rgb[rows], bands[rows], np.float32(LOG_OFFSET))
        yield rows, np.log(channels, out=channels)
