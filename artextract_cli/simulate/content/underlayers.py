"""Hidden content under the surface: carbon drawing, underpainting, a reused canvas, fading ink.

Each kind yields loads (P, H, W) as in `mixing`, which are laid on the ground, and its presence
(H, W): the share of each pixel that it covers, however thin.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape, brush_marks, smooth_noise
from artextract_cli.simulate.content.sketch import Sketch
from artextract_cli.simulate.content.surface import apply_paints
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.mixing import draw_paints
from artextract_cli.simulate.optics.pigments import Batch, Recipe
from artextract_cli.simulate.styles.manner import Manner

MOST_PARTS = 60  # of one sketch; small images are full long before
MOST_LINES = 0.09  # share of an image that lines can cover without merging into areas


@dataclass(frozen=True, kw_only=True)
class HiddenLayer:
    """Hidden content: loads (P, H, W) and presence (H, W) from 0 to 1."""

    loads: FloatArray
    presence: FloatArray


Maker = Callable[..., HiddenLayer]
"""Makes one kind of hidden content: (rng, shape, batch, coverage, conditions)."""


def hide(
    rng: np.random.Generator,
    shape: Shape,
    batch: Batch,
    kinds: tuple[str, ...],
    conditions: Conditions,
    makers: Mapping[str, Maker] | None = None,
) -> HiddenLayer:
    """All hidden content of a scene; ``kinds`` share the coverage equally.

    Where two kinds overlap, their loads add up. ``makers`` generate each kind; None stands for
    those of old masters and moderns.
    """
    makers = makers or _MAKERS
    loads = np.zeros((len(batch.palette.pigments), *shape), np.float32)
    presence = np.zeros(shape, np.float32)
    for kind, for_kind in zip(kinds, rng.spawn(len(kinds)), strict=True):
        layer = makers[kind](for_kind, shape, batch, conditions.coverage / len(kinds), conditions)
        loads += layer.loads
        presence = np.maximum(presence, layer.presence)
    return HiddenLayer(loads=loads, presence=presence)


def draw_ground(rng: np.random.Generator, batch: Batch, kinds: tuple[str, ...]) -> FloatArray:
    """Shares (P,) of the ground: dark for a light underpainting, sometimes dark with no content."""
    palette = batch.palette
    # Otherwise a dark ground would be a sure sign of hidden content.
    bare = not kinds and rng.random() < 0.12
    grounds: tuple[Recipe, ...] = palette.grounds
    if bare or "light" in kinds:
        grounds = palette.dark_grounds
    return palette.shares(grounds[rng.integers(len(grounds))])


def _drawing(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Contours, folds and hatching in charcoal, chalk or brush; pressure varies along the lines."""
    width = rng.uniform(1.2, 3.2) * _unit(shape)
    # Uniform in the logarithm, in which the eye and the optics of thin layers judge: faint to firm.
    amount = np.exp(rng.uniform(np.log(0.4), np.log(1.8)))
    name = str(rng.choice(batch.palette.drawing))
    mask = sketch_lines(rng, batch.palette.manner, shape, min(coverage, MOST_LINES), width)
    grain = np.clip(0.85 + 0.3 * smooth_noise(rng, shape, 10 * _unit(shape)), 0.2, 1.5)
    # Chalk and charcoal catch on the tooth of the ground, at about a pixel; ink does not.
    grain *= np.clip(0.9 + rng.uniform(0, 0.35) * smooth_noise(rng, shape, 1.3), 0.1, 2)
    return single_pigment(batch, name, mask, amount * grain)


def _ink(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Pen lines in ink: a drawing, or lines of writing."""
    width = rng.uniform(1.3, 2.6) * _unit(shape)
    maker = sketch_script if rng.random() < 0.4 else sketch_lines
    amount = rng.uniform(0.8, 2.2)
    mask = maker(rng, batch.palette.manner, shape, min(coverage, MOST_LINES), width)
    flow = np.clip(1 + 0.2 * smooth_noise(rng, shape, 8 * _unit(shape)), 0.3, 2)
    return single_pigment(batch, batch.palette.ink, mask, amount * flow)


def _underpainting(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Filled shapes in dark paint: a figure or object laid in and then given up."""
    name = str(rng.choice((*batch.palette.drawing, *batch.palette.shadows)))
    amount = rng.uniform(0.25, 1.5) * brushed(rng, shape)
    mask = sketch_shapes(rng, batch.palette.manner, shape, coverage)
    return single_pigment(batch, name, mask, amount)


def _light(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, _: Conditions
) -> HiddenLayer:
    """Filled shapes in white, for a dark ground."""
    # White hides by scattering alone and needs far more paint than black.
    amount = rng.uniform(4, 12) * brushed(rng, shape)
    return single_pigment(
        batch,
        batch.palette.white,
        sketch_shapes(rng, batch.palette.manner, shape, coverage),
        amount,
    )


def _reuse(
    rng: np.random.Generator, shape: Shape, batch: Batch, coverage: float, conditions: Conditions
) -> HiddenLayer:
    """Part of an earlier painting with its own composition and pigments."""
    labels = batch.palette.manner.compose(rng, shape)
    paints = draw_paints(rng, batch, int(labels.max()) + 1)
    loads = apply_paints(rng, labels, paints, batch, conditions)
    # Larger forms than those of an underpainting: what remains of a painting is not in small
    # pieces.
    mask = sketch_shapes(rng, batch.palette.manner, shape, coverage, largest=0.9)
    return HiddenLayer(loads=loads * mask, presence=mask)


def single_pigment(batch: Batch, name: str, mask: FloatArray, amount: FloatArray) -> HiddenLayer:
    """A layer of one pigment, ``amount`` (H, W) of it where ``mask`` (H, W) is 1."""
    loads = np.zeros((len(batch.palette.pigments), *mask.shape), np.float32)
    loads[batch.palette.index(name)] = mask * amount
    return HiddenLayer(loads=loads, presence=mask)


def sketch_lines(
    rng: np.random.Generator, manner: Manner, shape: Shape, coverage: float, width: float
) -> FloatArray:
    """Motifs of a drawing, one after the other, until ``coverage`` is reached."""
    sketch = Sketch(shape)
    for _ in range(MOST_PARTS):
        if sketch.covered >= coverage:
            break
        centre = rng.uniform(0.1, 0.9, 2) * shape
        size = rng.uniform(0.12, 0.4) * min(shape)
        for curve in manner.motif(rng, centre, size):
            if sketch.covered < coverage:
                sketch.stroke(curve, width * rng.uniform(0.8, 1.3))
    return sketch.mask()


def sketch_script(
    rng: np.random.Generator, manner: Manner, shape: Shape, coverage: float, width: float
) -> FloatArray:
    """A block of writing: lines one below the other."""
    sketch = Sketch(shape)
    # Letters of three to five widths of the pen; finer ones would run into blots.
    size = width * rng.uniform(3, 5)
    row, column = rng.uniform(0.05, 0.4, 2) * shape
    while sketch.covered < coverage and row < shape[0]:
        length = rng.uniform(0.4, 0.6) * shape[1]
        sketch.stroke(manner.script(rng, np.array([row, column]), length, size), width)
        row += 2.6 * size
    return sketch.mask()


def sketch_shapes(
    rng: np.random.Generator,
    manner: Manner,
    shape: Shape,
    coverage: float,
    largest: float = 0.6,
) -> FloatArray:
    """Filled forms until ``coverage`` is reached, in a few pieces."""
    sketch = Sketch(shape)
    for _ in range(MOST_PARTS):
        wanted = (coverage - sketch.covered) * shape[0] * shape[1]
        # The last tenth would take many tiny forms.
        if wanted < 0.1 * coverage * shape[0] * shape[1]:
            break
        # A form of this radius covers about what is wanted, or less: several make up the rest.
        radius = rng.uniform(0.5, 1) * largest * np.sqrt(wanted)
        centre = rng.uniform(0.15, 0.85, 2) * shape
        for part in manner.form(rng, centre, radius):
            sketch.fill(part)
    return sketch.mask()


def brushed(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Relative thickness (H, W) of a brushed-in shape, about 1."""
    direction = np.full(shape, rng.uniform(0, np.pi))
    marks = brush_marks(rng, direction, 3 * _unit(shape), 40 * _unit(shape))
    brushed: FloatArray = np.exp(0.3 * marks)
    return brushed


def _unit(shape: Shape) -> float:
    """Pixels of a line that is one pixel wide at 256 × 256."""
    return max(min(shape) / 256, 0.6)


_MAKERS: dict[str, Maker] = {
    "drawing": _drawing,
    "underpainting": _underpainting,
    "reuse": _reuse,
    "ink": _ink,
    "light": _light,
}
