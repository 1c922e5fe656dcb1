"""Paints mixed from a painter's pigments, and chosen by the colour that they should have."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from artextract_cli.simulate.measured.optics import (
    VISIBLE,
    FloatArray,
    film,
    hiding_thickness,
    lab_of_spectra,
    opaque_reflectance,
)
from artextract_cli.simulate.measured.pigments import coefficients
from artextract_cli.simulate.radiograph.attenuation import attenuation_of

EARTHS = ("yellow ochre", "red ochre", "raw umber", "burnt umber", "green earth", "burnt sienna")
# White first, then black; what painters of four periods had (Cosentino 2014 lists the pigments).
PERIODS = (
    (
        *("lead white", "vine black", *EARTHS[:5], "lead-tin yellow", "orpiment", "vermilion"),
        *("red lead", "madder lake", "carmine", "ultramarine", "azurite", "indigo"),
        *("malachite", "verdigris", "yellow lake"),
    ),
    (
        *("lead white", "bone black", *EARTHS, "lead-tin yellow", "vermilion", "carmine", "smalt"),
        *("madder lake", "ultramarine", "azurite", "indigo", "Van Dyke brown", "raw sienna"),
        *("yellow lake", "Naples yellow"),
    ),
    (
        *("lead white", "bone black", *EARTHS, "Naples yellow", "chrome yellow", "vermilion"),
        *("madder lake", "carmine", "cobalt blue", "Prussian blue", "ultramarine", "viridian"),
        *("emerald green", "Van Dyke brown", "raw sienna", "cerulean blue"),
    ),
    (
        *("titanium white", "lamp black", *EARTHS, "cadmium yellow", "cadmium red", "viridian"),
        *("chromium oxide green", "cobalt blue", "cerulean blue", "phthalocyanine blue"),
        *("ultramarine", "raw sienna", "zinc white", "madder lake"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Paints:
    """Paints as absorption and scattering (n, visible and then bands), with their thickness.

    ``xray`` (n,) is μ·x of a unit thickness, for radiographs.
    """

    absorption: FloatArray
    scattering: FloatArray
    xray: FloatArray

    @cached_property
    def hiding(self) -> FloatArray:
        """Thickness (n) that just hides the ground from the eye."""
        n = len(VISIBLE)
        return hiding_thickness(self.absorption[:, :n], self.scattering[:, :n])

    @cached_property
    def lab(self) -> FloatArray:
        """Colour (n, 3) of an opaque film."""
        n = len(VISIBLE)
        return lab_of_spectra(opaque_reflectance(self.absorption[:, :n], self.scattering[:, :n]))

    def take(self, which: np.ndarray) -> "Paints":
        """Some of the paints."""
        return Paints(
            absorption=self.absorption[which],
            scattering=self.scattering[which],
            xray=self.xray[which],
        )

    def joined(self, other: "Paints") -> "Paints":
        """These paints and then others."""
        return Paints(
            absorption=np.concatenate([self.absorption, other.absorption]),
            scattering=np.concatenate([self.scattering, other.scattering]),
            xray=np.concatenate([self.xray, other.xray]),
        )


def pure(names: tuple[str, ...], wavelengths: FloatArray) -> Paints:
    """Each of these pigments as a paint of its own."""
    absorption, scattering = coefficients(names, wavelengths)
    return Paints(absorption=absorption, scattering=scattering, xray=attenuation_of(names))


def mixed(shares: FloatArray, names: tuple[str, ...], wavelengths: FloatArray) -> Paints:
    """Mixtures by volume: ``shares`` (n, n names), rows of sum one."""
    absorption, scattering = coefficients(names, wavelengths)
    return Paints(
        absorption=shares @ absorption,
        scattering=shares @ scattering,
        xray=shares @ attenuation_of(names),
    )


def recipes(rng: np.random.Generator, names: tuple[str, ...], n: int) -> FloatArray:
    """Shares (n, n names) as a painter mixes: one to three colours, most with white or black."""
    shares = np.zeros((n, len(names)))
    rows = np.arange(n)
    # Logarithms to the base of ten: a main colour of .5 to 1, a second of .025 to 1, a third of a
    # trace to one half.
    for exponent in ((-0.3, 0.0), (-1.6, 0.0), (-2.5, -0.3)):
        chosen = rng.integers(2, len(names), n)
        shares[rows, chosen] += 10 ** rng.uniform(*exponent, n)
    # A third of the recipes keep only colours of at least one half: these are nearly pure.
    shares[: n // 3] = shares[: n // 3] * (shares[: n // 3] >= 0.5)
    white, black = rng.uniform(-1.5, 2.2, n), rng.uniform(-2.5, 0.6, n)
    shares[:, 0] += np.where(rng.random(n) < 0.8, 10**white, 0.0)
    shares[:, 1] += np.where(rng.random(n) < 0.35, 10**black, 0.0)
    result: FloatArray = shares / shares.sum(1, keepdims=True)
    return result


def stock(rng: np.random.Generator, period: int, wavelengths: FloatArray) -> Paints:
    """Many mixtures of the pigments that one painter of a period uses."""
    names = PERIODS[period]
    # 6 to 10 colours beside white and black, which every painter has.
    kept = rng.permutation(len(names) - 2)[: rng.integers(6, 11)] + 2
    mine = (names[0], names[1], *(names[i] for i in sorted(kept)))
    # Enough for a near match of 8 to 30 colours; (1800, colours) distances remain small.
    return mixed(recipes(rng, mine, 1800), mine, wavelengths)


def matched(
    rng: np.random.Generator, colours: FloatArray, among: Paints, choices: int
) -> np.ndarray:
    """For each colour (n, 3) in CIELAB, one of the ``choices`` paints that are nearest to it."""
    # Lightness counts a little more than hue. Rounded, so that ties break alike on every machine.
    distance = ((colours[:, None] - among.lab[None]) ** 2 @ np.array([1.0, 0.8, 0.8])).round(6)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :choices]
    return nearest[np.arange(len(colours)), rng.integers(0, choices, len(colours))]


@dataclass(frozen=True, kw_only=True)
class Coat:
    """A coat whose paint changes from pixel to pixel.

    ``first`` and ``second`` (H, W) are numbers of paints and ``blend`` is the share of the second;
    ``white`` and ``dark`` are shares of the last two paints, stirred in for light and shade.
    ``thickness`` (H, W) is absolute.
    """

    paints: Paints
    first: np.ndarray
    second: np.ndarray
    blend: FloatArray
    white: FloatArray
    dark: FloatArray
    thickness: FloatArray

    def over(self, at: int, below: FloatArray) -> FloatArray:
        """Internal reflectance (H, W) of the coat over ``below`` at one wavelength."""
        # One wavelength at a time: (H, W) maps, not spectra of all pixels.
        absorption = self._mixed(self.paints.absorption[:, at])
        return film(absorption, self._mixed(self.paints.scattering[:, at]), self.thickness, below)

    def xray(self) -> FloatArray:
        """μ·x (H, W) of the coat."""
        depth: FloatArray = self._mixed(self.paints.xray) * self.thickness
        return depth

    def _mixed(self, values: FloatArray) -> FloatArray:
        values = values.astype(np.float32)
        colour = values[self.first]
        colour += self.blend * (values[self.second] - colour)
        rest = 1 - self.white - self.dark
        result: FloatArray = colour * rest + self.white * values[-2] + self.dark * values[-1]
        return result
