"""Random fields over the picture: smooth noise, brush marks, cells, craquelure and canvas weave."""

from itertools import product

import numpy as np

from artextract_cli._typing import IntArray
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

Shape = tuple[int, int]

_BRUSH_TILE = 128  # a power of two: positions wrap around by a bit mask


def smooth_noise(rng: np.random.Generator, shape: Shape, scale: float) -> FloatArray:
    """Gaussian noise (H, W) float32 of mean 0 and variance 1, correlated over ``scale`` pixels.

    A uniform cubic B-spline with normal coefficients; its variance is (151/315)² by the integral
    of the squared basis function.
    """
    # Knots less than a pixel apart would add nothing. (H, K) @ (K, L) @ (L, W): the basis is
    # separable, so that the cost falls with the scale, unlike that of a filter of this width.
    rows, columns = (_spline_basis(rng, length, max(scale, 1.0)) for length in shape)
    coefficients = rng.standard_normal((rows.shape[1], columns.shape[1]), dtype=np.float32)
    return np.asarray(rows @ coefficients @ columns.T * np.float32(315 / 151))


def _spline_basis(rng: np.random.Generator, length: int, step: float) -> FloatArray:
    """Values (length, knots) float32 of the uniform cubic B-splines at every pixel."""
    # A random phase, so that the knots of several fields do not coincide.
    position = np.arange(length) / step + rng.random()
    knot = np.floor(position).astype(int)
    t = position - knot
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * t * (1 + t - t**2) + 1, t**3])
    # Each pixel depends on four knots, so that the last one reaches three beyond its own.
    basis = np.zeros((length, knot[-1] + 4), np.float32)
    basis[np.arange(length), knot + np.arange(4)[:, None]] = weights / 6
    return basis


def grid(shape: Shape) -> tuple[FloatArray, FloatArray]:
    """Row and column of every pixel, each (H, W) float32."""
    rows, columns = np.indices(shape, dtype=np.float32)
    return rows, columns


def brush_marks(
    rng: np.random.Generator, direction: FloatArray, width: float, length: float
) -> FloatArray:
    """Streaks (H, W) of about unit variance along ``direction`` (H, W, radians).

    ``width`` and ``length`` are those of a single mark, in pixels.
    """
    shape = direction.shape[0], direction.shape[1]
    rows, columns = grid(shape)
    cosine, sine = np.cos(direction), np.sin(direction)
    # Marks swerve by about half their width: straight ones would look ruled.
    bend = 0.6 * width * smooth_noise(rng, shape, 5 * width)
    along = (columns * cosine + rows * sine) / length
    across = (rows * cosine - columns * sine + bend) / width
    # A small tile repeated, instead of noise at every place that a turned mark may reach.
    tile = rng.standard_normal((_BRUSH_TILE, _BRUSH_TILE), dtype=np.float32)
    # The second, finer octave stands for single bristles within a mark.
    marks = _look_up(tile, across, along) + np.float32(0.6) * _look_up(tile, 2.5 * across, along)
    # Linear interpolation keeps (2/3)² of the variance on average; the two octaves add 1 + .6².
    return np.asarray(marks * np.float32(1.5 / np.hypot(1, 0.6)))


def _look_up(tile: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """The periodic square tile, linearly interpolated at rows and columns of any one shape."""
    last = len(tile) - 1
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    upper, lower = (
        tile[row & last, left & last] * (1 - right) + tile[row & last, left + 1 & last] * right
        for row in (top, top + 1)
    )
    return np.asarray(upper * (1 - down) + lower * down)


def cells(rng: np.random.Generator, shape: Shape, count: int, warp: float) -> IntArray:
    """A Voronoi partition: label of the nearest of ``count`` points, (H, W) int.

    Borders are bent by ``warp`` pixels.
    """
    # A border is bent a few times over the picture, not at every pixel.
    rows, columns = _warped_grid(rng, shape, warp, max(shape) / 6)
    centres = rng.random((count, 2)) * shape
    # One map (H, W) for each point; squares have the same order as distances.
    distance = [(rows - row) ** 2 + (columns - column) ** 2 for row, column in centres]
    return np.asarray(np.argmin(distance, axis=0))


def craquelure(rng: np.random.Generator, shape: Shape, spacing: float) -> FloatArray:
    """A network of age cracks: 1 in a crack, 0 on intact paint, (H, W) float32, in patches.

    Cracks are the borders of cells about ``spacing`` pixels wide, about a pixel across: where the
    two nearest of jittered grid points are equally far (S. Worley, Proc. SIGGRAPH, 291, 1996).
    """
    rows, columns = (
        axis / spacing + 1 for axis in _warped_grid(rng, shape, spacing / 8, spacing / 2)
    )
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    # The warp reaches beyond the image; wrapping repeats a point there, which is not visible.
    # The difference of two distances is never more than the distance of the two points: if these
    # were close together, the whole cell would count as crack. Hence the margin of a tenth on every
    # side.
    jitter = rng.uniform(0.1, 0.9, (2, int(shape[0] / spacing) + 4, int(shape[1] / spacing) + 4))
    first, second = np.full(shape, np.inf), np.full(shape, np.inf)
    # The nearest points lie in the nine cells around a pixel; running minima keep two maps, not
    # nine.
    for step_down, step_right in product((-1, 0, 1), repeat=2):
        row, column = top + step_down, left + step_right
        offset = jitter[:, row % jitter.shape[1], column % jitter.shape[2]]
        distance = np.hypot(row + offset[0] - rows, column + offset[1] - columns)
        second = np.minimum(second, np.maximum(first, distance))
        first = np.minimum(first, distance)
    # Half the difference is about the distance from the border: a crack is full up to 0.2 px from
    # it and ends at 1.2 px.
    crack = np.clip(1.2 - spacing * (second - first) / 2, 0, 1)
    # Real craquelure is uneven: whole at least half of the time, gone where the noise is below -1.
    patches = np.clip(1 + smooth_noise(rng, shape, max(shape) / 4), 0, 1)
    return np.asarray(crack * patches, np.float32)


def weave(rng: np.random.Generator, shape: Shape, thread: float) -> FloatArray:
    """Plain canvas weave (H, W), between −1 and 1, of threads ``thread`` pixels apart."""
    rows, columns = grid(shape)
    # Stretched canvas is oblique by a degree or two, and its threads wander by a third of their
    # distance: a strict grid could be removed by a filter for two frequencies.
    tilt = rng.normal(0, 0.03)
    slack = 0.3 * thread * smooth_noise(rng, shape, 12 * thread)
    warp = np.cos(2 * np.pi * (columns + tilt * rows + slack) / thread)
    weft = np.cos(2 * np.pi * (rows - tilt * columns + slack) / thread)
    return np.asarray(warp * weft)


def _warped_grid(
    rng: np.random.Generator, shape: Shape, amount: float, scale: float
) -> tuple[FloatArray, FloatArray]:
    """Row and column (H, W) of every pixel, displaced smoothly by about ``amount`` pixels."""
    rows, columns = grid(shape)
    rows += amount * smooth_noise(rng, shape, scale)
    columns += amount * smooth_noise(rng, shape, scale)
    return rows, columns
