"""What lies under random paintings: pencil, writing, hatching, shapes and earlier paintings."""

from collections.abc import Callable

import numpy as np

from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.fields import Shape, smooth_noise
from artextract_cli.simulate.kubelka_munk import FloatArray
from artextract_cli.simulate.pigments import Batch
from artextract_cli.simulate.random_worlds.compositions import compose
from artextract_cli.simulate.random_worlds.painting import choose_paints, lay_on
from artextract_cli.simulate.sketch import Sketch, hatching, outline, wander
from artextract_cli.simulate.underlayers import (
    MOST_LINES,
    MOST_PARTS,
    HiddenLayer,
    brushed,
    single_pigment,
    sketch_lines,
    sketch_script,
    sketch_shapes,
)

_PENCIL_PX = (1.5, 3.0)


def hide(
    rng: np.random.Generator,
    shape: Shape,
    batch: Batch,
    kinds: tuple[str, ...],
    conditions: Conditions,
) -> HiddenLayer:
    """Everything hidden in a scene; ``kinds`` share the coverage equally, and their loads add."""
    loads = np.zeros((len(batch.palette.pigments), *shape), np.float32)
    presence = np.zeros(shape, np.float32)
    for kind, for_kind in zip(kinds, rng.spawn(len(kinds)), strict=True):
        layer = _MAKERS[kind](for_kind, shape, batch, conditions.coverage / len(kinds), conditions)
        loads += layer.loads
        presence = np.maximum(presence, layer.presence)
    return HiddenLayer(loads=loads, presence=presence)


def _drawing(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Contours, hatching or lettering in pencil, chalk or brush."""
    name = str(rng.choice((*batch.palette.drawing, *batch.palette.shadows)))
    mask = _lines(rng, shape, batch, min(coverage, MOST_LINES))
    amount = np.exp(rng.uniform(np.log(0.4), np.log(2.5)))
    return single_pigment(batch, name, mask, amount * _pressure(rng, shape))


def _ink(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Pen lines or lettering in an ink that fades in the infrared."""
    mask = _lines(rng, shape, batch, min(coverage, MOST_LINES))
    amount = rng.uniform(0.8, 3)
    return single_pigment(batch, batch.palette.ink, mask, amount * _pressure(rng, shape))


def _underpainting(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Filled shapes, most of them in a dark paint, some in any pigment."""
    palette = batch.palette
    names = (*palette.drawing, *palette.shadows)
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
        mask = _lines(rng, shape, batch, min(coverage, MOST_LINES))
    else:
        mask = sketch_shapes(rng, batch.palette.manner, shape, coverage)
    amount = rng.uniform(4, 12) * brushed(rng, shape)
    return single_pigment(batch, batch.palette.white, mask, amount)


def _reuse(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, conditions: Conditions
) -> HiddenLayer:
    """Part of an earlier painting with a composition and mixtures of its own."""
    composition = compose(rng, shape)
    paints = choose_paints(rng, batch, composition)
    loads = lay_on(rng, composition.labels, paints, batch, conditions)
    mask = sketch_shapes(rng, batch.palette.manner, shape, coverage, largest=0.9)
    loads *= mask
    return HiddenLayer(loads=loads, presence=mask)


def _lines(rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float) -> FloatArray:
    """Lines (H, W) of a drawing, a hatching, letters or writing until ``coverage`` is reached."""
    width = rng.uniform(*_PENCIL_PX)
    choice = rng.random()
    if choice < 0.4:
        return sketch_lines(rng, batch.palette.manner, shape, coverage, width)
    if choice < 0.5:
        return sketch_script(rng, batch.palette.manner, shape, coverage, width)
    return _strokes(rng, shape, coverage, width, _letters if choice < 0.75 else _contours)


def _strokes(
    rng: np.random.Generator,
    shape: Shape,
    coverage: float,
    width: float,
    motif: Callable[[np.random.Generator, FloatArray, float], list[FloatArray]],
) -> FloatArray:
    sketch = Sketch(shape)
    for _ in range(MOST_PARTS):
        centre = rng.uniform(0.1, 0.9, 2) * shape
        for curve in motif(rng, centre, rng.uniform(0.1, 0.4) * min(shape)):
            if sketch.covered >= coverage:
                return sketch.mask()
            sketch.stroke(curve, width * rng.uniform(0.85, 1.2))
    return sketch.mask()


def _letters(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """A word of capitals: each some straight strokes between the corners of its box."""
    height = max(rng.uniform(0.15, 0.5) * size, 6)
    corners = np.array([[r, c] for r in (0, 0.5, 1) for c in (0, 0.6)]) * height
    curves = []
    for letter in range(int(rng.integers(2, 9))):
        start = centre + np.array([0.0, 0.9 * height * letter - size])
        path = rng.choice(len(corners), rng.integers(2, 6), replace=False)
        curves.append(start + corners[path])
    return curves


def _contours(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """The outline of a thing with a fold or two, or the hatching of its shadow."""
    if rng.random() < 0.3:
        return list(hatching(rng, centre, max(0.5 * size, 10)))
    folds = [wander(rng, centre, size, rng.uniform(0.02, 0.3)) for _ in range(rng.integers(1, 3))]
    return [outline(rng, centre, 0.7 * size, 0.3), *folds]


def _pressure(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Relative amount (H, W) along and across lines, about 1, with the grain of the support."""
    slow = np.clip(0.9 + rng.uniform(0, 0.4) * smooth_noise(rng, shape, 10), 0.2, 1.6)
    fine = np.clip(0.95 + rng.uniform(0, 0.4) * smooth_noise(rng, shape, 1.3), 0.1, 2)
    return np.asarray(slow * fine)


_MAKERS: dict[str, Callable[..., HiddenLayer]] = {
    "drawing": _drawing,
    "underpainting": _underpainting,
    "reuse": _reuse,
    "ink": _ink,
    "light": _light,
}
