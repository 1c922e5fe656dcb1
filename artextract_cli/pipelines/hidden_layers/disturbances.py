"""Capture faults that the simulated camera does not have: uneven light, coding for display.

Each is a pure function from linear bands (H, W, B), 0..1, to bands of the same kind.
"""

from collections.abc import Sequence

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import coded_rgb

# The condition "uneven light" of docs/detection.md.
LIGHT_STRENGTH = 0.2  # largest deviation of the illumination from its mean
DEPTH = 255  # of 8 bits


def uneven_light(
    rng: np.random.Generator, bands: FloatArray, strength: float = LIGHT_STRENGTH
) -> FloatArray:
    """Illuminate every band differently: a plane and a radial fall-off.

    The gain lies within 1 ± ``strength`` and reaches one of these limits; the exposure is that at
    which white paint does not saturate where the light is strongest.
    """
    fields = [_light(rng, bands.shape[:2]) for _ in range(bands.shape[2])]
    # Divided by the strongest light, so that no band is clipped: clipping is another fault.
    gains = (1 + strength * np.stack(fields, axis=-1)) / (1 + strength)
    return np.asarray(bands * gains, np.float32)


def _light(rng: np.random.Generator, shape: Sequence[int]) -> FloatArray:
    """A smooth field (H, W) from -1 to 1 of mean zero: a plane and a paraboloid, either way."""
    rows, columns = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    direction = rng.uniform(0, 2 * np.pi)
    centre = rng.uniform(-0.5, 0.5, 2)
    plane = np.cos(direction) * rows + np.sin(direction) * columns
    radial = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2
    field = plane - rng.uniform(0, 1) * radial
    field -= field.mean()
    # An image of one pixel has a constant field.
    return np.asarray(field / max(np.abs(field).max(), 1e-6), np.float32)


def display_coded(bands: FloatArray, which: Sequence[int]) -> FloatArray:
    """Code some bands for display: by the curve of sRGB, in 8 bits."""
    coded = bands.copy()
    coded[..., which] = np.round(coded_rgb(bands[..., which]) * DEPTH) / DEPTH
    return coded
