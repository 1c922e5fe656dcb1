"""Light in layers of paint: two fluxes (Kubelka 1948), the surface (Saunderson 1942), colour."""

from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.floating[Any]]]

OUTSIDE = 0.04
"""Share that the surface of oil and varnish reflects from outside (index 1.5, Fresnel)."""
INSIDE = 0.55
"""Share of the diffuse light from inside that it throws back; Saunderson found 0.4 to 0.6."""
HIDDEN_STEP = 2.5
"""Difference in CIELAB that the eye overlooks among brushwork; 1 shows on an even field."""
# In nm. CIE 15 asks for steps of 20 nm or less; each step costs a rendering of the whole picture.
VISIBLE = np.arange(400.0, 701.0, 30.0)
# IEC 61966-2-1, from XYZ under D65 to linear sRGB.
TO_SRGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)
# Tristimulus values of D65.
WHITE = np.array([0.9505, 1.0, 1.089])


def external(inside: FloatArray) -> FloatArray:
    """Reflectance, gloss left out, of a body of paint below a smooth surface (Saunderson)."""
    return (1 - OUTSIDE) * (1 - INSIDE) * inside / (1 - INSIDE * inside)


def internal(outside: FloatArray) -> FloatArray:
    """What `external` was given."""
    return outside / ((1 - OUTSIDE) * (1 - INSIDE) + INSIDE * outside)


def absorption_ratio(opaque: FloatArray) -> FloatArray:
    """Absorption over scattering of an opaque film of internal reflectance ``opaque``."""
    return (1 - opaque) ** 2 / (2 * opaque)


def opaque_reflectance(absorption: FloatArray, scattering: FloatArray) -> FloatArray:
    """Internal reflectance of a film so thick that nothing shows through."""
    ratio = absorption / scattering
    return 1 + ratio - np.sqrt(ratio * (ratio + 2))


def film(
    absorption: FloatArray, scattering: FloatArray, thickness: FloatArray, below: FloatArray
) -> FloatArray:
    """Internal reflectance of a film over ``below``: Kubelka's hyperbolic solution."""
    a = 1 + absorption / scattering
    # Without absorption, b is 0 and the form 0/0.
    b = np.sqrt(np.maximum(a * a - 1, 1e-8))
    t = np.tanh(b * scattering * thickness)
    return ((1 - below * a) * t + below * b) / ((a - below) * t + b)


def _lobe(wavelengths: FloatArray, centre: float, left: float, right: float) -> FloatArray:
    width = np.where(wavelengths < centre, left, right)
    return np.exp(-0.5 * ((wavelengths - centre) / width) ** 2)


def _matching() -> FloatArray:
    """Weights (3, n VISIBLE) of CIE 1931 X, Y, Z (lobes of Wyman, Sloan and Shirley 2013)."""
    at = VISIBLE
    x = 1.056 * _lobe(at, 599.8, 37.9, 31.0) + 0.362 * _lobe(at, 442.0, 16.0, 26.7)
    x = x - 0.065 * _lobe(at, 501.1, 20.4, 26.2)
    y = 0.821 * _lobe(at, 568.8, 46.9, 40.5) + 0.286 * _lobe(at, 530.9, 16.3, 31.1)
    z = 1.217 * _lobe(at, 437.0, 11.8, 36.0) + 0.681 * _lobe(at, 459.0, 26.0, 13.8)
    weights = np.stack([x, y, z])
    # The illuminant is taken to be flat; white is then scaled to that of D65.
    weights /= weights.sum(1, keepdims=True)
    result: FloatArray = weights * WHITE[:, None]
    return result


MATCHING = _matching()
LINEAR_WEIGHTS = TO_SRGB @ MATCHING
"""Weights (3, n VISIBLE) that turn reflectance into linear sRGB under daylight."""


def lab_of_xyz(xyz: FloatArray) -> FloatArray:
    """CIELAB of tristimulus values (..., 3), white at `WHITE`."""
    ratio = np.maximum(xyz / WHITE, 0.0)
    # CIE 1976: below this ratio the cube root is replaced by its tangent line.
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def lab_of_linear(linear: FloatArray) -> FloatArray:
    """CIELAB of linear sRGB values (..., 3)."""
    return lab_of_xyz(linear @ np.linalg.inv(TO_SRGB).T)


def lab_of_spectra(reflectance: FloatArray) -> FloatArray:
    """CIELAB of internal reflectance (..., n VISIBLE)."""
    return lab_of_xyz(external(reflectance) @ MATCHING.T)


def hiding_thickness(absorption: FloatArray, scattering: FloatArray) -> FloatArray:
    """Thickness (n) at which a paint (n, n VISIBLE) just hides black on white from the eye.

    The colours over black and over white then differ by `HIDDEN_STEP`.
    """
    # Bisection in the logarithm: 18 halvings of a range of 400 000 leave 0.005 %. Lakes, which
    # never hide, end at the upper limit.
    least, most = np.full(len(absorption), 1e-3), np.full(len(absorption), 400.0)
    for _ in range(18):
        middle = np.sqrt(least * most)
        white, black = (
            lab_of_spectra(film(absorption, scattering, middle[:, None], np.full(1, below)))
            # Nearly white and black: no ground is perfect.
            for below in (0.95, 0.1)
        )
        shows = ((white - black) ** 2).sum(1) > HIDDEN_STEP**2
        least, most = np.where(shows, middle, least), np.where(shows, most, middle)
    return most
