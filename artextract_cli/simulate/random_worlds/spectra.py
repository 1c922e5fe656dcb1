"""Invented pigments: masstone spectra drawn at random.

The behaviour of a pigment beyond 640 nm is drawn independently of its colour, so that no relation
between the visible and the infrared holds from one painting to the next.
"""

from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.content.fields import smooth_noise
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.pigments import Pigment

GRID_NM = np.arange(340.0, 1141.0, 5.0)
"""Wavelengths at which a spectrum is drawn; wider than the bands, since batches shift it."""

# K/S is (1 - R)^2/(2 R): it grows without limit towards 0 and vanishes at 1.
_LEAST, _GREATEST = 0.012, 0.965  # reflectance of any masstone
_INFRARED_NM = (640.0, 1060.0)  # where the steps and bands beyond the colour lie


@dataclass(frozen=True, kw_only=True)
class SampledPigment(Pigment):
    """A pigment whose K is tabulated on `GRID_NM` and interpolated linearly."""

    table: tuple[float, ...]

    def absorption(self, wavelength: FloatArray) -> FloatArray:
        """K at the wavelengths (nm), same shape."""
        return np.interp(wavelength, GRID_NM, self.table)


def pigment_of(name: str, masstone: FloatArray, scattering: float) -> SampledPigment:
    """The pigment with this S at 550 nm whose thick layer reflects ``masstone`` (L,)."""
    # Kubelka and Munk's K/S of an opaque layer. S is that at 550 nm, so that in a batch whose S
    # falls the infrared masstone is darker than drawn.
    absorption = scattering * (1 - masstone) ** 2 / (2 * masstone)
    return SampledPigment(
        name=name,
        scattering=scattering,
        floor=0.0,
        table=tuple(absorption.tolist()),
        source="drawn at random",
    )


def white(rng: np.random.Generator) -> FloatArray:
    """Masstone (L,) of a white that absorbs in the ultraviolet alone."""
    rise = _step(rng.uniform(355, 408), rng.uniform(4, 12))
    return _limited(rng.uniform(0.86, 0.96) * rise * _tilt(rng, 0.04))


def black(rng: np.random.Generator) -> FloatArray:
    """Masstone (L,) of a black, which may turn paler in the infrared."""
    rise = _step(rng.uniform(600, 1000), rng.uniform(30, 120))
    return _limited(rng.uniform(0.015, 0.05) + rng.uniform(0, 0.06) * rise)


def fading_ink(rng: np.random.Generator) -> FloatArray:
    """Masstone (L,) of an ink that is dark to the eye and pale in the infrared."""
    rise = _step(rng.uniform(700, 930), _log_uniform(rng, 12, 60))
    return _limited(rng.uniform(0.03, 0.08) + rng.uniform(0.3, 0.8) * rise)


def coloured(rng: np.random.Generator, *, calm: bool = False) -> FloatArray:
    """Masstone (L,) of a coloured or dull pigment; ``calm`` ones are all pale in the infrared."""
    floor = np.full(GRID_NM.shape, rng.uniform(0.03, 0.2))
    shape = (_edge, _edge, _bands, _bands, _dull)[rng.integers(5)]
    if calm:
        return _paling(rng, floor + shape(rng))
    return _with_infrared(rng, floor + shape(rng), steps=int(rng.integers(0, 4)))


def with_other_infrared(rng: np.random.Generator, masstone: FloatArray) -> FloatArray:
    """The masstone (L,) of a pigment that looks nearly the same but differs in the infrared."""
    return _with_infrared(rng, masstone, steps=int(rng.integers(1, 4)))


def _with_infrared(rng: np.random.Generator, masstone: FloatArray, *, steps: int) -> FloatArray:
    """The masstone (L,) with steps past its colour, to any level, and perhaps an absorption."""
    for _ in range(steps):
        step = _step(rng.uniform(*_INFRARED_NM), _log_uniform(rng, 8, 70))
        # Any level in nearly half of the steps, pale in the rest: most real pigments lose
        # absorption in the infrared (A. Cosentino, Heritage Science 2:8, 2014).
        level = rng.uniform(0.03, 0.92) if rng.random() < 0.45 else rng.uniform(0.4, 0.92)
        masstone = masstone * (1 - step) + level * step
    if rng.random() < 0.4:
        band = _bump(rng.uniform(*_INFRARED_NM), rng.uniform(30, 140))
        masstone = masstone * (1 - rng.uniform(0.05, 0.4) * band)
    return _limited(masstone * _ripple(rng))


def _paling(rng: np.random.Generator, masstone: FloatArray) -> FloatArray:
    """The masstone (L,) with one rise past its colour, as many real pigments have."""
    step = _step(rng.uniform(640, 760), _log_uniform(rng, 12, 40))
    return _limited((masstone * (1 - step) + rng.uniform(0.6, 0.85) * step) * _ripple(rng))


def _edge(rng: np.random.Generator) -> FloatArray:
    """The rise of a yellow, orange or red."""
    return rng.uniform(0.2, 0.8) * _step(rng.uniform(440, 680), _log_uniform(rng, 6, 40))


def _bands(rng: np.random.Generator) -> FloatArray:
    """One or two reflection bands of a blue, green or violet."""
    bands = [
        rng.uniform(0.08, 0.5) * _bump(rng.uniform(410, 620), rng.uniform(20, 60))
        for _ in range(rng.integers(1, 3))
    ]
    return np.asarray(sum(bands))


def _dull(rng: np.random.Generator) -> FloatArray:
    """The slow rise of an earth."""
    return rng.uniform(0, 0.35) * _step(rng.uniform(450, 700), rng.uniform(20, 90))


def _step(position: float, width: float) -> FloatArray:
    # Clipped, so that the exponential of a narrow step does not overflow.
    return np.asarray(1 / (1 + np.exp(-np.clip((GRID_NM - position) / width, -50, 50))))


def _bump(centre: float, width: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * ((GRID_NM - centre) / width) ** 2))


def _tilt(rng: np.random.Generator, most: float) -> FloatArray:
    """A factor (L,) that rises or falls slowly with the wavelength."""
    return 1 + rng.uniform(-most, most) * (GRID_NM - 550) / 500


def _ripple(rng: np.random.Generator) -> FloatArray:
    """A factor (L,) about 1 that wavers over some 60 nm, as real spectra do."""
    return np.asarray(np.exp(0.04 * smooth_noise(rng, (1, len(GRID_NM)), 12)[0]))


def _limited(masstone: FloatArray) -> FloatArray:
    return np.clip(masstone, _LEAST, _GREATEST)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
