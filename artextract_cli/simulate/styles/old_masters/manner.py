"""The manner of the old masters: rooms, drapery and land with figures, in long brush strokes."""

import numpy as np

from artextract_cli._typing import IntArray
from artextract_cli.simulate.content.fields import Shape, brush_marks, cells, grid, smooth_noise
from artextract_cli.simulate.content.sketch import (
    figure,
    hatching,
    outline,
    paint_in,
    script,
    wander,
)
from artextract_cli.simulate.optics.camera import set_up
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.styles.manner import Manner


def compose(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Labels (H, W) int of a composition: land, cloth or a room, with figures in front."""
    background = (_bands, _drapery, _room)[rng.integers(3)]
    labels = background(rng, shape)
    parts = []
    for _ in range(rng.integers(1, 4)):
        centre = rng.uniform(0.15, 0.85, 2) * shape
        parts += figure(rng, centre, rng.uniform(0.12, 0.38) * min(shape))
    return paint_in(labels, parts)


def _bands(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Sky, distance and foreground under wavy horizons."""
    rows, _ = grid(shape)
    horizons = np.sort(rng.uniform(0.2, 0.95, rng.integers(1, 4)))
    height = rows / shape[0] + 0.05 * smooth_noise(rng, shape, shape[1] / 5)
    # The number of horizons above a pixel is its label.
    return np.searchsorted(horizons, height)


def _drapery(rng: np.random.Generator, shape: Shape) -> IntArray:
    """A few large cells with bent borders."""
    return cells(rng, shape, int(rng.integers(4, 10)), warp=0.05 * min(shape))


def _room(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Walls and floor: straight divisions, slightly out of true."""
    rows, columns = grid(shape)
    lean = rng.normal(0, 0.08, 2)
    below = rows + lean[0] * columns > rng.uniform(0.5, 0.8) * shape[0]
    right = columns + lean[1] * rows > rng.uniform(0.25, 0.75) * shape[1]
    return np.where(below, 2, right.astype(int))


def _brush(rng: np.random.Generator, labels: IntArray, regions: int) -> FloatArray:
    """Long streaks (H, W) in a direction of each region."""
    unit = max(min(labels.shape) / 256, 0.5)
    return brush_marks(rng, rng.uniform(0, np.pi, regions)[labels], 2.5 * unit, 28 * unit)


def _motif(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Curves of one motif: a figure with folds, a hatched shadow, an object, loose lines."""
    choice = rng.random()
    if choice < 0.45:
        folds = [wander(rng, centre + rng.normal(0, 0.2 * size, 2), size, 0.15) for _ in range(3)]
        return figure(rng, centre, size) + folds
    if choice < 0.65:
        return list(hatching(rng, centre, 0.5 * size))
    if choice < 0.8:
        return [outline(rng, centre, r * size) for r in (0.6, 0.35)]
    return [wander(rng, centre, 2 * size, rng.uniform(0.02, 0.25)) for _ in range(3)]


def _form(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Outlines of a figure or of an object."""
    if rng.random() < 0.5:
        return figure(rng, centre, size)
    return [outline(rng, centre, 0.7 * size, 0.35)]


OLD_MASTERS_MANNER = Manner(
    compose=compose,
    brush=_brush,
    motif=_motif,
    script=script,
    form=_form,
    set_up=set_up,
    modelling=(0.15, 0.6),
    streaks=(0.5, 0.0, -0.2, -0.4),
    relief=0.08,
)
