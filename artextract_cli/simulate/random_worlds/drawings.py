"""Lines of a pencil or pen: contours, hatching and lettering, hidden or visible."""

from collections.abc import Callable

import numpy as np

from artextract_cli.simulate.content.fields import Shape, smooth_noise
from artextract_cli.simulate.content.sketch import Sketch, hatching, outline, wander
from artextract_cli.simulate.content.underlayers import MOST_PARTS, sketch_lines, sketch_script
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.styles.manner import Manner

# Thin coherent lines, such as those of a pencil, are what a model misses without such training.
_PENCIL_PX = (1.5, 3.0)


def lines(rng: np.random.Generator, shape: Shape, manner: Manner, coverage: float) -> FloatArray:
    """Lines (H, W) of a drawing, a hatching, letters or writing until ``coverage`` is reached."""
    width = rng.uniform(*_PENCIL_PX)
    choice = rng.random()
    if choice < 0.4:
        return sketch_lines(rng, manner, shape, coverage, width)
    if choice < 0.5:
        return sketch_script(rng, manner, shape, coverage, width)
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


def pressure(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Relative amount (H, W) along and across lines, about 1, with the grain of the support."""
    slow = np.clip(0.9 + rng.uniform(0, 0.4) * smooth_noise(rng, shape, 10), 0.2, 1.6)
    fine = np.clip(0.95 + rng.uniform(0, 0.4) * smooth_noise(rng, shape, 1.3), 0.1, 2)
    return np.asarray(slow * fine)
