"""Input of a segmentation: principal components of all images, or one image alone."""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.pca import principal_axes
from artextract_cli.kernels.colour import cielab, light
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.parallel.shared_arrays import row_chunks

# Weights of the whitened components, as measured on simulated scenes. All have variance one:
# unweighted, the noisy fifth would count as much as the first.
COMPONENT_WEIGHTS = (2.0, 1.5, 1.0, 1.0, 1.0)
# Scales whitened components so that compactness has the same effect as for CIELAB.
# Unscaled, a compactness of 10 would turn superpixels into squares.
COMPONENT_SCALE = 10.0
LOG_OFFSET = 0.03  # linear light added before the logarithm, so that dark noise has little weight
LEAST_VARIANCE = 1e-4  # of a component of standardised logarithms; weaker ones become 0
# A covariance of a dozen channels needs no more; it keeps the sample of a large image small.
MAX_SAMPLED_PIXELS = 2**20  # pixels from which the principal components are computed
# Pixels processed at a time, so that intermediate results stay in the processor's cache: 360 kB
# with eleven channels.
PIXELS_PER_CHUNK = 2**13

View = Callable[[Scene], FloatArray]


class Components:
    """Principal components over the logarithms of the linear photograph and all bands.

    They are whitened and weighted, up to five, so that an edge in any band can bound a superpixel.
    In images of more than a million pixels they are computed from every n-th row and column.
    """

    def __init__(self, scene: Scene) -> None:
        step = math.isqrt(max(0, math.prod(scene.shape) - 1) // MAX_SAMPLED_PIXELS) + 1
        self._mean, covariance = _moments(scene.rgb[::step, ::step], scene.bands[::step, ::step])
        # Rounding can make a variance negative, and a constant channel has none.
        spread = np.sqrt(np.maximum(covariance.diagonal(), 0)) + 1e-6
        axes = principal_axes(covariance / np.outer(spread, spread), len(COMPONENT_WEIGHTS))
        gains = axes.gains(LEAST_VARIANCE)
        weights = np.array(COMPONENT_WEIGHTS[: len(gains)]) * gains * COMPONENT_SCALE
        # (C, K): standardisation, rotation, whitening and weights in one product.
        self._axes = (axes.directions * weights / spread[:, None]).astype(np.float32)

    def __call__(self, part: Scene) -> FloatArray:
        """The components (h, w, up to 5) of a part of the scene."""
        components = np.empty((*part.shape, self._axes.shape[1]), np.float32)
        for rows, logs in _log_blocks(part.rgb, part.bands):
            logs -= self._mean
            components[rows] = (logs @ self._axes).reshape(-1, *components.shape[1:])
        return components


class FullRange:
    """A view stretched to 0..1; a photograph is converted to CIELAB, as compactness expects."""

    def __init__(self, scene: Scene, view: View) -> None:
        ends = [(chunk.min(), chunk.max()) for chunk in row_chunks(view(scene))]
        self._view = view
        self._low, self._high = min(low for low, _ in ends), max(high for _, high in ends)

    def __call__(self, part: Scene) -> FloatArray:
        """The stretched image (h, w, C) of a part of the scene."""
        image = self._view(part) - self._low
        # A constant image becomes 0.
        stretched = image / (self._high - self._low) if self._high > self._low else image
        return cielab(stretched) if image.shape[-1] == 3 else stretched


def _moments(rgb: FloatArray, bands: FloatArray) -> tuple[FloatArray, NDArray[np.float64]]:
    """Mean (C,) and covariance (C, C) of the logarithms of all channels.

    Sums are relative to the mean of the first pixels, so that a constant channel has a variance of
    exactly 0.
    """
    n_channels, n_pixels = 3 + bands.shape[-1], 0
    origin = np.zeros(n_channels, np.float32)
    total, products = np.zeros(n_channels), np.zeros((n_channels, n_channels))
    for _, logs in _log_blocks(rgb, bands):
        if n_pixels == 0:
            origin = logs.mean(0, dtype=np.float64).astype(np.float32)
        logs -= origin
        # A product with ones: BLAS sums columns faster. Chunks are added in double precision.
        total += np.ones(len(logs), np.float32) @ logs
        products += logs.T @ logs
        n_pixels += len(logs)
    shift = total / n_pixels
    mean = (origin + shift).astype(np.float32)
    return mean, products / n_pixels - np.outer(shift, shift)


def _log_blocks(rgb: FloatArray, bands: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
    """Yield some rows at a time, and the logarithms of their pixels (P, C)."""
    step = max(1, PIXELS_PER_CHUNK // rgb.shape[1])
    for start, both in enumerate(zip(row_chunks(rgb, step), row_chunks(bands, step), strict=True)):
        photograph, others = (np.require(p, np.float32, ["C", "W"]) for p in both)
        channels = light(photograph, others, np.float32(LOG_OFFSET))
        rows = slice(start * step, start * step + len(photograph))
        yield rows, np.log(channels, out=channels)
