"""The structure around each pixel: local regressions, lines and details of an image."""

from collections.abc import Iterator

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Slices
from artextract_cli.kernels.filters import blur, box_mean, gradients
from artextract_cli.kernels.lines import line_strength
from artextract_cli.kernels.local_regression import local_residuals, moments
from artextract_cli.kernels.morphology import closing, opening

# Squares of 9 and 25 pixels: smaller ones explain more of a line away, larger ones mix paints.
WINDOWS = (4, 12)  # radii in pixels
# Wider than lines of 2 to 3 pixels, and than those of twice the resolution.
DETAIL_SIZES = (5, 9)  # sides in pixels
# Width across and length along the line, σ in pixels: pencil, brush, and both on larger scans.
LINES = ((1.3, 8.0), (2.0, 8.0), (4.0, 16.0))
# Of the widest window and detail, in pixels around those that they are computed for.
LOCAL_REACH, DETAIL_REACH = 12, 8
LOCAL_RIDGE = 0.02  # of regressions in a window, which may be of one colour
UNIT = np.float32(0.05)  # of logarithms of reflectance in local, line and detail maps: 5 %
DETAIL_BLUR = 0.8  # σ in pixels, of slopes: differences amplify noise


def local_maps(surface: FloatArray, centred: FloatArray) -> Iterator[FloatArray]:
    """Residuals (h, w) of linear regressions in windows around each pixel, for each target.

    Bands ``centred`` (h, w, 3) are regressed on the three strongest components of ``surface``
    (h, w, K).
    """
    components = np.zeros((*surface.shape[:2], 3), np.float32)
    n = min(3, surface.shape[-1])
    components[..., :n] = surface[..., :n]
    # (h, w, 9 + 4·3): one set of moments serves both windows. Targets are centred because variances
    # are differences of moments, which cancel digits.
    products = moments(components, centred)
    for radius in WINDOWS:
        means = box_mean(products, radius)
        residuals = local_residuals(components, centred, means, LOCAL_RIDGE)
        yield from np.moveaxis(residuals / UNIT, -1, 0)


def line_maps(image: FloatArray, inside: Slices) -> tuple[list[FloatArray], FloatArray]:
    """Strengths, dark and light of each line, and the axis of the second one, ``inside`` an image.

    They are (h, w) and (2, h, w) of these rows and columns.
    """
    lines = [line_strength(image, width, length, inside) for width, length in LINES]
    return [strength for line in lines for strength in line[:2]], lines[1][2:]


def detail_maps(image: FloatArray) -> Iterator[FloatArray]:
    """Top-hats (h, w), dark and light of each size, and the slope of an image (h, w)."""
    channel = np.ascontiguousarray(image[..., None], np.float32)
    for side in DETAIL_SIZES:
        yield (closing(channel, side // 2) - channel)[..., 0]
        yield (channel - opening(channel, side // 2))[..., 0]
    yield np.hypot(*gradients(blur(channel, DETAIL_BLUR)))[..., 0]
