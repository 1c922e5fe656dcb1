"""Reflectance of paint layers: the two-flux theory of Kubelka and Munk.

Sources: P. Kubelka, F. Munk, Z. Tech. Phys. 12, 593 (1931); P. Kubelka, J. Opt. Soc. Am. 38, 448
(1948) for the hyperbolic solution and 44, 330 (1954) for layers upon layers; D. R. Duncan, Proc.
Phys. Soc. 52, 390 (1940) for mixtures; J. L. Saunderson, J. Opt. Soc. Am. 32, 727 (1942) for the
surface. K and S are the absorption and scattering per unit thickness X; only the products KX and
SX (no unit) matter, so paint is described by them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
BoolArray = NDArray[np.bool_]
Floats = FloatArray | np.floating[Any]

# Below these the closed form is 0/0; a ratio K/S of 1e-6 changes no reflectance by more than .0015.
_LEAST_RATIO = np.float32(1e-6)
_LEAST_SCATTERING = np.float32(1e-9)

# Saunderson (1942) for a binder of refractive index 1.5: Fresnel reflectance at normal incidence
# ((n - 1)/(n + 1))² = .04 from outside, and .6 for the diffuse light that comes from inside.
OUTER_REFLECTANCE = np.float32(0.04)
INNER_REFLECTANCE = np.float32(0.6)


def infinite_reflectance(absorption: FloatArray, scattering: FloatArray) -> FloatArray:
    """Reflectance of a layer too thick to see through, R∞ = 1 + K/S − √((K/S)² + 2K/S).

    K and S have any one shape. Written as 1/(1 + q + √(q² + 2q)), q = K/S, which is the same number
    without the cancellation that costs dark paints their digits.
    """
    ratio = absorption / scattering
    return 1 / (1 + ratio + np.sqrt(ratio * (ratio + 2)))


def layer(absorption: FloatArray, scattering: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Reflectance R0 over black and transmittance T of a layer with the given KX and SX.

    With a = 1 + K/S, b = √(a² − 1), x = b·SX (Kubelka 1948):
    R0 = sinh x / (a sinh x + b cosh x), T = b / (a sinh x + b cosh x),
    here multiplied through by 2·exp(−x), so that thick layers do not overflow.
    """
    scattering = np.maximum(scattering, _LEAST_SCATTERING)
    ratio = np.maximum(absorption / scattering, _LEAST_RATIO)
    b = np.sqrt(ratio * (ratio + 2))
    x = b * scattering
    rise = -np.expm1(-2 * x)
    denominator = (1 + ratio) * rise + b * (2 - rise)
    return rise / denominator, 2 * b * np.exp(-x) / denominator


def over(reflectance: FloatArray, transmittance: FloatArray, below: Floats) -> FloatArray:
    """Reflectance of a layer (R0, T) upon something of reflectance Rg: R0 + T²·Rg/(1 − R0·Rg)."""
    return reflectance + transmittance**2 * below / (1 - reflectance * below)


def through_surface(reflectance: FloatArray) -> FloatArray:
    """Reflectance of paint in a binder as a camera records it, 0.96 for a perfect white.

    (1 − k1)(1 − k2)R / (1 − k2·R) with Saunderson's k1 = .04 and k2 = .6: his formula without the
    specular reflection k1, which lamps at 45° keep out of the image.
    """
    passed = (1 - OUTER_REFLECTANCE) * (1 - INNER_REFLECTANCE)
    return passed * reflectance / (1 - INNER_REFLECTANCE * reflectance)
