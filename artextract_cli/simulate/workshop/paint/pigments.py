"""Reflectance and scattering of artists' pigments, 380-1100 nm, and the batches of one workshop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.paint.pigment_table import KNOTS_NM, PIGMENTS

# Two batches of a pigment differ in grain and origin: edges move by a few nanometres, and the
# tinting strength by tens of per cent. The amounts are assumed.
_EDGE_SHIFT_NM = 4.0
_STRENGTH_SPREAD = 0.18
_EXPONENT_SPREAD = 0.12


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Pigments of one workshop.

    ``names`` are of `PIGMENTS`; ``shifts`` (P,) move the spectra in nm, ``absorption`` and
    ``scattering`` (P,) multiply the two coefficients and ``exponents`` (P,) say how fast the
    scattering falls with the wavelength.
    """

    names: tuple[str, ...]
    shifts: FloatArray
    absorption: FloatArray
    scattering: FloatArray
    exponents: FloatArray

    def coefficients(self, wavelengths: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Absorption and scattering (P, B) of a unit load of each pigment."""
        masstone = np.array(
            [
                masstone_reflectance(name, np.asarray(wavelengths) - shift)
                for name, shift in zip(self.names, self.shifts, strict=True)
            ]
        )
        relative = np.asarray(wavelengths)[None] / 550.0
        scattering = self.scattering[:, None] * relative ** -self.exponents[:, None]
        ratio = (1 - masstone) ** 2 / (2 * masstone)
        return np.asarray(self.absorption[:, None] * ratio * scattering), scattering


def masstone_reflectance(name: str, wavelengths: FloatArray) -> FloatArray:
    """Reflectance (B,) of a pigment in a layer that hides everything."""
    from scipy.interpolate import PchipInterpolator

    # Monotone between the knots: a cubic spline would overshoot at steep edges.
    smooth = PchipInterpolator(KNOTS_NM, np.asarray(PIGMENTS[name].masstone) / 100)
    # Shifted spectra reach beyond the table by a few nanometres.
    clipped = np.clip(wavelengths, KNOTS_NM[0], KNOTS_NM[-1])
    # K/S is (1 - R)^2/(2 R): infinite at 0, and 0 at 1.
    return np.asarray(np.clip(smooth(clipped), 0.008, 0.985))


def draw_batch(rng: np.random.Generator, names: Sequence[str]) -> Batch:
    """Pigments as one workshop bought them; each name is given once."""
    size = len(names)
    pigments = [PIGMENTS[name] for name in names]
    strength = np.exp(_STRENGTH_SPREAD * rng.standard_normal((2, size)))
    return Batch(
        names=tuple(names),
        shifts=_EDGE_SHIFT_NM * rng.standard_normal(size),
        absorption=strength[0],
        scattering=strength[1] * [pigment.scattering for pigment in pigments],
        exponents=np.array([pigment.exponent for pigment in pigments])
        + _EXPONENT_SPREAD * rng.standard_normal(size),
    )
