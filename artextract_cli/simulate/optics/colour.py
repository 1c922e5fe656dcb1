"""From spectra to the photograph: CIE 1931 observer, daylight D65, sRGB.

Sources: C. Wyman, P.-P. Sloan, P. Shirley, J. Computer Graphics Techniques 2(2), 1 (2013), the
multi-lobe fits of the colour matching functions; ISO/CIE 11664-2, relative power of D65; IEC
61966-2-1, primaries and transfer curve of sRGB.
"""

import numpy as np

from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

VISIBLE_GRID = tuple(np.arange(400.0, 701.0, 20.0))
"""Wavelengths in nm at which the visible light is computed: 400 to 700 nm in steps of 20."""

_D65 = np.array(
    [
        82.75, 93.43, 104.86, 117.81, 115.92, 109.35, 104.79, 104.41,
        100.00, 95.79, 90.01, 87.70, 83.70, 80.21, 78.28, 71.61,
    ]
)  # fmt: skip

# Of each lobe: weight, peak in nm, and reciprocal width in 1/nm below and above the peak.
_LOBES = {
    "x": ((0.362, 442.0, 0.0624, 0.0374), (1.056, 599.8, 0.0264, 0.0323),
          (-0.065, 501.1, 0.0490, 0.0382)),
    "y": ((0.821, 568.8, 0.0213, 0.0247), (0.286, 530.9, 0.0613, 0.0322)),
    "z": ((1.217, 437.0, 0.0845, 0.0278), (0.681, 459.0, 0.0385, 0.0725)),
}  # fmt: skip

_XYZ_TO_RGB = np.array(
    [
        [3.2406, -1.5372, -0.4986],
        [-0.9689, 1.8758, 0.0415],
        [0.0557, -0.2040, 1.0570],
    ]
)


def matching_functions(wavelengths: FloatArray) -> FloatArray:
    """The functions x, y and z of the CIE 1931 observer, (L, 3), at L wavelengths in nm."""
    curves = []
    for lobes in _LOBES.values():
        curve = np.zeros(len(wavelengths))
        for weight, peak, below, above in lobes:
            distance = (wavelengths - peak) * np.where(wavelengths < peak, below, above)
            curve += weight * np.exp(-0.5 * distance**2)
        curves.append(curve)
    return np.stack(curves, axis=1)


def _weights() -> tuple[FloatArray, FloatArray]:
    """Weights (16, 3) of the visible grid for linear sRGB and for X, Y, Z; white gives 1."""
    xyz = matching_functions(np.array(VISIBLE_GRID)) * _D65[:, None]
    rgb = xyz @ _XYZ_TO_RGB.T
    # Scaled in each channel: with 16 samples and rounded primaries, white would not be exactly 1.
    return (rgb / rgb.sum(axis=0)).astype(np.float32), xyz / xyz.sum(axis=0)


RGB_WEIGHTS, _XYZ_WEIGHTS = _weights()


def tristimulus(reflectance: FloatArray) -> FloatArray:
    """X, Y and Z (..., 3) of reflectances (..., 16) on the visible grid, each 1 for white."""
    return np.asarray(reflectance @ _XYZ_WEIGHTS)


def to_srgb(reflectance: FloatArray) -> FloatArray:
    """Colour (..., 3), sRGB coded, of reflectances (..., 16) on the visible grid."""
    return coded_rgb((reflectance @ RGB_WEIGHTS).clip(0, 1))
