"""The camera: sharpness, displacement, exposure, fall-off of light, noise."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from artextract_cli.simulate.measured.fields import Shape, smooth
from artextract_cli.simulate.measured.optics import FloatArray


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Faults of the captures, one row or value for each band (B), and those that all share.

    ``moves`` (B, 2), px, and ``scales`` (B) displace each band, ``gains`` (B) is its relative
    exposure, and ``centres`` (B, 2), -1 to 1, is where its light is strongest.
    """

    sharpness: float
    moves: FloatArray
    scales: FloatArray
    gains: FloatArray
    centres: FloatArray
    vignetting: float
    noise: float


def moved(
    rng: np.random.Generator, shape: Shape, n: int, greatest: float
) -> tuple[FloatArray, FloatArray]:
    """Displacements (n, 2) and changes of scale (n); the worst band is off by ``greatest`` px."""
    angle, share = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.2, 1.0, n)
    # The worst band is off by exactly what the settings say.
    share /= share.max()
    stretched = rng.uniform(-0.3, 0.3, n)
    corner = 0.5 * float(np.hypot(*shape))
    # The shift leaves room for the stretch, which acts at the corners: together they stay in the
    # limit.
    length = greatest * share * (1 - np.abs(stretched))
    moves = length[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return moves, greatest * share * stretched / corner


def _displaced(band: FloatArray, move: FloatArray, scale: float) -> FloatArray:
    if not move.any() and not scale:
        return band
    middle = (np.array(band.shape) - 1) / 2
    matrix = np.full(2, 1 + scale)
    offset = middle - matrix * middle + move
    # Cubic: linear interpolation would blur displaced bands, and by that alone give them away.
    result: FloatArray = ndimage.affine_transform(band, matrix, offset, order=3, mode="nearest")
    return result


def fall_off(shape: Shape, centre: FloatArray, loss: float) -> FloatArray:
    """Light (H, W) that lacks ``loss`` in the corners."""
    rows = (np.linspace(-1, 1, shape[0]) - centre[0])[:, None]
    columns = (np.linspace(-1, 1, shape[1]) - centre[1])[None]
    result: FloatArray = 1 - loss * (rows**2 + columns**2) / 2
    return result


def blurred(image: FloatArray, sharpness: float, wavelength: float) -> FloatArray:
    """The image through the lens, which draws less sharply the longer the wave."""
    width = sharpness * (0.75 + 0.55 * (wavelength - 400) / 700)
    result: FloatArray = ndimage.gaussian_filter(image, width, mode="nearest")
    return result


def grain(
    rng: np.random.Generator, exact: FloatArray, wavelength: float, noise: float
) -> FloatArray:
    """Noise (H, W): photons and reading, and a little fixed pattern in blots.

    Its deviation is ``noise`` at reflectance one half and 620 nm; a silicon sensor sees less light
    from 900 nm on, which costs up to a third more.
    """
    # Silicon loses sensitivity towards 1000 nm (J. R. Janesick, Photon Transfer, 2007).
    silicon = 1 + 0.35 * np.clip((wavelength - 850) / 250, 0, 1)
    # Four fifths of the variance at one half are photons, one fifth is reading.
    deviation = noise * silicon * np.sqrt(0.8 * np.maximum(exact, 0) / 0.5 + 0.2)
    pattern = 0.25 * noise * smooth(rng, exact.shape, 3.0)
    result: FloatArray = deviation * rng.standard_normal(exact.shape, dtype=np.float32) + pattern
    return result


def captured(
    rng: np.random.Generator, exact: FloatArray, wavelength: float, number: int, camera: Camera
) -> FloatArray:
    """A band (H, W) as the camera records it."""
    band = blurred(exact.astype(np.float32), camera.sharpness, wavelength)
    band = _displaced(band, camera.moves[number], float(camera.scales[number]))
    band = band * fall_off(band.shape, camera.centres[number], camera.vignetting)
    band = band * camera.gains[number]
    band = band + grain(rng, band, wavelength, camera.noise)
    result: FloatArray = np.clip(band, 0, 1).astype(np.float32)
    return result
