"""Light in a stack of layers: two fluxes within a layer, and layers added to each other."""

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray

# Reflection at the surface of a varnish or binder of refractive index 1.5. Diffuse light that meets
# it from within is mostly thrown back in theory (.6); less is measured on real paint.
_OUTER_REFLECTION = 0.04
_INNER_REFLECTION = 0.45
_NO_SCATTERING = 1e-6


def layer(absorption: FloatArray, scattering: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Reflectance and transmittance of layers with these optical thicknesses K·X and S·X."""
    scattering = np.maximum(scattering, _NO_SCATTERING)
    ratio = absorption / scattering
    a = 1 + ratio
    # Without absorption, b is 0 and the hyperbolic form 0/0.
    b = np.sqrt(ratio * (ratio + 2) + 1e-6)
    # Both functions are multiplied by exp(-x): thick layers do not overflow. At 30 nothing passes.
    exponent = np.exp(-np.minimum(b * scattering, 30.0))
    sinh, cosh = (1 - exponent**2) / 2, (1 + exponent**2) / 2
    denominator = a * sinh + b * cosh
    return sinh / denominator, b * exponent / denominator


def over(upper: tuple[FloatArray, FloatArray], beneath: FloatArray) -> FloatArray:
    """Reflectance of a layer (reflectance, transmittance) over a reflectance ``beneath``."""
    reflectance, transmittance = upper
    return reflectance + transmittance**2 * beneath / (1 - reflectance * beneath)


def under_gloss(inner: FloatArray, gloss: float) -> FloatArray:
    """Reflectance outside the paint, with the camera's light at 45 degrees.

    ``gloss`` 1 is a varnished surface, of which the mirror reflection misses the camera; 0 is matt,
    without an optical boundary.
    """
    inner_reflection = gloss * _INNER_REFLECTION
    entering = 1 - gloss * _OUTER_REFLECTION
    return entering * (1 - inner_reflection) * inner / (1 - inner_reflection * inner)


def to_inside(outer: FloatArray, gloss: float) -> FloatArray:
    """Reverse of `under_gloss`."""
    inner_reflection = gloss * _INNER_REFLECTION
    entering = (1 - gloss * _OUTER_REFLECTION) * (1 - inner_reflection)
    return outer / (entering + inner_reflection * outer)
