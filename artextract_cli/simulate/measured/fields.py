"""Random fields, masks of a given share, and lines of a given share."""

from collections.abc import Callable

import numpy as np
import scipy.fft
from scipy import ndimage

from artextract_cli.simulate.measured.optics import FloatArray

Shape = tuple[int, int]


def frequencies(shape: Shape) -> tuple[FloatArray, FloatArray]:
    """Row and column frequencies, cycles per pixel, of a real transform."""
    rows = np.fft.fftfreq(shape[0]).astype(np.float32)[:, None]
    columns = np.fft.rfftfreq(shape[1]).astype(np.float32)[None]
    return rows, columns


def _noise(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    # scipy.fft keeps single precision, numpy.fft would not: half the memory of each field.
    result: FloatArray = scipy.fft.rfft2(rng.standard_normal(shape, dtype=np.float32))
    return result


def standard(field: FloatArray) -> FloatArray:
    """The field with mean 0 and standard deviation 1."""
    # A field may be constant, in a picture smaller than its blots.
    result: FloatArray = (field - field.mean()) / max(float(field.std()), 1e-6)
    return result


def smooth(rng: np.random.Generator, shape: Shape, size: float) -> FloatArray:
    """A smooth field of mean 0 and deviation 1 whose blots measure some ``size`` pixels."""
    rows, columns = frequencies(shape)
    # A Gaussian filter, applied as a product in the spectrum: its cost does not grow with the size.
    gain = np.exp(-2 * (size * 0.45) ** 2 * (rows**2 + columns**2) * np.pi)
    return standard(scipy.fft.irfft2(_noise(rng, shape) * gain, shape))


def streaks(rng: np.random.Generator, shape: Shape, angle: float, width: float) -> FloatArray:
    """A field of brush hairs: long along ``angle``, ``width`` pixels across."""
    rows, columns = frequencies(shape)
    along = rows * np.sin(angle) + columns * np.cos(angle)
    across = columns * np.sin(angle) - rows * np.cos(angle)
    gain = np.exp(-2 * np.pi * ((along * width * 4.5) ** 2 + (across * width * 0.5) ** 2))
    return standard(scipy.fft.irfft2(_noise(rng, shape) * gain, shape))


def share_of(score: FloatArray, share: float, kept: FloatArray | float = 1.0) -> FloatArray:
    """Coverage (H, W) of the pixels of highest ``score``: a ``share`` of all, edges softened.

    Only where ``kept`` is 1 do pixels count; where it is 0 they are left out.
    """
    if share <= 0:
        return np.zeros_like(score)
    # Unkept pixels get the lowest score and so are never chosen first.
    level = np.quantile(np.where(np.asarray(kept) > 0.5, score, score.min()), 1 - min(share, 1.0))
    rows, columns = np.gradient(score)
    # Score over slope is the distance from the edge in px: coverage falls from 1 to 0 within a
    # pixel. The guard is for a score that is level.
    steep = np.hypot(rows, columns) + 1e-6
    result: FloatArray = (np.clip(0.5 + (score - level) / steep, 0, 1) * kept).astype(np.float32)
    return result


def _rasterised(points: FloatArray, shape: Shape) -> FloatArray:
    """Coverage of discs: ``points`` (n, 3) are row, column and half width."""
    inside = (points[:, :2] > -0.49).all(1) & (points[:, :2] < np.array(shape) - 0.51).all(1)
    points = points[inside]
    if not len(points):
        return np.zeros(shape, np.float32)
    owner = np.full(shape, -1)
    at = np.rint(points[:, :2]).astype(int)
    # Each pixel takes the disc of the nearest point: one distance transform serves all points.
    owner[at[:, 0], at[:, 1]] = np.arange(len(points))
    nearest = ndimage.distance_transform_edt(owner < 0, return_distances=False, return_indices=True)
    found = points[owner[nearest[0], nearest[1]]]
    rows, columns = np.indices(shape, np.float32)
    distance = np.hypot(rows - found[..., 0], columns - found[..., 1])
    result: FloatArray = np.clip(found[..., 2] + 0.5 - distance, 0, 1).astype(np.float32)
    return result


def lines_of(strokes: Callable[[], FloatArray], shape: Shape, share: float) -> FloatArray:
    """Coverage (H, W) of lines that take a ``share`` of the picture.

    ``strokes`` gives more and more points (n, 3) of lines, in the order in which they are drawn.
    """
    if share <= 0:
        return np.zeros(shape, np.float32)
    points = strokes()
    # What a point adds to a line: its width (twice the half width) times the step of 0.7 px.
    mean_area = 1.4 * float(points[:, 2].mean())
    # More than enough points, since lines cross and leave the picture; then the first n are taken.
    while len(points) * mean_area < 2.5 * share * shape[0] * shape[1] + 20:
        points = np.concatenate([points, strokes()])
    n = min(len(points), int(share * shape[0] * shape[1] / mean_area) + 2)
    drawn = _rasterised(points[:n], shape)
    # Three corrections of n by what was really covered, each by at most a factor of three.
    for _ in range(3):
        found = float((drawn > 0.5).mean())
        n = int(np.clip(n * share / max(found, 1e-4), n / 3 + 1, min(3 * n, len(points))))
        drawn = _rasterised(points[:n], shape)
    return drawn
