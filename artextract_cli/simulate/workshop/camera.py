"""A scientific camera behind filters, and a photograph: blur, displacement, light, noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.conditions import Conditions
from artextract_cli.simulate.workshop.noise import Shape, blurred, grid
from artextract_cli.simulate.workshop.paint.colour import coded

_READING_NOISE = 0.1  # share of the noise that does not grow with the light


@dataclass(frozen=True, kw_only=True)
class Camera:
    """What one session's camera does to all of its pictures."""

    falloff: FloatArray
    sharpest_nm: float
    blur: float
    defocus: float
    glare: float
    curvature: float


def set_up(rng: np.random.Generator, shape: Shape, conditions: Conditions) -> Camera:
    """A camera focused in the visible, with lamps that are not quite centred."""
    rows, columns = grid(shape)
    centre = rng.uniform(0.4, 0.6, 2)
    squares = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2
    return Camera(
        falloff=1 - conditions.vignetting * squares / float(squares.max()),
        sharpest_nm=float(rng.uniform(500, 650)),
        blur=float(rng.uniform(0.25, 0.6)),
        defocus=float(rng.uniform(0.0, 0.9)),
        # Stray light as a share of the mean of the picture: it lifts dark paint most.
        glare=float(rng.uniform(0.0, 0.012)),
        # Departure of the exponent from 1: a sensor is not quite linear.
        curvature=float(rng.uniform(-0.03, 0.03)),
    )


def capture(
    rng: np.random.Generator,
    camera: Camera,
    bands: FloatArray,
    wavelengths: tuple[float, ...],
    conditions: Conditions,
) -> NDArray[np.float32]:
    """Bands (H, W, B) as captured from reflectances (B, H, W)."""
    captured = np.empty((*bands.shape[1:], len(bands)), np.float32)
    for index, (band, nm) in enumerate(zip(bands, wavelengths, strict=True)):
        # About 1 at the infrared end of the range; towards it, focus is lost ever faster.
        away = abs(nm - camera.sharpest_nm) / 450
        sharp = _displaced(rng, band, conditions.misregistration)
        seen = blurred(sharp, camera.blur + camera.defocus * away**1.5)
        gain = 1 + conditions.exposure * rng.standard_normal()
        # In the order of the light: lens, stray light, lamps and filters, then the sensor.
        light = (seen + camera.glare * float(seen.mean())) * camera.falloff
        # Cubic interpolation can leave negative light, which has no power.
        light = gain * np.clip(light, 0, None) ** (1 + camera.curvature)
        captured[..., index] = np.clip(light + _noise(rng, light, conditions.noise), 0, 1)
    return captured


def _displaced(rng: np.random.Generator, band: FloatArray, most: float) -> FloatArray:
    """The band shifted and enlarged so that no pixel moves by more than ``most`` px."""
    angle, share, size = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1), rng.uniform(-1, 1)
    if most <= 0:
        return band
    half = (np.array(band.shape) - 1) / 2
    # .6 for the shift and .4 for the change of size at the corners: together never more than
    # ``most``.
    shift = 0.6 * most * share * np.array([np.sin(angle), np.cos(angle)])
    growth = 1 + 0.4 * most * size / max(float(np.hypot(*half)), 1.0)
    offset = half - growth * half - shift
    matrix = np.array([growth, growth])
    moved = ndimage.affine_transform(band, matrix, offset, order=3, mode="nearest")
    return np.asarray(np.clip(moved, 0, None))


def _noise(rng: np.random.Generator, light: FloatArray, noise: float) -> FloatArray:
    """Photon and reading noise: ``noise`` is the deviation at reflectance .5."""
    variance = (1 - _READING_NOISE) * light / 0.5 + _READING_NOISE
    return np.asarray(noise * np.sqrt(variance) * rng.standard_normal(light.shape))


def photograph(
    rng: np.random.Generator, camera: Camera, linear: FloatArray, conditions: Conditions
) -> NDArray[np.float32]:
    """Coded sRGB (H, W, 3) of linear sRGB (3, H, W)."""
    # A white balance of 1 % and an exposure up to 6 % too low: photographs are rarely calibrated.
    balance = 1 + 0.012 * rng.standard_normal(3)
    exposure = rng.uniform(0.94, 1.03)
    result = np.empty((*linear.shape[1:], 3), np.float32)
    for index, channel in enumerate(linear):
        light = blurred(np.clip(channel, 0, None), camera.blur) * camera.falloff
        light = light * exposure * balance[index]
        result[..., index] = coded(light + _noise(rng, light, conditions.noise))
    return result
