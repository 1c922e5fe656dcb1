"""The plan of a painting of the world "measured": its content and layout, drawn at random."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from artextract_cli.simulate.measured import content as below
from artextract_cli.simulate.measured import surface
from artextract_cli.simulate.measured.camera import blurred
from artextract_cli.simulate.measured.content import Content
from artextract_cli.simulate.measured.fields import Shape, lines_of, share_of, smooth
from artextract_cli.simulate.measured.optics import (
    VISIBLE,
    FloatArray,
    lab_of_linear,
    opaque_reflectance,
)
from artextract_cli.simulate.measured.paints import Coat, Paints, matched, mixed, pure, stock
from artextract_cli.simulate.measured.pictures import composed, painted
from artextract_cli.simulate.measured.strokes import drawn
from artextract_cli.simulate.settings import SceneSettings

STREAM = 0x3EA5
"""Keeps the random numbers of this world apart from those of the others."""
LINE_PAINTS = (
    "lamp black",
    "bone black",
    "burnt umber",
    "Prussian blue",
    "iron-gall ink",
    "indigo",
)
GLAZES = ("madder lake", "carmine", "verdigris", "Van Dyke brown", "yellow lake", "bone black")
Streams = Callable[[str], np.random.Generator]


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Every setting with a value: the given one, or one drawn from a realistic range."""

    kinds: tuple[str, ...]
    coverage: float
    thickness: float
    dark_lines: float
    metamers: float
    craquelure: float
    weave: float
    vignetting: float
    exposure: float
    misregistration: float
    noise: float


@dataclass(frozen=True, kw_only=True)
class Painting:
    """A painting before it is rendered; ``ground`` is its internal reflectance at each wave.

    ``ground_xray`` is μ·x of a unit load of the ground.
    """

    shape: Shape
    ground: FloatArray
    ground_xray: float
    contents: list[Content]
    coat: Coat
    glaze: Content | None
    lines: list[Content]
    relief: surface.Relief
    varnish: surface.Varnish


def random_streams(parts: Sequence[int]) -> Streams:
    """Random numbers by purpose, so that a change of one purpose leaves the others as they were."""
    return lambda name: np.random.default_rng(
        np.random.SeedSequence([*parts, STREAM, zlib.crc32(name.encode())])
    )


def _some_kinds(rng: np.random.Generator) -> tuple[str, ...]:
    # Beside the clean scenes that the caller asks for, a fifth of the others hide nothing.
    if rng.random() < 0.2:
        return ()
    n = int(rng.choice([1, 2, 3], p=[0.65, 0.28, 0.07]))
    chosen = rng.choice(len(below.KINDS), n, replace=False)
    return tuple(below.KINDS[i] for i in sorted(chosen))


def _some_coverage(rng: np.random.Generator, kinds: tuple[str, ...]) -> float:
    only_lines = all(kind in below.LINES for kind in kinds)
    # Lines on more than a tenth of the picture would merge into planes.
    least, most = (0.003, 0.09) if only_lines else (0.01, 0.35)
    # Uniform in the logarithm: faint content is as frequent as broad.
    return float(least * (most / least) ** rng.random())


def _sometimes(rng: np.random.Generator, chance: float, least: float, most: float) -> float:
    return float(rng.uniform(least, most)) if rng.random() < chance else 0.0


def draw_conditions(rng: Streams, settings: SceneSettings) -> Conditions:
    """The given conditions, and for the others realistic ones; each has numbers of its own."""
    kinds = _some_kinds(rng("kinds")) if settings.kinds is None else tuple(settings.kinds)
    drawn_values = {
        "coverage": _some_coverage(rng("coverage"), kinds),
        # A median of 1.1: in most scenes the paint hides its ground, in some it does not.
        "thickness": float(np.exp(rng("thickness").normal(0.1, 0.35))),
        "dark_lines": _sometimes(rng("dark_lines"), 0.55, 0.002, 0.025),
        "metamers": _sometimes(rng("metamers"), 0.55, 0.01, 0.12),
        "craquelure": _sometimes(rng("craquelure"), 0.5, 0.03, 0.3),
        "weave": _sometimes(rng("weave"), 0.75, 0.004, 0.04),
        "vignetting": float(rng("vignetting").uniform(0, 0.15)),
        "exposure": float(rng("exposure").uniform(0, 0.04)),
        "misregistration": float(rng("misregistration").uniform(0, 0.6)),
        "noise": float(0.001 * 6 ** rng("noise").random()),
    }
    given = {name: getattr(settings, name) for name in drawn_values}
    # No coverage means a clean scene, whose truth must say so.
    kinds = () if given["coverage"] == 0 else kinds
    values = {name: drawn_values[name] if v is None else float(v) for name, v in given.items()}
    return Conditions(kinds=kinds, **values)


def plan_painting(
    rng: Streams, shape: Shape, waves: FloatArray, conditions: Conditions
) -> Painting:
    """Draw everything that one painting shows and hides."""
    period = int(rng("period").integers(4))
    brush = surface.brushwork(rng("brush"), shape)
    picture = composed(rng("picture"), shape)
    mine = stock(rng("stock"), period, waves)
    coat = painted(rng("painted"), picture, mine, _aids(rng("aids"), period, waves), brush)
    coat = _retouched(rng, coat, shape, waves, conditions.metamers)
    relief = _relief(rng, shape, brush, conditions)
    ground = _ground(rng("ground"), waves, toned="light" in conditions.kinds)
    return Painting(
        shape=shape,
        ground=opaque_reflectance(ground.absorption, ground.scattering)[0],
        ground_xray=float(ground.xray[0]),
        contents=_contents(rng, picture, brush, waves, mine, conditions),
        coat=replace(coat, thickness=_thickness(rng, coat, brush, relief, conditions.thickness)),
        glaze=_glaze(rng("glaze"), shape, waves),
        lines=_lines(rng, shape, waves, conditions.dark_lines),
        relief=relief,
        varnish=surface.varnish(rng("varnish"), shape),
    )


def _aids(rng: np.random.Generator, period: int, waves: FloatArray) -> Paints:
    """The white and the dark with which a painter turns a colour to light and shade."""
    white = "titanium white" if period == 3 else "lead white"
    dark = ("vine black", "bone black", "burnt umber", "Van Dyke brown")[int(rng.integers(4))]
    return pure((white, dark), waves)


def _ground(rng: np.random.Generator, waves: FloatArray, *, toned: bool) -> Paints:
    """The paint of the ground: white, or toned with earths."""
    names = ("lead white", "chalk", "yellow ochre", "red ochre", "burnt umber", "bone black")
    # Nearly white: traces of earths between .01 and 1 %.
    white = np.array([0.6, 0.4, *10 ** rng.uniform(-4, -2, 4)])
    tone = np.array([0.35, 0.3, *10 ** rng.uniform(-1.6, -0.2, 2), *rng.uniform(0.02, 0.35, 2)])
    chosen = tone if rng.random() < 0.2 or toned else white
    return mixed(chosen[None] / chosen.sum(), names, waves)


def _contents(
    rng: Streams,
    picture: FloatArray,
    brush: FloatArray,
    waves: FloatArray,
    mine: Paints,
    conditions: Conditions,
) -> list[Content]:
    """The hidden layers, from the ground up; they may follow the picture that covers them."""
    shape = picture.shape[:2]
    own = lab_of_linear(picture)[..., 0].astype(np.float32)
    parts = below.shares(rng("shares"), conditions.kinds, conditions.coverage)
    made = []
    for kind, share in zip(conditions.kinds, parts, strict=True):
        numbers = rng(f"hidden {kind}")
        other = composed(numbers, shape)
        traced = [own, lab_of_linear(other)[..., 0].astype(np.float32)]
        thin = kind in below.LINES or (kind == "light" and numbers.random() < 0.45)
        cover = (below.line_cover if thin else below.broad_cover)(numbers, shape, share, traced)
        if kind == "reuse":
            aids = _aids(numbers, 0, waves)
            # In the painter's own stock, since a support is mostly reused within a workshop.
            coat = painted(numbers, other, mine, aids, brush)
            strength = np.float32(numbers.uniform(0.7, 1.3))
            coat = replace(coat, thickness=coat.thickness * strength)
        else:
            coat = below.touched(numbers, below.materials(numbers, kind), shape, waves)
        made.append(Content(cover=cover, coat=coat))
    return made


def _retouched(rng: Streams, coat: Coat, shape: Shape, waves: FloatArray, share: float) -> Coat:
    """The coat with a share repainted by another hand: other pigments, as near in colour."""
    numbers = rng("retouched")
    score = smooth(numbers, shape, min(shape) * numbers.uniform(0.06, 0.25))
    where = share_of(score, share) > 0.5
    # Of the 19th century or modern: retouching is mostly younger than the painting.
    others = stock(numbers, int(numbers.choice([2, 3, 3])), waves)
    # The last two are white and dark; the twins go before them, where `Coat` expects these.
    n = len(coat.paints.absorption) - 2
    twins = others.take(matched(numbers, coat.paints.lab[:n], others, 1))
    paints = coat.paints.take(np.arange(n)).joined(twins)
    paints = paints.joined(coat.paints.take(np.arange(n, n + 2)))
    hiding = twins.hiding.astype(np.float32)
    return replace(
        coat,
        paints=paints,
        first=np.where(where, coat.first + n, coat.first),
        second=np.where(where, coat.second + n, coat.second),
        # A retouching is laid on until it hides, whatever the thickness around it.
        thickness=np.where(where, hiding[coat.first], coat.thickness),
    )


def _relief(
    rng: Streams, shape: Shape, brush: FloatArray, conditions: Conditions
) -> surface.Relief:
    numbers = rng("lamp")
    angle = numbers.uniform(0, 2 * np.pi)
    return surface.Relief(
        brush=surface.slope(brush, angle).astype(np.float32),
        weave=surface.support(rng("support"), shape).astype(np.float32),
        crack=surface.cracks(rng("cracks"), shape).astype(np.float32),
        brush_gain=float(numbers.uniform(0.003, 0.04)),
        weave_gain=conditions.weave,
        crack_gain=conditions.craquelure,
    )


def _thickness(
    rng: Streams, coat: Coat, brush: FloatArray, relief: surface.Relief, strength: float
) -> FloatArray:
    """Thickness (H, W) of the paint: thick and thin strokes, less on threads, rubbed in places."""
    numbers, shape = rng("thickness of the paint"), brush.shape
    uneven = numbers.uniform(0.05, 0.25) * brush
    uneven = uneven + numbers.uniform(0.05, 0.25) * smooth(numbers, shape, min(shape) / 5)
    uneven = uneven + min(2.5 * relief.weave_gain, 0.1) * relief.weave
    rubbed = np.ones(shape, np.float32)
    if numbers.random() < 0.3:
        score = smooth(numbers, shape, min(shape) / 6) + 0.5 * relief.weave
        rubbed -= numbers.uniform(0.2, 0.6) * share_of(score, numbers.uniform(0.01, 0.06))
    result: FloatArray = (coat.thickness * strength * np.exp(uneven) * rubbed).astype(np.float32)
    return result


def _glaze(rng: np.random.Generator, shape: Shape, waves: FloatArray) -> Content | None:
    """A thin film of colour over a part of the picture, or none."""
    name = str(rng.choice(GLAZES))
    paints = pure((name, name, name), waves)
    mean = float(paints.absorption[0, : len(VISIBLE)].mean())
    # Optical depth of a glaze, absorption alone: it colours but does not hide.
    depth = rng.uniform(0.05, 0.22) / mean * np.exp(0.3 * smooth(rng, shape, min(shape) / 5))
    score = smooth(rng, shape, min(shape) * rng.uniform(0.15, 0.4))
    cover = share_of(score, rng.uniform(0.03, 0.25))
    cover = blurred(cover, rng.uniform(0.5, 6.0), 850.0)
    if rng.random() < 0.5:
        return None
    return Content(cover=cover, coat=below.plain_coat(paints, shape, depth))


def _lines(rng: Streams, shape: Shape, waves: FloatArray, share: float) -> list[Content]:
    """Dark lines on top, in two paints: the infrared may keep the one and lose the other."""
    numbers = rng("lines")
    names = [str(name) for name in numbers.choice(LINE_PAINTS, 2, replace=False)]
    parts = np.array([numbers.uniform(0.2, 0.8), 0.0])
    parts[1] = 1 - parts[0]
    made = []
    for name, part in zip(names, parts * share, strict=True):
        width = numbers.uniform(1.2, 3.0) * max(1.0, (min(shape) / 256) ** 0.5)
        cover = lines_of(partial(drawn, numbers, shape, width), shape, float(part))
        paints = pure((name, name, name), waves)
        depth = np.full(shape, paints.hiding[0] * numbers.uniform(0.5, 1.2))
        made.append(Content(cover=cover, coat=below.plain_coat(paints, shape, depth)))
    return made
