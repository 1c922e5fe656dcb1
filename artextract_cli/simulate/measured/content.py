"""Hidden content: drawings, dead colouring, a reused picture, ink, light touches."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from artextract_cli.simulate.measured.fields import Shape, lines_of, share_of, smooth
from artextract_cli.simulate.measured.optics import FloatArray
from artextract_cli.simulate.measured.paints import Coat, Paints, pure
from artextract_cli.simulate.measured.strokes import drawn, tracing

LINES = ("drawing", "ink")
KINDS = ("drawing", "underpainting", "reuse", "ink", "light")
# Chalk of haematite, which the infrared hardly shows, is as historical as charcoal (VA).
DRAWN_WITH = ("vine black", "lamp black", "bone black", "graphite", "red ochre")
DRAWN_OFTEN = (0.34, 0.22, 0.2, 0.14, 0.1)
DEAD_COLOURS = ("raw umber", "burnt umber", "bone black", "green earth", "red ochre", "vine black")


@dataclass(frozen=True, kw_only=True)
class Content:
    """One hidden layer: where it lies (H, W, 0 to 1), and the coat that it is."""

    cover: FloatArray
    coat: Coat

    def over(self, at: int, below: FloatArray) -> FloatArray:
        """Internal reflectance (H, W) of the layer over ``below`` at one wavelength."""
        return below + self.cover * (self.coat.over(at, below) - below)

    def xray(self) -> FloatArray:
        """μ·x (H, W) of the layer."""
        depth: FloatArray = self.cover * self.coat.xray()
        return depth


def plain_coat(paints: Paints, shape: Shape, thickness: FloatArray) -> Coat:
    """A coat of the first of ``paints``; the last two are not used."""
    zero = np.zeros(shape, np.float32)
    whole = np.zeros(shape, np.int32)
    return Coat(
        paints=paints,
        first=whole,
        second=whole,
        blend=zero,
        white=zero,
        dark=zero,
        thickness=thickness.astype(np.float32),
    )


def shares(rng: np.random.Generator, kinds: tuple[str, ...], coverage: float) -> list[float]:
    """Share of the picture for each kind, so that together they hide ``coverage`` of it."""
    # Lines get a third of what planes get: more of them would merge into planes.
    weights = [rng.uniform(0.2, 0.4) if kind in LINES else 1.0 for kind in kinds]
    # Bisection: kinds overlap by chance, so that their shares add up as 1 - (1 - a)(1 - b). 40
    # halvings are exact to rounding.
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        open_share = np.prod([1 - min(middle * w, 1.0) for w in weights])
        low, high = (middle, high) if 1 - open_share < coverage else (low, middle)
    return [min(high * w, 1.0) for w in weights]


def _worn(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Where a layer still holds (H, W, 0 or 1): most are whole, some have lost parts."""
    if rng.random() < 0.6:
        return np.ones(shape, np.float32)
    # Wear has large patches and, in them, a grain.
    rubbed = smooth(rng, shape, max(min(shape) / 8, 2)) + 0.8 * smooth(rng, shape, 2.5)
    return 1 - share_of(rubbed, rng.uniform(0.1, 0.4))


def line_cover(
    rng: np.random.Generator, shape: Shape, share: float, traced: list[FloatArray]
) -> FloatArray:
    """Coverage (H, W) of lines of pencil or brush; they grow wider when they must cover much."""
    width = rng.uniform(1.2, 3.2) * max(1.0, (min(shape) / 256) ** 0.5) * (1 + 4 * share)
    kept = _worn(rng, shape)
    # More is drawn where part of it is worn away, within reason.
    goal = share / max(float(kept.mean()), 0.3)
    sources: list[Callable[[], FloatArray]] = [lambda: drawn(rng, shape, width)]
    if traced and goal < 0.12 and rng.random() < 0.45:
        lightness = traced[int(rng.integers(len(traced)))]
        first = tracing(rng, lightness, width, rng.uniform(0.3, 1.0) * goal / width)
        shift = rng.normal(0, 1.5, 2)
        # Traced lines come first and once, a little beside the forms; others follow until the share
        # is met.
        pending = [first + np.array([*shift, 0.0])]
        sources[0] = lambda: pending.pop() if pending else drawn(rng, shape, width)
    return lines_of(sources[0], shape, goal) * kept


def broad_cover(
    rng: np.random.Generator, shape: Shape, share: float, traced: list[FloatArray]
) -> FloatArray:
    """Coverage (H, W) of planes: silhouettes, blots, a rectangle, or the lights of a picture."""
    least, way = min(shape), rng.random()
    score = smooth(rng, shape, least * rng.uniform(0.1, 0.45))
    if way < 0.2:
        rows, columns = (np.abs(np.linspace(-1, 1, n) - rng.uniform(-0.6, 0.6)) for n in shape)
        score = 0.02 * score - np.maximum(rows[:, None], rng.uniform(0.6, 1.6) * columns[None])
    elif way < 0.45 and traced:
        lightness = traced[int(rng.integers(len(traced)))]
        # Either the lights or the shades of a picture; lightness is 0 to 100, so that both terms
        # are alike.
        score = rng.choice([-1.0, 1.0]) * lightness / 25 + 0.7 * score
    elif way < 0.75:
        score = _silhouette(rng, shape) + 0.05 * score
    return share_of(score, share, _worn(rng, shape))


def _silhouette(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """A score (H, W) that falls off from one to three figures: heads, bodies, trees."""
    rows, columns = np.indices(shape, np.float32)
    score = np.full(shape, -np.inf, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        centre, size = rng.uniform(0.15, 0.85, 2) * shape, min(shape) * rng.uniform(0.5, 1.0)
        down, right = (rows - centre[0]) / size, (columns - centre[1]) / size
        angle, phases = np.arctan2(down, right), rng.uniform(0, 2 * np.pi, 5)
        # Harmonics 2 to 6, ever weaker: a bumpy but not a jagged outline.
        swings = rng.normal(0, 0.25, 5) / np.arange(1, 6)
        edge = sum(s * np.cos((k + 2) * angle + phases[k]) for k, s in enumerate(swings))
        score = np.maximum(score, -np.hypot(down, right * rng.uniform(0.6, 1.4)) * np.exp(-edge))
    return score


def touched(
    rng: np.random.Generator, names: tuple[str, ...], shape: Shape, wavelengths: FloatArray
) -> Coat:
    """A thin or thick coat of a pigment with a second one worked into it."""
    paints = pure(names, wavelengths)
    # Of the thickness that hides: hidden layers are thin as a rule.
    strength = rng.uniform(0.35, 1.1)
    texture = np.exp(0.3 * smooth(rng, shape, 4.0) + 0.25 * smooth(rng, shape, min(shape) / 4))
    coat = plain_coat(paints, shape, texture * strength * paints.hiding[0])
    blend = np.clip(0.25 + 0.35 * smooth(rng, shape, min(shape) / 5), 0, 1).astype(np.float32)
    return replace(coat, second=coat.first + 1, blend=blend)


def materials(rng: np.random.Generator, kind: str) -> tuple[str, ...]:
    """Pigments of one hidden layer: the main one first; the last two are of no account."""
    if kind == "drawing":
        name = str(rng.choice(DRAWN_WITH, p=DRAWN_OFTEN))
        return (name, name, name)
    if kind == "ink":
        name = "iron-gall ink" if rng.random() < 0.75 else "bistre"
        return (name, name, name)
    if kind == "light":
        name = str(rng.choice(["lead white", "lead white", "zinc white", "lead-tin yellow"]))
        return (name, "lead white", "lead white")
    first, second = (str(name) for name in rng.choice(DEAD_COLOURS, 2, replace=False))
    return (first, second, "lead white", "lead white")


def ground_after(
    ground: FloatArray, contents: list[Content], at: int, shape: Shape
) -> tuple[FloatArray, FloatArray]:
    """Bare ground and ground with what is hidden (H, W), internal, at one wavelength."""
    bare = np.full(shape, ground[at], np.float32)
    filled = bare
    for content in contents:
        filled = content.over(at, filled)
    return bare, filled
