"""The surface of a painting: brushwork, support, cracks, varnish, wear."""

from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.measured.fields import Shape, smooth, standard, streaks
from artextract_cli.simulate.measured.optics import FloatArray


def brushwork(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Height of the brush hairs (H, W), mean 0, deviation 1; the strokes turn over the picture."""
    angle = rng.uniform(0, np.pi) + rng.uniform(0.2, 1.3) * smooth(rng, shape, min(shape) / 3)
    width = float(np.clip(min(shape) * rng.uniform(0.004, 0.012), 0.9, 4.0))
    total, weights = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    # Fields of four directions, blended by the eighth power of the cosine: a filter has one
    # direction for the whole picture, but strokes turn.
    for k in range(4):
        weight = np.abs(np.cos(angle - k * np.pi / 4)).astype(np.float32) ** 8 + 1e-3
        total += weight * streaks(rng, shape, k * np.pi / 4, width)
        weights += weight
    return standard(total / weights)


def support(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Relief (H, W) of mean 0 and deviation 1 of a canvas, or of the grain of a panel."""
    if rng.random() < 0.25:
        grain = streaks(rng, shape, rng.choice([0.0, np.pi / 2]), rng.uniform(1.0, 2.5))
        return standard(grain + 0.5 * smooth(rng, shape, 12))
    period = rng.uniform(3.0, 9.0)
    rows, columns = np.indices(shape, np.float32)
    wobble = [smooth(rng, shape, 8 * period) * 0.25 * period for _ in range(2)]
    warp = np.sin(2 * np.pi * (columns + wobble[0]) / period)
    weft = np.sin(2 * np.pi * (rows + wobble[1]) / (period * rng.uniform(0.85, 1.2)))
    # The thread on top changes from crossing to crossing, as in plain weave.
    crossing = np.where(warp * weft > 0, warp, weft)
    return standard(crossing + 0.6 * (warp + weft) + 0.4 * smooth(rng, shape, period))


def cracks(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Coverage (H, W) of a net of cracks: the borders between cells about jittered points."""
    size = float(np.clip(min(shape) * rng.uniform(0.06, 0.16), 7, 90))
    stretch = rng.uniform(0.6, 1.6)
    rows, columns = np.indices(shape, np.float32)
    row = (rows + 0.3 * size * smooth(rng, shape, size / 2)) / (size * stretch)
    column = (columns + 0.3 * size * smooth(rng, shape, size / 2)) / size
    nearest, following = _two_distances(rng, row, column)
    # Twice the distance from the border of the cell, about, in px.
    gap = (following - nearest) * size
    open_here = np.clip(0.9 + 0.7 * smooth(rng, shape, 3 * size), 0, 1)
    result: FloatArray = np.clip(1.2 - gap / rng.uniform(0.8, 1.6), 0, 1) * open_here
    return result


def _two_distances(
    rng: np.random.Generator, row: FloatArray, column: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Distances to the two nearest of points that lie one in each unit cell."""
    low_row, low_column = np.floor(row).astype(int), np.floor(column).astype(int)
    low_row_at, low_column_at = low_row.min() - 1, low_column.min() - 1
    cells = (low_row.max() - low_row_at + 2, low_column.max() - low_column_at + 2)
    # Apart from the borders of the cells: two points close together would make a blot.
    jitter = rng.uniform(0.1, 0.9, (2, *cells)).astype(np.float32)
    nearest, following = (np.full(row.shape, np.inf, np.float32) for _ in range(2))
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            cell = low_row + i - low_row_at, low_column + j - low_column_at
            rows = low_row + i + jitter[0][cell] - row
            columns = low_column + j + jitter[1][cell] - column
            distance = np.hypot(rows, columns)
            following = np.minimum(following, np.maximum(nearest, distance))
            nearest = np.minimum(nearest, distance)
    return nearest, following


@dataclass(frozen=True, kw_only=True)
class Relief:
    """What the lamps make of the relief: a factor (H, W) on all reflectance, in part per band."""

    brush: FloatArray
    weave: FloatArray
    crack: FloatArray
    brush_gain: float
    weave_gain: float
    crack_gain: float

    def factor(self, lamp: float, weave: float, wavelength: float) -> FloatArray:
        """The factor (H, W); ``lamp`` and ``weave`` are how strong each is in this band.

        A crack is a little shallower in the infrared, which its dirt lets pass.
        """
        shallow = 1 - 0.25 * np.clip((wavelength - 600) / 500, 0, 1)
        lit = 1 + self.brush_gain * lamp * self.brush + self.weave_gain * weave * self.weave
        # Steep spots would otherwise become black or brighter than white.
        result: FloatArray = np.clip(lit, 0.6, 1.5) * (1 - self.crack_gain * shallow * self.crack)
        return result


def slope(height: FloatArray, angle: float) -> FloatArray:
    """Slope of a relief towards a lamp, deviation 1."""
    rows, columns = np.gradient(height)
    return standard(np.sin(angle) * rows + np.cos(angle) * columns)


@dataclass(frozen=True, kw_only=True)
class Varnish:
    """Yellowed varnish: density (H, W) at 450 nm, for light that passes twice."""

    density: FloatArray

    def passes(self, wavelength: float) -> FloatArray:
        """Share (H, W) that comes back."""
        # A steep fall: yellowed varnish absorbs blue and is clear in the infrared.
        result: FloatArray = np.exp(-self.density * (450.0 / wavelength) ** 5)
        return result


def varnish(rng: np.random.Generator, shape: Shape) -> Varnish:
    """Varnish of some age, uneven, now and then with a cleaned window."""
    density = rng.uniform(0, 0.35) * np.exp(0.25 * smooth(rng, shape, min(shape) / 3))
    if rng.random() < 0.12:
        rows, columns = (np.sort(rng.uniform(0, n, 2)).astype(int) for n in shape)
        density[rows[0] : rows[1], columns[0] : columns[1]] *= 0.2
    return Varnish(density=density)
