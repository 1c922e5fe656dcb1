"""The light that fell on a painting, estimated from the painting alone.

Light falls off slowly, and everywhere; what is painted changes at outlines, and keeps its tone
between them. So the light is the smooth surface whose slopes most places agree with: a quadratic
of the logarithm, by the slopes of the picture, in which outlines are outliers.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.robust_regression import (
    Weighting,
    reweighted,
    ridge_solution,
    robust_deviation,
)

Mask = NDArray[np.bool_]

SIDE = 128
"""Pixels of the longer side at which slopes are taken, at most."""

STEP = 2
"""Pixels of that picture, from one end of a slope to the other."""

DEGREE = 2
SATURATED = 0.99
FLOOR = 0.02
"""Of the brightest, added before the logarithm is taken: noise of the dark does not count."""

LEAST_SPREAD = 0.002
"""Of the slopes, in logarithms: that of nothing but 8 bit."""

ROUNDS = 30
WEIGHTING = Weighting(tolerance=1.0)
FEWEST_SLOPES = 200
BRIGHTEST = 99.5
"""Percentile of the values, which flattening leaves at its level."""

LARGEST_GAIN = 5.0
TINY = 1e-6
TILES = 4
"""Across the picture and down it, every other of which is fitted by itself."""

BROAD = 1 / 8
"""Of the shorter side: the radius of what is broad."""

DARK = 0.5
"""Of the bright parts of the picture once it is flattened."""


_spread = partial(robust_deviation, least=LEAST_SPREAD)


@dataclass(frozen=True, kw_only=True)
class BlindField:
    """The light of one picture (H, W), and what speaks against it."""

    shape: tuple[int, int]
    coefficients: NDArray[np.float64]
    """(3, 3), of Legendre polynomials of the row and of the column, from −1 to 1."""

    weakest: float
    """Least light, as a share of the most."""

    disagreement: float
    """Between the lights that the two halves of a chessboard tell, as a share."""

    dark: float
    """Share of the picture that is broad and dark even so."""

    def light(self) -> FloatArray:
        """The light (H, W), 1 where it is brightest, as far as it is divided out."""
        surface = np.exp(_surface(self.shape, self.coefficients))
        return np.asarray(np.maximum(surface / surface.max(), 1 / LARGEST_GAIN), np.float32)


@dataclass(frozen=True, kw_only=True)
class _Slopes:
    """What pairs of pixels, one above or beside the other, tell."""

    rises: NDArray[np.float64]
    """(N,), of the logarithm of the picture."""

    of_terms: NDArray[np.float64]
    """(N, T), of every term of the quadratic."""

    is_black: NDArray[np.int_]
    """(N,), 0 or 1, by the squares of a chessboard."""

    def fit(self, is_used: Mask | None = None) -> NDArray[np.float64]:
        """Coefficients (3, 3) that most of the slopes agree with (Cauchy's weights)."""
        used = slice(None) if is_used is None else is_used
        rises, of_terms = self.rises[used], self.of_terms[used]
        if not len(rises):
            return np.zeros((DEGREE + 1, DEGREE + 1))
        ridge = 1e-6 * np.eye(of_terms.shape[1])

        def solve(weights: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
            found = ridge_solution(of_terms, rises, weights, ridge)
            return found, rises - of_terms @ found

        # The first weights are those under even light.
        weights = WEIGHTING(rises, _spread(rises))
        rounds = [len(rises)] * ROUNDS
        found, _ = reweighted(solve, weights, rounds, weighting=WEIGHTING, deviation=_spread)
        return np.asarray(np.tensordot(found, np.stack(_TERMS), 1), np.float64)


def blind_field(picture: FloatArray, measures: Mask) -> BlindField | None:
    """Tell the light of a linear picture (H, W, C), 0..1, from the pixels that ``measures`` (H, W).

    It is the same for all channels. None where too little is neither saturated nor left out.
    """
    small, seen = shrunk(picture, measures & (picture < SATURATED).all(axis=2))
    slopes = _slopes(small, seen)
    if len(slopes.rises) < FEWEST_SLOPES:
        return None
    one, other = (_surface(seen.shape, slopes.fit(slopes.is_black == half)) for half in (0, 1))
    coefficients = slopes.fit()
    surface = _surface(seen.shape, coefficients)
    return BlindField(
        shape=(picture.shape[0], picture.shape[1]),
        coefficients=coefficients,
        weakest=float(np.exp(surface.min() - surface.max())),
        disagreement=float(np.std((one - other)[seen]) / 2),
        dark=_broad_and_dark(small.mean(axis=2) / np.exp(surface), seen),
    )


def flattened(picture: FloatArray, field: BlindField, measures: Mask) -> FloatArray:
    """Divide the light out of a linear picture (H, W, C); what was brightest keeps its level."""
    flat = picture / field.light()[..., None]
    if measures.any():
        before, after = (np.percentile(a[measures], BRIGHTEST) for a in (picture, flat))
        flat *= before / max(after, TINY)
    return np.asarray(flat.clip(0, 1), np.float32)


def shrunk(picture: FloatArray, measures: Mask) -> tuple[FloatArray, Mask]:
    """The picture (h, w, C) of means of the pixels that measure, and where half of them do."""
    factor = max(1, -(-max(measures.shape) // SIDE))
    blocks = [min(factor, size) for size in measures.shape]
    height, width = (size // block for size, block in zip(measures.shape, blocks, strict=True))

    def summed(values: NDArray[Any]) -> FloatArray:
        part = values[: height * blocks[0], : width * blocks[1]].astype(np.float32)
        made = part.reshape(height, blocks[0], width, blocks[1], -1).sum((1, 3))
        return np.asarray(made, np.float32)

    counts = summed(measures)
    sums = summed(np.where(measures[..., None], picture, 0))
    means = np.asarray(sums / np.maximum(counts, 1), np.float32)
    return means, np.asarray(2 * counts[..., 0] >= blocks[0] * blocks[1])


def _slopes(small: FloatArray, seen: Mask) -> _Slopes:
    """The slopes of a small picture (h, w, C) between pixels that are ``seen`` both."""
    bright = np.percentile(small[seen], 99, axis=0) if seen.any() else np.ones(small.shape[2])
    logs = np.log(small + FLOOR * np.maximum(bright, TINY))
    terms = np.stack([_surface(seen.shape, term) for term in _TERMS], axis=-1)
    rows, columns = (np.arange(size) * TILES // size for size in seen.shape)
    is_black = (rows[:, None] + columns) % 2
    parts = [
        (logs[to] - logs[start], terms[to] - terms[start], is_black[to], seen[to] & seen[start])
        for start, to in _STEPS
    ]
    n_channels = small.shape[2]
    return _Slopes(
        rises=np.concatenate([rise[both].ravel() for rise, _, _, both in parts]),
        of_terms=np.concatenate([_repeated(t[both], n_channels) for _, t, _, both in parts]),
        is_black=np.concatenate([_repeated(b[both], n_channels) for _, _, b, both in parts]),
    )


def _repeated(values: NDArray[Any], n_channels: int) -> NDArray[Any]:
    """Each of (N, ...) for all channels of a pixel."""
    return np.repeat(values, n_channels, axis=0)


def _surface(shape: tuple[int, ...], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quadratic (H, W) of the logarithm."""
    down, across = (legvander((2 * np.arange(size) + 1) / size - 1, DEGREE) for size in shape)
    return np.asarray(down @ coefficients @ across.T)


def _broad_and_dark(flat: NDArray[Any], seen: Mask) -> float:
    """Share of a flattened picture (h, w) that lies in broad dark areas: what a closing leaves."""
    from scipy.ndimage import grey_closing

    radius = max(1, round(BROAD * min(flat.shape)))
    filled = np.pad(np.where(seen, flat, 0), radius, mode="symmetric")
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    closed = grey_closing(filled, footprint=x * x + y * y <= radius * radius)
    inside = closed[radius:-radius, radius:-radius][seen]
    return float(np.mean(inside < DARK * np.percentile(flat[seen], 90)))


def _unit(row: int, column: int) -> NDArray[np.float64]:
    unit = np.zeros((DEGREE + 1, DEGREE + 1))
    unit[row, column] = 1
    return unit


_TERMS = [_unit(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1) if 0 < i + j <= DEGREE]
_FIRST, _LAST, _ALL = slice(None, -STEP), slice(STEP, None), slice(None)
_STEPS = (((_FIRST, _ALL), (_LAST, _ALL)), ((_ALL, _FIRST), (_ALL, _LAST)))
