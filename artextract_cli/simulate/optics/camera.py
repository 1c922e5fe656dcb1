"""From reflectance to images: lens, light, registration and noise of the photograph and bands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, special

from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape, grid
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

_BLUR_PX = 0.4  # at 550 nm; grows with the wavelength by diffraction (E. Hecht, Optics, ch. 10)
_ROOT_TAU = np.sqrt(2 * np.pi)
_READ_NOISE = 0.05  # light whose photon noise equals the read noise of a pixel


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A set-up: its illumination (H, W) and the conditions of the scene."""

    light: FloatArray
    conditions: Conditions

    def photograph(self, rng: np.random.Generator, linear: FloatArray) -> FloatArray:
        """The photograph (H, W, 3) float32, sRGB coded, of linear colour (H, W, 3)."""
        # The photograph defines the grid: it is neither displaced nor wrongly exposed.
        exposed = [self._expose(rng, linear[..., i], 550.0, (0.0, 0.0), 1.0) for i in range(3)]
        return coded_rgb(np.stack(exposed, axis=-1).clip(0, 1))

    def capture(
        self, rng: np.random.Generator, reflectance: FloatArray, wavelengths: Sequence[float]
    ) -> FloatArray:
        """The bands (H, W, B) float32, each with its own exposure and displacement."""
        exposure = 1 + self.conditions.exposure * rng.standard_normal(len(wavelengths))
        displacement = self.conditions.misregistration * _in_unit_disc(rng, len(wavelengths))
        bands = [
            self._expose(rng, reflectance[..., i], nm, displacement[i], exposure[i])
            for i, nm in enumerate(wavelengths)
        ]
        return np.stack(bands, axis=-1)

    def _expose(
        self,
        rng: np.random.Generator,
        image: FloatArray,
        wavelength: float,
        displacement: Sequence[float],
        exposure: float,
    ) -> FloatArray:
        # Blur and displacement are separable: one kernel for each axis, applied once.
        for axis, shift in enumerate(displacement):
            kernel = point_spread(shift, self.blur(wavelength))
            image = ndimage.convolve1d(image, kernel, axis=axis, mode="nearest")
        # The root of the noise takes no negative light, which the kernel may leave by rounding.
        light = np.maximum(image * self.light * exposure, 0)
        return np.asarray(np.clip(light + self.noise(rng, light, wavelength), 0, 1), np.float32)

    def blur(self, wavelength: float) -> float:
        """Standard deviation in px of the lens's point spread; it grows as diffraction does."""
        return _BLUR_PX * wavelength / 550

    def noise(self, rng: np.random.Generator, light: FloatArray, _wavelength: float) -> FloatArray:
        """Noise (H, W) of light (H, W): photons, and the reading of the pixels."""
        # 1 at reflectance .5, where the settings define the noise.
        grain = np.sqrt((light + _READ_NOISE) / (0.5 + _READ_NOISE))
        noise = self.conditions.noise * rng.standard_normal(light.shape, dtype=np.float32)
        return np.asarray(grain * noise)


def point_spread(displacement: float, blur: float) -> FloatArray:
    """Kernel (odd,) of a lens and a pixel that also displaces the picture by a fraction of a pixel.

    A Gaussian of standard deviation ``blur`` px convolved with the triangle of linear
    interpolation, sampled: it keeps straight ramps, so its mean is the displacement exactly. It is
    the second difference of the twice integrated Gaussian.
    """
    # Beyond four deviations there is less than 1e-4 of a Gaussian; the triangle adds a pixel.
    radius = int(np.ceil(abs(displacement) + 4 * blur)) + 1
    x = np.arange(-radius - 1, radius + 2) - displacement
    integral = x * special.ndtr(x / blur) + blur * np.exp(-0.5 * (x / blur) ** 2) / _ROOT_TAU
    return np.diff(integral, 2)


def set_up(rng: np.random.Generator, shape: Shape, conditions: Conditions) -> Camera:
    """A camera whose light falls off as the square of the distance from about the middle."""
    rows, columns = grid(shape)
    middle = rng.uniform(0.4, 0.6, 2) * shape
    distance = np.hypot(rows - middle[0], columns - middle[1]) / (0.5 * np.hypot(*shape))
    light = 1 - conditions.vignetting * distance**2
    return Camera(light=light.astype(np.float32), conditions=conditions)


def _in_unit_disc(rng: np.random.Generator, count: int) -> FloatArray:
    """Points (count, 2) spread evenly over the unit disc."""
    angle = rng.uniform(0, 2 * np.pi, count)
    # Without the root, points would crowd in the middle.
    radius = np.sqrt(rng.random(count))
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
