"""What the eye and a photograph see of a spectrum: CIE 1931 observer under D65, sRGB, CIELAB."""

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray

VISIBLE_NM = tuple(float(nm) for nm in range(400, 701, 20))

_D65_NM = tuple(float(nm) for nm in range(400, 701, 20))
# Relative power, ISO/CIE 11664-2.
_D65 = np.array(
    [
        *(82.75, 93.43, 104.86, 117.81, 115.92, 109.35, 104.79, 104.41),
        *(100.0, 95.79, 90.01, 87.70, 83.70, 80.21, 78.28, 71.61),
    ]
)
_WHITE = np.array([0.9505, 1.0, 1.089])
_TO_SRGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)


def _lobe(x: FloatArray, centre: float, left: float, right: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * ((x - centre) / np.where(x < centre, left, right)) ** 2))


def _observer(nm: FloatArray) -> FloatArray:
    """Matching functions (3, L) in the analytic fit of Wyman, Sloan and Shirley (2013)."""
    x = 1.056 * _lobe(nm, 599.8, 37.9, 31.0) + 0.362 * _lobe(nm, 442.0, 16.0, 26.7)
    x -= 0.065 * _lobe(nm, 501.1, 20.4, 26.2)
    y = 0.821 * _lobe(nm, 568.8, 46.9, 40.5) + 0.286 * _lobe(nm, 530.9, 16.3, 31.1)
    z = 1.217 * _lobe(nm, 437.0, 11.8, 36.0) + 0.681 * _lobe(nm, 459.0, 26.0, 13.8)
    return np.stack([x, y, z])


def _weights() -> FloatArray:
    weights = _observer(np.array(VISIBLE_NM)) * _D65
    return np.asarray(weights / weights.sum(axis=1, keepdims=True) * _WHITE[:, None])


XYZ_WEIGHTS = _weights()
"""(3, L): tristimulus values of a reflectance at `VISIBLE_NM`; a perfect white gives D65."""

# White is scaled to exactly 1, which the rounded matrix would miss.
RGB_WEIGHTS = (_TO_SRGB / (_TO_SRGB @ _WHITE)[:, None]) @ XYZ_WEIGHTS
"""(3, L): linear sRGB of a reflectance at `VISIBLE_NM`."""


def coded(linear: FloatArray) -> FloatArray:
    """Linear sRGB as coded values, both 0-1."""
    clipped = np.clip(linear, 0, 1)
    low = clipped * 12.92
    # IEC 61966-2-1: a line near black, where the power would be infinitely steep.
    return np.where(clipped <= 0.0031308, low, 1.055 * clipped ** (1 / 2.4) - 0.055)


def decoded(values: FloatArray) -> FloatArray:
    """Coded sRGB as linear values, both 0-1."""
    high = ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.04045, values / 12.92, high)


def lab_of_rgb(linear: FloatArray) -> FloatArray:
    """CIELAB (..., 3) of linear sRGB (..., 3)."""
    xyz = np.maximum(linear @ np.linalg.inv(_TO_SRGB).T / _WHITE, 0)
    # CIE 1976: a line replaces the cube root near black.
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lightness = 116 * root[..., 1] - 16
    red_green = 500 * (root[..., 0] - root[..., 1])
    return np.stack([lightness, red_green, 200 * (root[..., 1] - root[..., 2])], axis=-1)
