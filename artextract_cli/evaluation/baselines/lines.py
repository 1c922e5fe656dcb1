"""Baselines of the longest band, or of lines: what is visible in the infrared without learning."""

from collections.abc import Iterator

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.evaluation.baselines.painted_pixels import (
    longest_band,
    painted_mask,
    pixels_of,
    ridge_prediction,
    scatter_to_image,
)
from artextract_cli.evidence.band_regression import PREDICTOR_BLUR, TARGET_BLUR, log_reflectance
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.scene import Scene, inpaint_nearest

ACROSS, ALONG = 1.3, 8.0  # σ in px: a stroke is 2 to 3 px wide, and straight over about 16 px
N_DIRECTIONS = 12  # 15° apart: a line is at most 7.5° off, and a filter is 9° wide (1.3 / 8)
KERNEL_RADIUS = 24  # px: three σ along the line
PENALTY, ROUNDS = 1e-4, 6  # of the regression: as for the robust residual of the evidence


def infrared(scene: Scene) -> FloatArray:
    """One minus the longest band: what is visible in it without processing."""
    painted = painted_mask(scene)
    return scatter_to_image(1 - scene.bands[..., longest_band(scene)][painted], painted)


def nir_tophat(scene: Scene, diameter: int = 7) -> FloatArray:
    """Depth of dark details in the longest band that are narrower than ``diameter`` pixels.

    The black top-hat: closing with a disk, minus the band (Meyer, "Contrast feature extraction",
    1979).
    """
    from scipy.ndimage import grey_dilation, grey_erosion

    painted = painted_mask(scene)
    band = scene.bands[..., longest_band(scene)]
    disk = _disk(diameter)
    # Closing of the painting alone: what is outside never wins a maximum or a minimum.
    dilated = grey_dilation(np.where(painted, band, -np.inf), footprint=disk)
    closed = grey_erosion(np.where(painted, dilated, np.inf), footprint=disk)
    return scatter_to_image((closed - band)[painted], painted)


def lines_of_infrared(scene: Scene) -> FloatArray:
    """Strength of dark lines of 2 to 3 px in the logarithm of the longest band; see `dark_lines`.

    The filter of `residual_lines`, without the photograph: the difference between the two is what
    the regression adds.
    """
    painted = painted_mask(scene)
    band = inpaint_nearest(scene).bands[..., [longest_band(scene)]]
    return scatter_to_image(
        dark_lines(log_reflectance(band, TARGET_BLUR)[..., 0])[painted], painted
    )


def residual_lines(scene: Scene) -> FloatArray:
    """Strength of dark lines of 2 to 3 px in the longest band that the photograph does not show.

    The filter of `dark_lines` on the residual of a robust regression of the log band on a quadratic
    polynomial of the log photograph, fitted on the painting itself.
    """
    painted = painted_mask(scene)
    return scatter_to_image(dark_lines(photograph_residual(scene))[painted], painted)


def dark_lines(image: FloatArray) -> FloatArray:
    """Strongest response (H, W) of a filter for dark lines over `N_DIRECTIONS` directions.

    The second derivative of a Gaussian across the line, σ = `ACROSS`, times a Gaussian along it,
    σ = `ALONG`: the matched filter for vessels of Chaudhuri et al., "Detection of blood vessels in
    retinal images using two-dimensional matched filters", IEEE Trans. Medical Imaging 8(3), 1989.
    Zero where nothing dark is elongated in any direction.
    """
    from scipy.signal import oaconvolve

    padded = np.pad(image.astype(np.float32), KERNEL_RADIUS, mode="edge")
    # From zero: a negative response is a light line, which does not count.
    best = np.zeros(image.shape, np.float32)
    for kernel in _line_kernels():
        # Overlap-add by FFT: direct sums would take 2401 products per pixel and direction. The
        # kernels are symmetric, so that convolution equals correlation.
        np.maximum(best, oaconvolve(padded, kernel, mode="valid"), out=best)
    return best


def _line_kernels() -> Iterator[FloatArray]:
    """Kernels (K, K) of sum zero that respond to a line darker than both its sides."""
    offsets = np.arange(-KERNEL_RADIUS, KERNEL_RADIUS + 1)
    rows, columns = np.meshgrid(offsets, offsets, indexing="ij")
    for angle in np.arange(N_DIRECTIONS) * np.pi / N_DIRECTIONS:
        across = (np.cos(angle) * rows - np.sin(angle) * columns) / ACROSS
        along = (np.sin(angle) * rows + np.cos(angle) * columns) / ALONG
        kernel = (across**2 - 1) * np.exp(-(across**2 + along**2) / 2)
        # Cut off at a finite radius, its sum is not quite zero, and constant areas would respond.
        kernel -= kernel.mean()
        yield (kernel / np.abs(kernel).sum()).astype(np.float32)


def photograph_residual(scene: Scene) -> FloatArray:
    """Residual (H, W) of the log longest band, explained by the photograph; negative where darker.

    Ridge regression on a quadratic polynomial of the three log channels, six rounds of reweighting;
    the surroundings of a masked painting are extended from it.
    """
    painted = painted_mask(scene)
    whole = inpaint_nearest(scene)
    everywhere = np.ones(painted.shape, np.bool_)
    photograph = log_reflectance(linear_rgb(whole.rgb), PREDICTOR_BLUR)
    band = log_reflectance(whole.bands[..., [longest_band(scene)]], TARGET_BLUR)[..., 0]
    # Fitted on the painting alone, but predicted everywhere: filters look beyond its border.
    predicted = ridge_prediction(
        pixels_of(photograph, painted),
        pixels_of(band, painted),
        penalty=PENALTY,
        rounds=ROUNDS,
        of=pixels_of(photograph, everywhere),
    )
    return np.asarray(band - predicted.reshape(band.shape), np.float32)


def _disk(diameter: int) -> BoolArray:
    offsets = np.arange(diameter) - (diameter - 1) / 2
    return np.asarray(np.hypot(*np.meshgrid(offsets, offsets)) <= diameter / 2)
