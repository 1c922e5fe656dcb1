"""Compiled colour conversion: coded sRGB to linear light and to CIELAB.

Roots are computed by Newton's method, starting from a guess that divides the exponent of a number
as an integer: unlike calls of mathematical functions, this compiles to vector instructions.
"""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels import srgb
from artextract_cli.kernels.jit import compiled

# IEC 61966-2-1: linear RGB to XYZ, each relative to white (CIE D65, 2°). Six digits instead of the
# four of the standard, as in scikit-image, the reference of the tests.
TO_XYZ = np.array(
    [
        [0.412453 / 0.95047, 0.357580 / 0.95047, 0.180423 / 0.95047],
        [0.212671, 0.715160, 0.072169],
        [0.019334 / 1.08883, 0.119193 / 1.08883, 0.950227 / 1.08883],
    ],
    np.float32,
)
_LINEAR_UP_TO, _CODED_LINE = np.float32(srgb.CODED_UP_TO), np.float32(1 / srgb.SLOPE)
# Every constant is float32: with a Python float, loops would compute in double precision.
_OFFSET, _SHARE = np.float32(srgb.OFFSET), np.float32(1 / srgb.SCALE)
_LINE_UP_TO = np.float32(0.008856)  # relative tone up to which CIELAB is a line
_BITS_OF_ONE = 0x3F800000  # 1.0 as float32


def cielab(rgb: FloatArray) -> FloatArray:
    """Coded sRGB values (H, W, 3), 0..1, in CIELAB (D65): L* from 0 to 100."""
    return _cielab(np.require(rgb, np.float32, ["C", "W"]))


@compiled
def _cielab(rgb: FloatArray) -> FloatArray:
    """Convert a row at a time, so that inner loops run over W × 3 values."""
    height, width, _ = rgb.shape
    lab = np.empty((height, width, 3), np.float32)
    # Buffers of one row, reused by all: they stay in the nearest cache.
    linear, values = np.empty(3 * width, np.float32), np.empty((3, width), np.float32)
    roots = np.empty(3 * width, np.float32)
    light = linear.reshape(width, 3)
    by_channel = roots.reshape(3, width)
    for y in range(height):
        _decode(rgb[y].ravel(), linear, roots)
        for i in range(3):
            r, g, b = TO_XYZ[i, 0], TO_XYZ[i, 1], TO_XYZ[i, 2]
            for x in range(width):
                values[i, x] = r * light[x, 0] + g * light[x, 1] + b * light[x, 2]
        _lightness(values.ravel(), roots)
        for x in range(width):
            along_x, along_y, along_z = by_channel[0, x], by_channel[1, x], by_channel[2, x]
            lab[y, x, 0] = np.float32(116) * along_y - np.float32(16)
            lab[y, x, 1] = np.float32(500) * (along_x - along_y)
            lab[y, x, 2] = np.float32(200) * (along_y - along_z)
    return lab


@compiled
def light(rgb: FloatArray, bands: FloatArray, offset: np.float32) -> FloatArray:
    """Linear light of coded ``rgb`` (H, W, 3) and ``bands`` (H, W, B), not below 0, + ``offset``.

    The result is (H × W, 3 + B), one row per pixel.
    """
    height, width, n_bands = bands.shape
    result = np.empty((height * width, 3 + n_bands), np.float32)
    linear, roots = np.empty(3 * width, np.float32), np.empty(3 * width, np.float32)
    for y in range(height):
        _decode(rgb[y].ravel(), linear, roots)
        for x in range(width):
            out, band = result[y * width + x], bands[y, x]
            for c in range(3):
                out[c] = max(linear[3 * x + c], np.float32(0)) + offset
            for b in range(n_bands):
                out[3 + b] = max(band[b], np.float32(0)) + offset
    return result


@compiled
def _decode(coded: FloatArray, linear: FloatArray, roots: FloatArray) -> None:
    """Linear light of coded values: a line near black, else a power of 2.4 = 2 + 2 / 5."""
    for i in range(len(coded)):
        roots[i] = _base(coded[i])
    _guess_roots(roots.view(np.uint32), np.uint32(5))
    for i in range(len(coded)):
        base, root = _base(coded[i]), roots[i]
        # Newton's method: two steps leave an error of 9e-5, three about that of float32.
        for _ in range(4):
            root = np.float32(0.8) * root + np.float32(0.2) * base / (root * root * root * root)
        line, power = coded[i] * _CODED_LINE, base * base * root * root
        linear[i] = line if coded[i] <= _LINEAR_UP_TO else power


@compiled
def _base(coded: np.float32) -> np.float32:
    above = coded if coded > _LINEAR_UP_TO else _LINEAR_UP_TO
    return (above + _OFFSET) * _SHARE


@compiled
def _lightness(values: FloatArray, roots: FloatArray) -> None:
    """The function of CIELAB: a line near black, else the cube root."""
    for i in range(len(values)):
        roots[i] = values[i] if values[i] > _LINE_UP_TO else _LINE_UP_TO
    _guess_roots(roots.view(np.uint32), np.uint32(3))
    for i in range(len(values)):
        base, root = values[i] if values[i] > _LINE_UP_TO else _LINE_UP_TO, roots[i]
        # Two steps leave an error of 1e-5, three that of float32 itself.
        for _ in range(3):
            root = np.float32(2 / 3) * root + np.float32(1 / 3) * base / (root * root)
        # CIE 15; rounded to four digits, as in scikit-image.
        line = np.float32(7.787) * values[i] + np.float32(16 / 116)
        roots[i] = line if values[i] <= _LINE_UP_TO else root


@compiled
def _guess_roots(bits: NDArray[np.uint32], degree: np.uint32) -> None:
    """Approximate roots of positive numbers, given by their bits, to within 4 %."""
    # The bits of a float32 are about its logarithm to base 2, scaled, plus those of 1.
    rest = np.uint32(_BITS_OF_ONE - _BITS_OF_ONE // degree)
    for i in range(len(bits)):
        bits[i] = np.uint32(bits[i] // degree) + rest
