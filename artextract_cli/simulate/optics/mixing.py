"""Paints: mixtures of pigments for the regions of a picture, how thick they must be, and metamers.

Paint is a map of loads (P, H, W): amount per area of each of the P pigments. Its KX and SX are the
pigments' K and S times the loads (`kubelka_munk`), so any mixture is one matrix product.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import IntArray
from artextract_cli.simulate.optics import kubelka_munk
from artextract_cli.simulate.optics.colour import VISIBLE_GRID, to_srgb, tristimulus
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.pigments import Batch

# A painter stops when the ground no longer shows: paint over black and over white then differs by
# less than this in X, Y and Z, which are 1 for a white surface. Glazes, which never hide the
# ground, get the largest thickness.
_HIDING_CONTRAST = 0.03
_THICKEST = 40.0

COMPONENTS = 4
"""Components of a paint: up to three pigments of its recipe, and one for its shadows."""

# At least 3 and fewer than 8: with many, every region would have an infrared of its own.
_RECIPES_OF_A_PICTURE = (3, 8)
_LOG_SHADOW = (np.log(0.001), np.log(0.03))  # of the shadow pigment's share
_CANDIDATES = 30  # mixtures tried per recipe to match a colour
_COLOUR_TOLERANCE = 0.08  # distance in sRGB that passes for a match under brushwork
# Where metamers are compared: far enough from the red for pigments to differ, and within the bands.
_INFRARED_NM = 900.0


@dataclass(frozen=True, kw_only=True)
class Paints:
    """The paint of each of R regions: shares and pigments of its components, each (R, 4)."""

    shares: FloatArray
    pigments: IntArray

    def amounts(self, labels: IntArray, tones: FloatArray, count: int) -> FloatArray:
        """Amounts (P, ...) float32, sum 1, of the regions ``labels`` (...).

        ``tones`` (4, ...) are added to the logarithms of the shares; ``count`` is P.
        """
        # (4, H, W), or (4, R) for the plain paints.
        weights = self.shares.T[:, labels] * np.exp(tones)
        weights /= weights.sum(axis=0)
        amounts = np.zeros((count, labels.size), np.float32)
        places = np.arange(labels.size)
        for component in range(COMPONENTS):  # one at a time: two may be the same pigment
            pigment = self.pigments[labels.ravel(), component]
            amounts[pigment, places] += weights[component].ravel()
        return amounts.reshape(count, *labels.shape)


def draw_paints(rng: np.random.Generator, batch: Batch, regions: int) -> Paints:
    """Paints for R regions, from the few recipes that one painter has on the board."""
    board = rng.permutation(len(batch.palette.recipes))[: rng.integers(*_RECIPES_OF_A_PICTURE)]
    return _mix(rng, batch, rng.choice(board, regions))


def _mix(rng: np.random.Generator, batch: Batch, order: IntArray) -> Paints:
    """The recipes ``order`` (R,), mixed by eye: shares vary by a factor of 1.5."""
    palette = batch.palette
    shares = np.zeros((len(palette.recipes), COMPONENTS), np.float32)
    pigments = np.zeros((len(palette.recipes), COMPONENTS), int)
    for row, recipe in enumerate(palette.recipes):
        for slot, (name, share) in enumerate(recipe):
            shares[row, slot], pigments[row, slot] = share, palette.index(name)
    shares, pigments = shares[order], pigments[order]
    shares *= np.exp(0.4 * rng.standard_normal(shares.shape))
    shadows = [palette.index(name) for name in palette.shadows]
    pigments[:, -1] = rng.choice(shadows)
    darkness = np.exp(rng.uniform(*_LOG_SHADOW, len(order)))
    shares[:, -1] = shares.sum(axis=1) * darkness
    return Paints(shares=shares / shares.sum(axis=1, keepdims=True), pigments=pigments)


def hiding_thickness(paints: Paints, batch: Batch) -> FloatArray:
    """Thickness (R,) at which each paint hides its ground from the eye, at most 40."""
    absorption, scattering = _optics(paints, batch, VISIBLE_GRID)
    # Steps of 9 %; (T, 1, 1), against R paints at L wavelengths.
    thickness = np.geomspace(0.3, _THICKEST, 60, dtype=np.float32)[:, None, None]
    r0, t = kubelka_munk.layer(absorption * thickness, scattering * thickness)
    white, black = (
        kubelka_munk.through_surface(kubelka_munk.over(r0, t, np.float32(ground)))
        # A white priming and a black, as in charts for hiding power; no paint is a perfect white or
        # black.
        for ground in (0.9, 0.05)
    )
    hides = tristimulus(white - black).max(axis=-1) < _HIDING_CONTRAST
    hides[-1] = True
    return np.asarray(thickness[hides.argmax(axis=0), 0, 0])


def metamers(rng: np.random.Generator, paints: Paints, batch: Batch) -> Paints:
    """For each paint the mixture of many that differs most in the infrared but not to the eye.

    Where no mixture matches the colour, the nearest one.
    """
    many = _mix(rng, batch, np.repeat(np.arange(len(batch.palette.recipes)), _CANDIDATES))
    own, other = (masstones(each, batch) for each in (paints, many))
    difference = own[:, None] - other
    unlike = np.linalg.norm(difference[..., :3], axis=-1)
    matches = unlike < _COLOUR_TOLERANCE
    # Matches are negative, so that they win over all others, the most different infrared first.
    best = np.where(matches, -np.abs(difference[..., 3]), unlike).argmin(axis=1)
    return Paints(shares=many.shares[best], pigments=many.pigments[best])


def join(first: Paints, second: Paints) -> Paints:
    """The paints of the first, then those of the second."""
    return Paints(
        shares=np.concatenate([first.shares, second.shares]),
        pigments=np.concatenate([first.pigments, second.pigments]),
    )


def masstones(paints: Paints, batch: Batch) -> FloatArray:
    """Colour, sRGB coded, and reflectance at 900 nm of each paint laid thick, (R, 4)."""
    optics = _optics(paints, batch, (*VISIBLE_GRID, _INFRARED_NM))
    reflectance = kubelka_munk.through_surface(kubelka_munk.infinite_reflectance(*optics))
    return np.concatenate([to_srgb(reflectance[:, :-1]), reflectance[:, -1:]], axis=1)


def _optics(
    paints: Paints, batch: Batch, wavelengths: Sequence[float]
) -> tuple[FloatArray, FloatArray]:
    """K and S, each (R, L), of the paints at L wavelengths in nm."""
    absorption, scattering = batch.optics(wavelengths)
    still = np.zeros((COMPONENTS, len(paints.shares)), np.float32)
    amounts = paints.amounts(np.arange(len(paints.shares)), still, len(absorption)).T
    return amounts @ absorption, amounts @ scattering
