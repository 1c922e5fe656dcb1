"""The palette of one random painting: its pigments, their metamers, mixtures and manner."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import IntArray
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.mixing import COMPONENTS, Paints, masstones
from artextract_cli.simulate.optics.pigments import Batch, Palette, Pigment, Recipe, draw_batch
from artextract_cli.simulate.optics.scattering import PowerLaw, Resonance, ScatteringLaw
from artextract_cli.simulate.random_worlds import spectra
from artextract_cli.simulate.styles.manner import Manner
from artextract_cli.simulate.styles.moderns.manner import MODERNS_MANNER
from artextract_cli.simulate.styles.old_masters.manner import OLD_MASTERS_MANNER

# Placed first in the palette, blacks after whites, then the ink: `random_mixtures` relies on it.
WHITES, BLACKS = 2, 3
_COLOURED = (7, 15)
# Where the infrared is predictable, a residual may be trusted; elsewhere it may not. A model that
# has to tell the two apart needs paintings of both kinds.
_CALM_ODDS = 0.3  # of a palette whose infrared follows from the visible, but for a few pigments
# More are less alike in colour; a single one would give regions of one colour the same infrared.
_MATCHES = 4  # mixtures nearest to a colour, of which one is taken


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """A scene's pigments, and ``twins`` (P,): the pigment that looks like each, or itself."""

    batch: Batch
    twins: IntArray


def draw_workshop(rng: np.random.Generator) -> Workshop:
    """Everything that the painter of one scene has."""
    coloured, twin_of = _coloured_pigments(rng, int(rng.integers(*_COLOURED)))
    pigments: list[Pigment] = [
        *(spectra.pigment_of(f"w{i}", spectra.white(rng), rng.uniform(0.7, 1.5)) for i in (0, 1)),
        *(_black(rng, f"k{i}") for i in range(BLACKS)),
        spectra.pigment_of("ink", spectra.fading_ink(rng), rng.uniform(0.03, 0.12)),
    ]
    first = len(pigments)
    twins = np.concatenate([np.arange(first), first + twin_of])
    palette = _palette(rng, (*pigments, *coloured), first)
    return Workshop(batch=draw_batch(rng, palette), twins=twins)


def _black(rng: np.random.Generator, name: str) -> Pigment:
    return spectra.pigment_of(name, spectra.black(rng), rng.uniform(0.02, 0.15))


def _coloured_pigments(rng: np.random.Generator, count: int) -> tuple[list[Pigment], IntArray]:
    """Pigments, some followed by a twin of the same colour, and the twin of each."""
    pigments: list[Pigment] = []
    twins: list[int] = []
    calm = rng.random() < _CALM_ODDS
    # Pairs that look alike and differ in the infrared: without them the visible would explain
    # everything.
    twin_odds = 0.15 if calm else 0.5
    for number in range(count):
        masstone = spectra.coloured(rng, calm=calm)
        # From lakes to the strongest whites; lead white is 1.
        scattering = float(np.exp(rng.uniform(np.log(0.06), np.log(1.3))))
        place = len(pigments)
        pigments.append(spectra.pigment_of(f"p{number}", masstone, scattering))
        twins.append(place)
        if rng.random() < twin_odds:
            other = spectra.with_other_infrared(rng, masstone)
            pigments.append(spectra.pigment_of(f"p{number}'", other, scattering))
            twins[place:] = [place + 1, place]
    return pigments, np.array(twins)


def _palette(rng: np.random.Generator, pigments: tuple[Pigment, ...], first: int) -> Palette:
    """The palette of these pigments, whose coloured ones begin at ``first``."""
    names = [pigment.name for pigment in pigments[first:]]
    # K/S at 550 nm orders masstones by darkness: their reflectance falls with it.
    by_darkness = sorted(pigments[first:], key=_darkness, reverse=True)
    dark = [pigment.name for pigment in by_darkness[:4]]
    return Palette(
        name="random",
        pigments=pigments,
        recipes=tuple(_recipe(rng, names) for _ in range(rng.integers(10, 30))),
        grounds=tuple(_ground(rng, names, most) for most in (0.05, 0.15, 0.6)),
        dark_grounds=tuple(_dark_ground(rng, dark) for _ in range(2)),
        drawing=("k0", "k1", "k2"),
        ink="ink",
        shadows=("k0", "k1", *dark[:2]),
        lines=("k1", "k2", "ink", *dark[:3]),
        white="w0",
        scattering=_scattering(rng),
        variation=float(rng.uniform(0, 0.15)),
        drift=float(rng.uniform(0, 4)),
        manner=_manner(rng),
    )


def _darkness(pigment: Pigment) -> float:
    return float(pigment.absorption(np.array(550.0))) / pigment.scattering


def _recipe(rng: np.random.Generator, names: list[str]) -> Recipe:
    """One or two pigments, in most mixtures with white."""
    chosen = rng.choice(names, rng.integers(1, 3), replace=False)
    recipe = [(str(name), float(rng.uniform(0.1, 1))) for name in chosen]
    if rng.random() < 0.75:
        recipe.append((f"w{rng.integers(WHITES)}", float(rng.uniform(0.15, 3))))
    return tuple(recipe)


def _ground(rng: np.random.Generator, names: list[str], most: float) -> Recipe:
    tint = float(rng.uniform(0, most))
    return ((f"w{rng.integers(WHITES)}", 1 - tint), (str(rng.choice(names)), tint))


def _dark_ground(rng: np.random.Generator, dark: list[str]) -> Recipe:
    shares = rng.dirichlet((4, 1, 1))
    names = (str(rng.choice(dark)), f"k{rng.integers(BLACKS)}", f"w{rng.integers(WHITES)}")
    return tuple((name, float(share)) for name, share in zip(names, shares, strict=True))


def _scattering(rng: np.random.Generator) -> ScatteringLaw:
    """A law between coarse grains and fine ones."""
    if rng.random() < 0.5:
        least = rng.uniform(0.2, 1.2)
        return PowerLaw(least, least + rng.uniform(0.3, 1.5))
    least = rng.uniform(340, 520)
    return Resonance(least, least + rng.uniform(50, 250), rng.uniform(0.6, 1.4), rng.uniform(2, 4))


def _manner(rng: np.random.Generator) -> Manner:
    """The motifs of one school with the brush of either, thin or thick."""
    drawing, brush = (
        (OLD_MASTERS_MANNER, MODERNS_MANNER)[number] for number in rng.integers(2, size=2)
    )
    least = rng.uniform(0, 0.2)
    light, first, second, dark = rng.uniform((0, -0.5, -0.5, -0.8), (1, 0.5, 0.5, 0))
    return dataclasses.replace(
        drawing,
        brush=brush.brush,
        modelling=(least, least + rng.uniform(0.05, 0.5)),
        streaks=(light, first, second, dark),
        relief=float(rng.choice((0.03, 0.08, 0.14, 0.3))),
    )


def random_mixtures(rng: np.random.Generator, batch: Batch, count: int) -> Paints:
    """Paints (R,) of a white, two coloured pigments and a dark one, in that order."""
    total, first = len(batch.palette.pigments), WHITES + BLACKS + 1
    pigments = np.stack(
        [
            rng.integers(0, WHITES, count),
            rng.integers(first, total, count),
            rng.integers(first, total, count),
            rng.integers(WHITES, WHITES + BLACKS, count),
        ],
        axis=1,
    )
    # Logarithms of the shares: a mixture may be nearly pure, a tint, or nearly black.
    exponents = rng.uniform((-4, -1.5, -4, -8), (2.3, 0.5, 0.5, -0.5), (count, COMPONENTS))
    shares = np.exp(exponents).astype(np.float32)
    return Paints(shares=shares / shares.sum(axis=1, keepdims=True), pigments=pigments)


def paints_like(rng: np.random.Generator, batch: Batch, colours: FloatArray) -> Paints:
    """A mixture for each of the sRGB colours (R, 3): one of those that look most like it.

    The infrared of regions of one colour so differs within a painting as well.
    """
    # Distances (R, 1500): enough mixtures for a fair match, and still cheap for up to 40 colours.
    many = random_mixtures(rng, batch, 1500)
    unlike = np.linalg.norm(colours[:, None] - masstones(many, batch)[None, :, :3], axis=-1)
    nearest = np.argsort(unlike, axis=1)[:, :_MATCHES]
    chosen = nearest[np.arange(len(colours)), rng.integers(_MATCHES, size=len(colours))]
    return Paints(shares=many.shares[chosen], pigments=many.pigments[chosen])
