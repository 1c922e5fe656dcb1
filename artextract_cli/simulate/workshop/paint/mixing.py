"""From colours to paint: mixtures of a palette, and how thick a paint has to be to hide."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.paint import optics
from artextract_cli.simulate.workshop.paint.colour import (
    RGB_WEIGHTS,
    VISIBLE_NM,
    XYZ_WEIGHTS,
    decoded,
    lab_of_rgb,
)
from artextract_cli.simulate.workshop.paint.pigments import Batch

# Twice the pigments of a palette are set aside for pure pigments and greys; more mixtures match
# colours better and make the table slower, (levels^3, mixtures) distances.
_N_MIXTURES = 420
_LEVELS = 13  # of each coded channel in the table of colours
_HIDING_L = 3.5  # difference in L* over white and black that the eye overlooks in a picture
# Grounds over which a paint is tested, as on a chart for hiding power.
_WHITE_AND_BLACK = (0.9, 0.04)
_MOST = 45.0  # no paint is thicker: lakes and glazes never hide what is beneath them
_BLACKS = ("bone_black", "lamp_black", "vine_black")


@dataclass(frozen=True, kw_only=True)
class Library:
    """What a painter would mix: loads (levels³, P) that match coded sRGB and just hide."""

    table: FloatArray

    def loads(self, colours: FloatArray) -> FloatArray:
        """Loads (N, P) for coded colours (N, 3), interpolated between those of the table."""
        # Trilinear interpolation of a table of 13^3 colours: nearest mixtures are sought for these
        # alone, not for every pixel.
        place = np.clip(colours, 0, 1) * (_LEVELS - 1)
        corner = np.minimum(place.astype(np.int64), _LEVELS - 2)
        part = (place - corner).astype(np.float32)
        start = (corner[:, 0] * _LEVELS + corner[:, 1]) * _LEVELS + corner[:, 2]
        total = np.zeros((len(colours), self.table.shape[1]), np.float32)
        # The eight corners of the cell; one at a time, (N, P) in all.
        for index in range(8):
            bits = np.array([index >> 2, index >> 1 & 1, index & 1])
            weight = np.prod(np.where(bits == 1, part, 1 - part), axis=1)
            step = int(bits @ [_LEVELS**2, _LEVELS, 1])
            total += weight[:, None] * self.table[start + step]
        return total


def draw_library(
    rng: np.random.Generator, batch: Batch, palette: Sequence[str], gloss: float
) -> Library:
    """What can be mixed from the pigments of a palette, which all belong to the batch."""
    shares = _mixtures(rng, batch.names, palette)
    absorption, scattering = (shares @ part for part in batch.coefficients(VISIBLE_NM))
    hiding = _hiding_thickness(absorption, scattering)
    ratio = absorption / scattering
    # Kubelka and Munk's reflectance of a layer that hides everything.
    masstone = 1 + ratio - np.sqrt(ratio**2 + 2 * ratio)
    colours = lab_of_rgb(optics.under_gloss(masstone, gloss) @ RGB_WEIGHTS.T)
    # Mixtures are scaled to the thickness at which they hide, so that a thickness of 1 means the
    # same for every colour.
    table = _nearest(_levels(), colours) @ (shares * hiding[:, None])
    return Library(table=table.astype(np.float32))


def _levels() -> FloatArray:
    """CIELAB (levels³, 3) of the colours of the table."""
    steps = np.linspace(0, 1, _LEVELS)
    coded = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    return lab_of_rgb(decoded(coded))


def _nearest(wanted: FloatArray, offered: FloatArray) -> FloatArray:
    """Weights (wanted, offered) of the three mixtures that are nearest in colour."""
    # Squares of all distances by one matrix product, (levels^3, mixtures).
    squares = (wanted**2).sum(1)[:, None] + (offered**2).sum(1)[None] - 2 * wanted @ offered.T
    # Three, not one: neighbouring colours then do not jump from one mixture to quite another.
    best = np.argpartition(squares, 3, axis=1)[:, :3]
    rows = np.arange(len(wanted))[:, None]
    # The product can leave small negative squares; the 1 is a difference that the eye does not see.
    weights = 1 / (np.maximum(squares[rows, best], 0) + 1.0) ** 2
    result = np.zeros_like(squares)
    result[rows, best] = weights / weights.sum(axis=1, keepdims=True)
    return np.asarray(result)


def _mixtures(rng: np.random.Generator, names: Sequence[str], palette: Sequence[str]) -> FloatArray:
    """Shares (M, P): one to three colours with some white or black; each pigment also alone."""
    place = {name: index for index, name in enumerate(names)}
    chromatic = [name for name in palette if "white" not in name and name not in _BLACKS]
    white = next(place[name] for name in palette if "white" in name)
    black = next(place[name] for name in palette if name in _BLACKS)
    shares = np.zeros((_N_MIXTURES, len(names)))
    for row in shares:
        chosen = rng.choice(chromatic, size=rng.integers(1, 4), replace=False)
        row[[place[str(name)] for name in chosen]] = rng.dirichlet(np.full(len(chosen), 0.8))
        # Most mixtures are either nearly pure or hold little colour.
        row *= rng.beta(0.5, 0.5)
        row[white] += (1 - row.sum()) * (1 if rng.random() < 0.75 else rng.random())
        row[black] += 1 - row.sum() if rng.random() < 0.6 else 0.0
    # Every pigment alone, then a scale of greys: without them saturated and neutral colours are
    # missed.
    shares[: len(palette)] = np.eye(len(names))[[place[name] for name in palette]]
    shares[len(palette) : 2 * len(palette), :] = 0
    greys = np.linspace(0, 1, len(palette)) ** 2
    shares[len(palette) : 2 * len(palette), white] = 1 - greys
    shares[len(palette) : 2 * len(palette), black] = greys
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _lightness(reflectance: FloatArray) -> FloatArray:
    luminance = np.maximum(reflectance @ XYZ_WEIGHTS[1], 1e-6)
    root = 116 * np.cbrt(luminance) - 16
    return np.asarray(np.where(luminance > 0.008856, root, 903.3 * luminance))


def _hiding_thickness(absorption: FloatArray, scattering: FloatArray) -> FloatArray:
    """Thickness (M,) at which underlying white and black differ by less than the eye notices."""
    low, high = np.full(len(absorption), -3.0), np.full(len(absorption), np.log(_MOST))
    # Bisection in the logarithm; 18 halvings leave less than 0.01 %.
    for _ in range(18):
        middle = (low + high) / 2
        thickness = np.exp(middle)[:, None]
        paint = optics.layer(absorption * thickness, scattering * thickness)
        over = [_lightness(optics.over(paint, np.asarray(tone))) for tone in _WHITE_AND_BLACK]
        shows = over[0] - over[1] > _HIDING_L
        low, high = np.where(shows, middle, low), np.where(shows, high, middle)
    return np.asarray(np.exp(high))
