"""How the scattering of a pigment falls with the wavelength: two laws of different form.

Grains far smaller than the wavelength scatter as its fourth power (Rayleigh), coarse ones at every
wavelength alike, and those as large as the wavelength most of all (C. F. Bohren, D. R. Huffman,
Absorption and Scattering of Light by Small Particles, 1983). Paints lie in between, which is why
infrared goes deeper (van Asperen de Boer 1968).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from artextract_cli.simulate.optics.kubelka_munk import FloatArray

# In nm: where the eye is most sensitive, and the unit of S is defined.
REFERENCE_NM = 550.0


class ScatteringLaw(Protocol):
    """S of a pigment over its S at 550 nm, with one number for the grains of each batch."""

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """The number (P,) of the grains of ``count`` pigments."""
        ...

    def __call__(self, wavelength: FloatArray, grain: FloatArray) -> FloatArray:
        """S(λ)/S(550), (P, L), at L wavelengths in nm."""
        ...


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """S(λ) = S(550)·(λ/550)^−p with p between ``least`` and ``greatest``."""

    least: float
    greatest: float

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """The exponents p (P,)."""
        return rng.uniform(self.least, self.greatest, count)

    def __call__(self, wavelength: FloatArray, grain: FloatArray) -> FloatArray:
        """S(λ)/S(550), (P, L)."""
        return np.asarray((wavelength / REFERENCE_NM) ** -grain[:, None])


@dataclass(frozen=True, slots=True)
class Resonance:
    """S with a broad peak at λ0 between ``least`` and ``greatest`` nm, as grains of one size have.

    S ∝ (a + b)/(b·x^−a + a·x^b), x = λ/λ0: it rises as x^a below the peak and falls as x^−b beyond.
    """

    least: float
    greatest: float
    rise: float
    fall: float

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """The peaks λ0 (P,) in nm."""
        return rng.uniform(self.least, self.greatest, count)

    def __call__(self, wavelength: FloatArray, grain: FloatArray) -> FloatArray:
        """S(λ)/S(550), (P, L)."""
        peak = grain[:, None]
        return self._inverse(REFERENCE_NM / peak) / self._inverse(wavelength / peak)

    def _inverse(self, x: FloatArray) -> FloatArray:
        return np.asarray(self.fall * x**-self.rise + self.rise * x**self.fall)
