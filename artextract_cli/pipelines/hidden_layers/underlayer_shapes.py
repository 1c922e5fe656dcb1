"""Random outlines of hidden content: lines, writing and filled shapes.

They are drawn anew for every scene and epoch, and are more varied than the work of one artist:
nothing is known about the hidden layers to be detected.
"""

from collections.abc import Callable, Iterator

import numpy as np

from artextract_cli._typing import IntArray
from artextract_cli.simulate.content.fields import Shape, smooth_noise
from artextract_cli.simulate.content.sketch import Sketch, outline, wander
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

Curve = FloatArray
# Bounds on time: strokes that leave the image, and shapes over shapes, add no coverage.
MOST_LINES, MOST_SHAPES = 300, 12  # of a scene
# Shares of the image; lines that cover more would be a filled shape.
LEAST_COVERAGE, MOST_COVERAGE, MOST_LINE_COVERAGE = 0.002, 0.4, 0.12
PENCIL_SHARE = 0.5  # of the drawings: lines of one to three pixels at any image size


def draw_coverage(rng: np.random.Generator) -> float:
    """Draw a share of the image, log-uniform from .2 to 40 %."""
    # Log-uniform, because faint drawings and reused canvases differ by two orders of magnitude.
    return float(np.exp(rng.uniform(np.log(LEAST_COVERAGE), np.log(MOST_COVERAGE))))


def draw_lines(rng: np.random.Generator, shape: Shape, coverage: float) -> FloatArray:
    """Draw lines of one kind up to ``coverage``, at most .12: covered shares of pixels (H, W)."""
    sketch, side = Sketch(shape), min(shape)
    is_pencil = rng.random() < PENCIL_SHARE
    # In pixels for a pencil; brushes scale with the image, relative to the 256 pixels of the
    # training paintings.
    width = rng.uniform(1.0, 3.2) if is_pencil else rng.uniform(0.8, 6.0) * max(side / 256, 0.5)
    maker = _LINES[rng.integers(len(_LINES))]
    centre, spread = rng.uniform(0.15, 0.85, 2) * shape, rng.uniform(0.15, 0.45) * side
    for number, curve in zip(range(MOST_LINES), _endless(maker, rng, centre, spread), strict=False):
        # Coverage reads the whole sheet, so it is only checked before every other line.
        if number % 2 == 0 and sketch.covered >= min(coverage, MOST_LINE_COVERAGE):
            break
        sketch.stroke(curve, width * rng.uniform(0.8, 1.25))
    return sketch.mask()


def draw_shapes(rng: np.random.Generator, shape: Shape, coverage: float) -> IntArray:
    """Draw filled shapes that cover about ``coverage``: labels (H, W), 0 for none."""
    labels = np.zeros(shape, np.int64)
    for number in range(1, MOST_SHAPES + 1):
        missing = coverage - float((labels > 0).mean())
        if missing < 0.1 * coverage:
            break
        # A disk of .56 times the root of an area covers it: with less, several shapes share it.
        sketch, radius = Sketch(shape), np.sqrt(missing * labels.size) * rng.uniform(0.25, 0.55)
        centre = rng.uniform(0.1, 0.9, 2) * shape
        sketch.fill(_contour(rng, centre, radius))
        labels[sketch.mask() > 0.5] = number
    if rng.random() < 0.25:  # worn, or laid in thinly
        # Normal noise above 1.2 deviations: about a tenth of the shapes.
        labels[smooth_noise(rng, shape, rng.uniform(3, 12) * max(min(shape) / 256, 0.5)) > 1.2] = 0
    return labels


def _contour(rng: np.random.Generator, centre: FloatArray, radius: float) -> Curve:
    if rng.random() < 0.65:
        return outline(rng, centre, radius, rng.uniform(0.1, 0.5))
    # A polygon with its corners on a circle covers less than the disk.
    return _polygon(rng, centre, 1.3 * radius)


def _polygon(rng: np.random.Generator, centre: FloatArray, radius: float) -> Curve:
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 8)))
    corners = centre + radius * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return np.concatenate([corners, corners[:1]])


def _endless(
    maker: Callable[..., Iterator[Curve]],
    rng: np.random.Generator,
    centre: FloatArray,
    spread: float,
) -> Iterator[Curve]:
    while True:
        yield from maker(rng, centre + rng.normal(0, spread, 2), spread)


def _strokes(rng: np.random.Generator, at: FloatArray, size: float) -> Iterator[Curve]:
    yield wander(rng, at, size * rng.uniform(0.5, 2.5), rng.uniform(0.05, 1.2))


def _contours(rng: np.random.Generator, at: FloatArray, size: float) -> Iterator[Curve]:
    yield _contour(rng, at, size * rng.uniform(0.2, 1))


def _hatching(rng: np.random.Generator, at: FloatArray, size: float) -> Iterator[Curve]:
    angle, gap = rng.uniform(0, np.pi), rng.uniform(3, 10)
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([-np.cos(angle), 0.0])
    across[1] = np.sin(angle)
    length = rng.uniform(0.2, 0.9) * size
    for number in range(rng.integers(4, 14)):
        start = at + number * gap * across + rng.normal(0, 0.5, 2)
        yield np.stack([start, start + along * length * rng.uniform(0.7, 1.2)])


def _writing(rng: np.random.Generator, at: FloatArray, size: float) -> Iterator[Curve]:
    height, count = rng.uniform(4, 14), rng.integers(16, 60)
    phase = np.cumsum(rng.uniform(0.5, 2.0, count))
    rows = 0.5 * height * np.sin(phase) * rng.uniform(0.4, 1, count)
    columns = np.linspace(0, 2 * size, count) + 0.3 * height * np.cos(phase)
    yield at + np.stack([rows, columns - size], axis=1)


def _angles(rng: np.random.Generator, at: FloatArray, size: float) -> Iterator[Curve]:
    yield _polygon(rng, at, size * rng.uniform(0.2, 0.9))


_LINES = (_strokes, _contours, _hatching, _writing, _angles)
