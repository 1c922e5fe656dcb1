"""Illumination of a painting, estimated from the image alone.

Illumination varies slowly everywhere; paint changes at edges and keeps its tone between them. So
the illumination is the smooth surface whose slopes fit most places: a quadratic of the logarithm,
fitted to the slopes of the image by robust regression, in which edges are outliers.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.imaging.robust_regression import (
    Weighting,
    reweighted,
    ridge_solution,
    robust_deviation,
)

SIDE = 128
"""Longer side of the reduced image on which slopes are measured, in px, at most."""

STEP = 2
"""Distance over which a slope is measured, in px of the reduced image."""

DEGREE = 2
"""Degree of the polynomial of the log illumination."""

SATURATED = 0.99
"""Share of full scale from which a pixel counts as saturated."""

FLOOR = 0.02
"""Share of the bright parts that is added before the logarithm: dark noise has no weight then."""

LEAST_SPREAD = 0.002
"""Least robust deviation of log slopes: that of the rounding to 8 bits."""

ROUNDS = 30
"""Rounds of reweighted least squares."""

# Edges of paint must weigh little: narrower than the 2 deviations of the band regressions.
WEIGHTING = Weighting(tolerance=1.0)
MIN_SLOPES = 200
"""Smallest number of slopes for an estimate of the 8 coefficients."""

BRIGHTEST = 99.5
"""Percentile of the values whose level flattening preserves."""

LARGEST_GAIN = 5.0
"""Largest factor by which flattening brightens, and with it amplifies noise."""

# Guards divisions and logarithms of black images.
TINY = 1e-6
TILES = 4
"""Squares along a side of the chessboard whose two colours are fitted separately as a check."""

BROAD = 1 / 8
"""Radius of a broad area, as a share of the shorter side."""

DARK = 0.5
"""Level below which the flattened image counts as dark, as a share of its bright parts."""


_spread = partial(robust_deviation, least=LEAST_SPREAD)


@dataclass(frozen=True, kw_only=True)
class BlindField:
    """Estimated illumination of one image (H, W), and measures of its reliability."""

    shape: tuple[int, int]
    coefficients: NDArray[np.float64]
    """(3, 3), of Legendre polynomials of the row and of the column, from −1 to 1."""

    weakest: float
    """Weakest illumination as a share of the strongest."""

    disagreement: float
    """Difference between estimates from the two colours of a chessboard, as a fraction."""

    dark: float
    """Share of the image in broad areas that remain dark after flattening."""

    def light(self) -> FloatArray:
        """Illumination (H, W), 1 where brightest, limited by the largest gain."""
        surface = np.exp(_surface(self.shape, self.coefficients))
        return np.asarray(np.maximum(surface / surface.max(), 1 / LARGEST_GAIN), np.float32)


@dataclass(frozen=True, kw_only=True)
class _Slopes:
    """Differences of pairs of pixels, one above or beside the other."""

    rises: NDArray[np.float64]
    """(N,), of the logarithm of the image."""

    of_terms: NDArray[np.float64]
    """(N, T), of every term of the quadratic."""

    is_black: NDArray[np.int_]
    """(N,), 0 or 1, the colour of the chessboard square."""

    def fit(self, is_used: BoolArray | None = None) -> NDArray[np.float64]:
        """Coefficients (3, 3) that fit most of the slopes, by Cauchy weights."""
        used = slice(None) if is_used is None else is_used
        rises, of_terms = self.rises[used], self.of_terms[used]
        if not len(rises):
            return np.zeros((DEGREE + 1, DEGREE + 1))
        # Only so that a term without slopes, as of a single row, can be solved for.
        ridge = 1e-6 * np.eye(of_terms.shape[1])

        def solve(weights: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
            solution = ridge_solution(of_terms, rises, weights, ridge)
            return solution, rises - of_terms @ solution

        # The first weights assume even illumination.
        weights = WEIGHTING(rises, _spread(rises))
        rounds = [len(rises)] * ROUNDS
        solution, _ = reweighted(solve, weights, rounds, weighting=WEIGHTING, deviation=_spread)
        return np.asarray(np.tensordot(solution, np.stack(_TERMS), 1), np.float64)


def blind_field(image: FloatArray, valid: BoolArray) -> BlindField | None:
    """Estimate the illumination of a linear image (H, W, C), 0..1, from its ``valid`` pixels.

    It is the same for all channels. None if too few pixels are valid and unsaturated.
    """
    small, small_valid = shrunk(image, valid & (image < SATURATED).all(axis=2))
    slopes = _slopes(small, small_valid)
    if len(slopes.rises) < MIN_SLOPES:
        return None
    shape = small_valid.shape
    one, other = (_surface(shape, slopes.fit(slopes.is_black == half)) for half in (0, 1))
    coefficients = slopes.fit()
    surface = _surface(shape, coefficients)
    return BlindField(
        shape=(image.shape[0], image.shape[1]),
        coefficients=coefficients,
        weakest=float(np.exp(surface.min() - surface.max())),
        # Half the difference: the estimate from all slopes lies about midway between the two.
        disagreement=float(np.std((one - other)[small_valid]) / 2),
        dark=_broad_and_dark(small.mean(axis=2) / np.exp(surface), small_valid),
    )


def flattened(image: FloatArray, field: BlindField, valid: BoolArray) -> FloatArray:
    """Divide the illumination out of a linear image (H, W, C); its highlights keep their level."""
    flat = image / field.light()[..., None]
    if valid.any():
        before, after = (np.percentile(a[valid], BRIGHTEST) for a in (image, flat))
        flat *= before / max(after, TINY)
    return np.asarray(flat.clip(0, 1), np.float32)


def shrunk(image: FloatArray, valid: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Reduce an image to means (h, w, C) of valid pixels; also returns where half are valid."""
    factor = max(1, -(-max(valid.shape) // SIDE))
    blocks = [min(factor, size) for size in valid.shape]
    height, width = (size // block for size, block in zip(valid.shape, blocks, strict=True))

    def summed(values: NDArray[Any]) -> FloatArray:
        # Rows and columns that do not fill a block are left out: illumination varies slowly.
        part = values[: height * blocks[0], : width * blocks[1]].astype(np.float32)
        sums = part.reshape(height, blocks[0], width, blocks[1], -1).sum((1, 3))
        return np.asarray(sums, np.float32)

    counts = summed(valid)
    sums = summed(np.where(valid[..., None], image, 0))
    means = np.asarray(sums / np.maximum(counts, 1), np.float32)
    return means, np.asarray(2 * counts[..., 0] >= blocks[0] * blocks[1])


def _slopes(small: FloatArray, valid: BoolArray) -> _Slopes:
    """The slopes of a small image (h, w, C) between pairs of ``valid`` pixels."""
    bright = np.percentile(small[valid], 99, axis=0) if valid.any() else np.ones(small.shape[2])
    logs = np.log(small + FLOOR * np.maximum(bright, TINY))
    terms = np.stack([_surface(valid.shape, term) for term in _TERMS], axis=-1)
    rows, columns = (np.arange(size) * TILES // size for size in valid.shape)
    is_black = (rows[:, None] + columns) % 2
    parts = [
        (logs[to] - logs[start], terms[to] - terms[start], is_black[to], valid[to] & valid[start])
        for start, to in _STEPS
    ]
    n_channels = small.shape[2]
    return _Slopes(
        rises=np.concatenate([rise[both].ravel() for rise, _, _, both in parts]),
        of_terms=np.concatenate([_repeated(t[both], n_channels) for _, t, _, both in parts]),
        is_black=np.concatenate([_repeated(b[both], n_channels) for _, _, b, both in parts]),
    )


def _repeated(values: NDArray[Any], n_channels: int) -> NDArray[Any]:
    """Repeat each row of (N, ...) for all channels of a pixel."""
    return np.repeat(values, n_channels, axis=0)


def _surface(shape: tuple[int, ...], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polynomial (H, W) of the log illumination."""
    down, across = (legvander((2 * np.arange(size) + 1) / size - 1, DEGREE) for size in shape)
    return np.asarray(down @ coefficients @ across.T)


def _broad_and_dark(flat: NDArray[Any], valid: BoolArray) -> float:
    """Share of a flattened image (h, w) in broad dark areas, which remain after a closing."""
    from scipy.ndimage import grey_closing

    radius = max(1, round(BROAD * min(flat.shape)))
    filled = np.pad(np.where(valid, flat, 0), radius, mode="symmetric")
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    closed = grey_closing(filled, footprint=x * x + y * y <= radius * radius)
    inside = closed[radius:-radius, radius:-radius][valid]
    return float(np.mean(inside < DARK * np.percentile(flat[valid], 90)))


def _unit(row: int, column: int) -> NDArray[np.float64]:
    unit = np.zeros((DEGREE + 1, DEGREE + 1))
    unit[row, column] = 1
    return unit


# Without the constant, which has no slope and only sets the level.
_TERMS = [_unit(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1) if 0 < i + j <= DEGREE]
_FIRST, _LAST, _ALL = slice(None, -STEP), slice(STEP, None), slice(None)
_STEPS = (((_FIRST, _ALL), (_LAST, _ALL)), ((_ALL, _FIRST), (_ALL, _LAST)))
