"""Hidden content of random paintings: pencil, writing, hatching, shapes and earlier paintings."""

from collections.abc import Callable

import numpy as np

from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content import underlayers
from artextract_cli.simulate.content.fields import Shape
from artextract_cli.simulate.content.underlayers import (
    MOST_LINES,
    HiddenLayer,
    brushed,
    single_pigment,
    sketch_shapes,
)
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.pigments import Batch
from artextract_cli.simulate.random_worlds.compositions import compose
from artextract_cli.simulate.random_worlds.drawings import lines, pressure
from artextract_cli.simulate.random_worlds.painting import paint

_DARK_GROUND_ODDS = 0.3  # of a reused canvas, and where nothing is hidden


def hide(
    rng: np.random.Generator,
    shape: Shape,
    batch: Batch,
    kinds: tuple[str, ...],
    conditions: Conditions,
) -> HiddenLayer:
    """Everything hidden in a scene, of the kinds of this world; see `underlayers.hide`."""
    return underlayers.hide(rng, shape, batch, kinds, conditions, _MAKERS)


def draw_ground(rng: np.random.Generator, batch: Batch, kinds: tuple[str, ...]) -> FloatArray:
    """Shares (P,) of the ground: dark under light content, and occasionally otherwise."""
    palette = batch.palette
    # Dark content on a dark ground cannot be found by anyone, and would only be wrong truth.
    may_be_dark = not {"drawing", "ink", "underpainting"} & {*kinds}
    dark = rng.random() < _DARK_GROUND_ODDS
    if "light" in kinds or (may_be_dark and dark):
        return palette.shares(palette.dark_grounds[rng.integers(len(palette.dark_grounds))])
    return palette.shares(palette.grounds[rng.integers(len(palette.grounds))])


def _drawing(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Contours, hatching or lettering in pencil, chalk or brush."""
    name = str(rng.choice((*batch.palette.drawing, *batch.palette.shadows)))
    mask = lines(rng, shape, batch.palette.manner, min(coverage, MOST_LINES))
    amount = np.exp(rng.uniform(np.log(0.4), np.log(2.5)))
    return single_pigment(batch, name, mask, amount * pressure(rng, shape))


def _ink(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Pen lines or lettering in an ink that fades in the infrared."""
    mask = lines(rng, shape, batch.palette.manner, min(coverage, MOST_LINES))
    amount = rng.uniform(0.8, 3)
    return single_pigment(batch, batch.palette.ink, mask, amount * pressure(rng, shape))


def _underpainting(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Filled shapes, most of them in a dark paint, some in any pigment."""
    palette = batch.palette
    names = (*palette.drawing, *palette.shadows)
    # An underpainting in colours also occurs, and may be lighter than its ground in the infrared.
    if rng.random() < 0.3:
        names = tuple(pigment.name for pigment in palette.pigments)
    amount = np.exp(rng.uniform(np.log(0.25), np.log(4))) * brushed(rng, shape)
    mask = sketch_shapes(rng, palette.manner, shape, coverage)
    return single_pigment(batch, str(rng.choice(names)), mask, amount)


def _light(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Shapes or broad lines in white, for a dark ground."""
    if rng.random() < 0.3:
        mask = lines(rng, shape, batch.palette.manner, min(coverage, MOST_LINES))
    else:
        mask = sketch_shapes(rng, batch.palette.manner, shape, coverage)
    amount = rng.uniform(4, 12) * brushed(rng, shape)
    return single_pigment(batch, batch.palette.white, mask, amount)


def _reuse(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, conditions: Conditions
) -> HiddenLayer:
    """Part of an earlier painting with a composition and mixtures of its own."""
    loads = paint(rng, compose(rng, shape), batch, conditions)
    mask = sketch_shapes(rng, batch.palette.manner, shape, coverage, largest=0.9)
    loads *= mask
    return HiddenLayer(loads=loads, presence=mask)


_MAKERS: dict[str, Callable[..., HiddenLayer]] = {
    "drawing": _drawing,
    "underpainting": _underpainting,
    "reuse": _reuse,
    "ink": _ink,
    "light": _light,
}
