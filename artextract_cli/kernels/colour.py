"""Compiled colour conversion: coded sRGB to linear light and to CIELAB.

Roots are computed by Newton's method, starting from a guess that divides the exponent of a number
as an integer: unlike calls of mathematical functions, this compiles to vector instructions.
"""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels import srgb
from artextract_cli.kernels.jit import compiled, inlined

Bits = NDArray[np.uint32]

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
    height, width, _ = rgb.shape
    coded = np.require(rgb, np.float32, ["C", "W"]).reshape(height, 3 * width)
    lab = np.empty((height, width, 3), np.float32)
    # Buffers of one row, reused by all: they stay in the nearest cache.
    linear, values, roots = np.empty((3, 3 * width), np.float32)
    _cielab(coded, linear, values, roots, roots.view(np.uint32), lab)
    return lab


@compiled
def _cielab(
    coded: FloatArray,
    linear: FloatArray,
    values: FloatArray,
    roots: FloatArray,
    bits: Bits,
    lab: FloatArray,
) -> None:
    """Convert a row at a time, so that inner loops run over W × 3 values.

    The buffers are (W × 3,); ``bits`` are those of ``roots``.
    """
    height, width, _ = lab.shape
    for y in range(height):
        _decode(coded[y], linear, roots, bits)
        for i in range(3):
            r, g, b = TO_XYZ[i, 0], TO_XYZ[i, 1], TO_XYZ[i, 2]
            for x in range(width):
                red, green, blue = linear[3 * x], linear[3 * x + 1], linear[3 * x + 2]
                values[i * width + x] = r * red + g * green + b * blue
        _lightness(values, roots, bits)
        for x in range(width):
            along_x, along_y, along_z = roots[x], roots[width + x], roots[2 * width + x]
            lab[y, x, 0] = np.float32(116) * along_y - np.float32(16)
            lab[y, x, 1] = np.float32(500) * (along_x - along_y)
            lab[y, x, 2] = np.float32(200) * (along_y - along_z)


def light(rgb: FloatArray, bands: FloatArray, offset: np.float32) -> FloatArray:
    """Linear light of coded ``rgb`` (H, W, 3) and ``bands`` (H, W, B), not below 0, + ``offset``.

    The result is (H × W, 3 + B), one row per pixel.
    """
    height, width, n_bands = bands.shape
    result = np.empty((height * width, 3 + n_bands), np.float32)
    linear, roots = np.empty((2, 3 * width), np.float32)
    coded = rgb.reshape(height, 3 * width)
    _light(coded, bands, offset, linear, roots, roots.view(np.uint32), result)
    return result


@compiled
def _light(
    coded: FloatArray,
    bands: FloatArray,
    offset: np.float32,
    linear: FloatArray,
    roots: FloatArray,
    bits: Bits,
    result: FloatArray,
) -> None:
    """`light` of rows of coded values (H, W × 3), with buffers like those of `_cielab`."""
    height, width, n_bands = bands.shape
    for y in range(height):
        _decode(coded[y], linear, roots, bits)
        for x in range(width):
            out, band = result[y * width + x], bands[y, x]
            for c in range(3):
                value = linear[3 * x + c]
                out[c] = (np.float32(0) if value < 0 else value) + offset
            for b in range(n_bands):
                out[3 + b] = (np.float32(0) if band[b] < 0 else band[b]) + offset


@inlined
def _decode(coded: FloatArray, linear: FloatArray, roots: FloatArray, bits: Bits) -> None:
    """Linear light of coded values: a line near black, else a power of 2.4 = 2 + 2 / 5."""
    for i in range(len(coded)):
        roots[i] = _base(coded[i])
    _guess_roots(bits, np.uint32(5))
    for i in range(len(coded)):
        base, root = _base(coded[i]), roots[i]
        # Newton's method: two steps leave an error of 9e-5, three about that of float32.
        for _ in range(4):
            root = np.float32(0.8) * root + np.float32(0.2) * base / (root * root * root * root)
        line, power = coded[i] * _CODED_LINE, base * base * root * root
        linear[i] = line if coded[i] <= _LINEAR_UP_TO else power


@inlined
def _base(coded: np.float32) -> np.float32:
    above = coded if coded > _LINEAR_UP_TO else _LINEAR_UP_TO
    return (above + _OFFSET) * _SHARE


@inlined
def _lightness(values: FloatArray, roots: FloatArray, bits: Bits) -> None:
    """The function of CIELAB: a line near black, else the cube root."""
    for i in range(len(values)):
        roots[i] = values[i] if values[i] > _LINE_UP_TO else _LINE_UP_TO
    _guess_roots(bits, np.uint32(3))
    for i in range(len(values)):
        base, root = values[i] if values[i] > _LINE_UP_TO else _LINE_UP_TO, roots[i]
        # Two steps leave an error of 1e-5, three that of float32 itself.
        for _ in range(3):
            root = np.float32(2 / 3) * root + np.float32(1 / 3) * base / (root * root)
        # CIE 15; rounded to four digits, as in scikit-image.
        line = np.float32(7.787) * values[i] + np.float32(16 / 116)
        roots[i] = line if values[i] <= _LINE_UP_TO else root


@inlined
def _guess_roots(bits: Bits, degree: np.uint32) -> None:
    """Approximate roots of positive numbers, given by their bits, to within 4 %."""
    # The bits of a float32 are about its logarithm to base 2, scaled, plus those of 1.
    rest = np.uint32(_BITS_OF_ONE - _BITS_OF_ONE // degree)
    for i in range(len(bits)):
        bits[i] = np.uint32(bits[i] // degree) + rest
