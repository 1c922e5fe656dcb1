"""Pigments as sums of a few absorption bands, and the palette of the simulated paintings.

The positions of bands and edges are those of reflectance spectra in the literature:
A. Cosentino, e-conservation Journal 2, 53 (2014) and Heritage Science 2:8 (2014), 54 and 56
historical pigments from 360 to 1000 and 1700 nm; M. Aceto et al., Analytical Methods 6, 1488
(2014), pigments and dyes of manuscripts; J. Torrent, V. Barrón, "Diffuse reflectance spectroscopy",
Methods of Soil Analysis 5 (2008), iron oxides; R. L. Feller, A. Roy, E. W. FitzHugh, B. H. Berrie
(eds.), Artists' Pigments 1-4 (1986-2007); J. R. J. van Asperen de Boer, Applied Optics 7, 1711
(1968), what turns transparent in the infrared. Heights, widths and scattering are our parameters:
set so that the masstones and tints look like the pigment, in units of the scattering of lead white
at 550 nm. They imitate the behaviour of a pigment, not a measured sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.scattering import ScatteringLaw
from artextract_cli.simulate.styles.manner import Manner


@dataclass(frozen=True, slots=True)
class Band:
    """Gaussian absorption band: centre and standard deviation in nm, height in units of K."""

    centre: float
    width: float
    height: float

    def __call__(self, wavelength: FloatArray) -> FloatArray:
        """Absorption at the wavelengths (nm), same shape."""
        distance = (wavelength - self.centre) / self.width
        return np.asarray(self.height * np.exp(-0.5 * distance**2))


@dataclass(frozen=True, slots=True)
class Edge:
    """Absorption at all wavelengths below an edge, as of a semiconductor or an oxide (logistic).

    Position and width in nm, height in units of K. Reflectance rises where K falls below S, so the
    edge that the literature gives for a reflectance lies some 10 to 30 nm beyond the position.
    """

    position: float
    width: float
    height: float

    def __call__(self, wavelength: FloatArray) -> FloatArray:
        """Absorption at the wavelengths (nm), same shape."""
        return np.asarray(self.height / (1 + np.exp((wavelength - self.position) / self.width)))


@dataclass(frozen=True, kw_only=True)
class Pigment:
    """One pigment: S at 550 nm, and K as a flat floor plus bands and edges, per unit amount.

    ``source`` says what in the literature the shape follows.
    """

    name: str
    scattering: float
    floor: float
    shape: tuple[Band | Edge, ...] = ()
    source: str

    def absorption(self, wavelength: FloatArray) -> FloatArray:
        """K at the wavelengths (nm), same shape."""
        start = np.full(np.shape(wavelength), self.floor)
        return sum((part(wavelength) for part in self.shape), start=start)


Recipe = tuple[tuple[str, float], ...]
"""A mixture: names of pigments with their typical shares (any unit), one to three of them."""


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Everything a painter of one school has: pigments, mixtures, grounds, a manner of painting.

    ``recipes`` are the paints of a picture, ``grounds`` the usual preparations and ``dark_grounds``
    those on which a light underpainting shows. ``drawing`` names what hidden lines are drawn with,
    ``ink`` the ink that fades in the infrared, ``shadows`` what paints are darkened with, ``lines``
    the paints of visible dark lines and ``white`` the pigment of light underpaintings.

    ``scattering`` is the law by which S falls with the wavelength, with grains drawn for each
    pigment and scene. ``variation`` is the standard deviation of log K and of log S between
    batches of one pigment, ``drift`` that of the band positions in nm. ``manner`` is how the
    pictures are composed and painted. ``stream`` sets the random numbers of its scenes apart from
    those of other palettes.
    """

    name: str
    pigments: tuple[Pigment, ...]
    recipes: tuple[Recipe, ...]
    grounds: tuple[Recipe, ...]
    dark_grounds: tuple[Recipe, ...]
    drawing: tuple[str, ...]
    ink: str
    shadows: tuple[str, ...]
    lines: tuple[str, ...]
    white: str
    scattering: ScatteringLaw
    variation: float
    drift: float
    manner: Manner
    stream: tuple[int, ...] = ()

    def index(self, name: str) -> int:
        """Position of a pigment in ``pigments``."""
        return [pigment.name for pigment in self.pigments].index(name)

    def shares(self, recipe: Recipe) -> FloatArray:
        """The mixture as shares (P,) of all pigments, sum 1."""
        total = sum(share for _, share in recipe)
        parts = {name: share / total for name, share in recipe}
        return np.array([parts.get(pigment.name, 0.0) for pigment in self.pigments])


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The pigments of one scene: how each departs from the palette's parameters; arrays (P,)."""

    palette: Palette
    grain: FloatArray
    absorption_gain: FloatArray
    scattering_gain: FloatArray
    drift: FloatArray

    def optics(self, wavelengths: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """K and S, each (P, L) float32, at L wavelengths in nm."""
        nm = np.asarray(wavelengths, dtype=float)
        absorption = np.stack(
            [p.absorption(nm - d) for p, d in zip(self.palette.pigments, self.drift, strict=True)]
        )
        at_reference = np.array([pigment.scattering for pigment in self.palette.pigments])
        fall = self.palette.scattering(nm, self.grain)
        scattering = (at_reference * self.scattering_gain)[:, None] * fall
        absorption = absorption * self.absorption_gain[:, None]
        # Float32 from here on: what is computed from them has a spectrum for every pixel.
        return absorption.astype(np.float32), scattering.astype(np.float32)


def draw_batch(rng: np.random.Generator, palette: Palette) -> Batch:
    """A scene's own batch of every pigment of the palette."""
    count = len(palette.pigments)
    return Batch(
        palette=palette,
        grain=palette.scattering.draw(rng, count),
        absorption_gain=np.exp(palette.variation * rng.standard_normal(count)),
        scattering_gain=np.exp(palette.variation * rng.standard_normal(count)),
        drift=palette.drift * rng.standard_normal(count),
    )
