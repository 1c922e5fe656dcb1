"""Lines of a running hand and of an ornament, drawn on a sheet."""

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.noise import Sheet, curve

Box = tuple[float, float, float, float]
"""First row and column, last row and column, in px."""


def word(
    rng: np.random.Generator, row: float, column: float, height: float, n_letters: int
) -> FloatArray:
    """A word as a curve (N, 2) from its place on the line; letters are up and down strokes."""
    n_points = 2 * n_letters + 1
    columns = column + 0.42 * height * np.arange(n_points) + 0.1 * height * rng.random(n_points)
    # Letters of middle height, ascenders and descenders, in units of the height; 0 is the base
    # line.
    rises = np.where(np.arange(n_points) % 2, rng.choice([0.55, 0.6, 1.1, -0.5], n_points), 0.0)
    rows = row - height * rises
    slant = 0.25 * (row - rows)
    return curve(np.stack([rows, columns + slant], axis=1), 6 * n_points)


def write(
    rng: np.random.Generator,
    sheet: Sheet,
    box: Box,
    height: float,
    width: float,
    share: float = 0.9,
) -> float:
    """Write lines into a box and return about how many px they cover."""
    top, left, bottom, right = box
    covered = 0.0
    tilt = 0.01 * rng.standard_normal()
    for row in np.arange(top + 1.3 * height, bottom, 2.3 * height):
        column = left
        while column < right - 2 * height:
            n_letters = int(rng.integers(1, 9))
            if rng.random() < share and column + 0.9 * height * n_letters < right:
                points = word(rng, row + tilt * (column - left), column, height, n_letters)
                covered += _ink(rng, sheet, points, width)
            column += (0.9 * n_letters + 0.8) * height
    return covered


def _ink(rng: np.random.Generator, sheet: Sheet, points: FloatArray, width: float) -> float:
    steps = np.diff(points, axis=0)
    lengths = np.hypot(*steps.T)
    # A pen is thick on the down stroke and thin on the up stroke.
    down = np.clip(steps[:, 0] / np.maximum(lengths, 1e-6), -1, 1)
    sheet.brushed(points, width * (0.85 + 0.3 * down), value=rng.uniform(0.75, 1.0))
    return float(lengths.sum()) * width


def scroll(rng: np.random.Generator, start: FloatArray, length: float, turns: float) -> FloatArray:
    """A tendril (N, 2): a spiral that grows from its start."""
    steps = np.linspace(0, 1, 60)
    angle = rng.uniform(0, 2 * np.pi) + 2 * np.pi * turns * steps**1.5
    travel = np.stack([np.sin(angle), np.cos(angle)], axis=1) * (1 - 0.8 * steps)[:, None]
    return np.asarray(start + np.cumsum(travel, axis=0) * length / 60)
