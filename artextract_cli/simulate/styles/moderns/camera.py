"""The camera of the moderns: other noise, another blur and another fall of light."""

from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape, grid
from artextract_cli.simulate.optics.camera import Camera
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

_ROWS, _COLUMNS = 0.1, 0.12  # shares of the variance at reflectance .5


@dataclass(frozen=True, kw_only=True)
class ModernCamera(Camera):
    """A lens that loses its focus in the infrared, and a sensor whose lines differ.

    Noise has the standard deviation of the conditions at reflectance .5 in every band; of its
    variance the columns and the rows of a picture have a part, and reading the pixels one that
    grows toward the infrared, where the sensor sees less (J. R. Janesick, Photon Transfer, 2007).
    ``columns`` (W,) is the fixed pattern, the same in all pictures.
    """

    columns: FloatArray

    def blur(self, wavelength: float) -> float:
        """Standard deviation in px of the point spread: .35 in focus, at 550 nm."""
        # Blur adds as variances: .61 px at 950 nm. The lens of the old masters has .69 px there.
        return float(np.hypot(0.35, 0.5 * (wavelength - 550) / 400))

    def noise(self, rng: np.random.Generator, light: FloatArray, wavelength: float) -> FloatArray:
        """Noise (H, W) of light (H, W): photons, reading, rows of this picture, fixed columns."""
        # Parts of the variance at reflectance .5; with rows and columns the four sum to 1 in every
        # band.
        read = 0.15 + 0.45 * np.clip((wavelength - 400) / 700, 0, 1)
        photons = 1 - read - _ROWS - _COLUMNS
        grain = np.sqrt(photons * light / 0.5 + read) * rng.standard_normal(light.shape, np.float32)
        rows = np.sqrt(_ROWS) * rng.standard_normal((len(light), 1))
        return np.asarray(self.conditions.noise * (grain + rows + np.sqrt(_COLUMNS) * self.columns))


def set_up(rng: np.random.Generator, shape: Shape, conditions: Conditions) -> ModernCamera:
    """A camera whose light stays level in the middle and falls off toward the corners."""
    rows, columns = grid(shape)
    middle = rng.uniform(0.45, 0.55, 2) * shape
    distance = np.hypot(rows - middle[0], columns - middle[1]) / (0.5 * np.hypot(*shape))
    # The fourth power, as of cos^4, beside a square: level in the middle, unlike the other camera.
    light = 1 - conditions.vignetting * (0.3 * distance**2 + 0.7 * distance**4)
    return ModernCamera(
        # A given vignetting above 1 would make light negative.
        light=light.astype(np.float32).clip(0),
        conditions=conditions,
        columns=rng.standard_normal(shape[1]),
    )
