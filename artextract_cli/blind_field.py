"""The light that fell on a painting, told from the painting alone.

Light falls off slowly, and everywhere; what is painted changes at outlines, and keeps its tone
between them. So the light is the smooth surface whose slopes most places agree with: a quadratic
of the logarithm, by the slopes of the picture, in which outlines are outliers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from artextract_cli.contract import FloatArray

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
FEWEST_SLOPES = 200
BRIGHTEST = 99.5
"""Percentile of the values, which flattening leaves at its level."""

LARGEST_GAIN = 5.0
TILES = 4
"""Across the picture and down it, every other of which is fitted by itself."""

BROAD = 1 / 8
"""Of the shorter side: the radius of what is broad."""

DARK = 0.5
"""Of the bright parts of the picture once it is flattened."""


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

    is_black: Mask
    """(N,), by the squares of a chessboard."""

    def fit(self, is_used: Mask | None = None) -> NDArray[np.float64]:
        """Coefficients (3, 3) that most of the slopes agree with (Cauchy's weights)."""
        used = slice(None) if is_used is None else is_used
        rises, of_terms = self.rises[used], self.of_terms[used]
        ridge = 1e-6 * np.eye(of_terms.shape[1])
        found: NDArray[Any] = np.zeros(of_terms.shape[1])
        rest = rises
        for _ in range(ROUNDS if len(rises) else 0):
            spread = max(1.4826 * float(np.median(np.abs(rest))), LEAST_SPREAD)
            weighted = of_terms / (1 + (rest / spread) ** 2)[:, None]
            found = np.linalg.solve(weighted.T @ of_terms + ridge, weighted.T @ rises)
            rest = rises - of_terms @ found
        return np.asarray(np.tensordot(found, np.stack(_TERMS), 1), np.float64)


def blind_field(values: FloatArray, measures: Mask) -> BlindField | None:
    """Tell the light of a linear picture (H, W), 0..1, from the pixels that ``measures`` (H, W).

    None where too little of it is neither saturated nor left out.
    """
    small, seen = shrunk(values, measures & (values < SATURATED))
    slopes = _slopes(small, seen)
    if len(slopes.rises) < FEWEST_SLOPES:
        return None
    one, other = (
        _surface(small.shape, slopes.fit(slopes.is_black == half)) for half in (False, True)
    )
    coefficients = slopes.fit()
    surface = _surface(small.shape, coefficients)
    return BlindField(
        shape=(values.shape[0], values.shape[1]),
        coefficients=coefficients,
        weakest=float(np.exp(surface.min() - surface.max())),
        disagreement=float(np.std((one - other)[seen]) / 2),
        dark=_broad_and_dark(np.asarray(small / np.exp(surface), np.float32), seen),
    )


def flattened(values: FloatArray, field: BlindField, measures: Mask) -> FloatArray:
    """Divide the light out of a linear picture (H, W); what was brightest keeps its level."""
    flat = values / field.light()
    if measures.any():
        before, after = (np.percentile(a[measures], BRIGHTEST) for a in (values, flat))
        flat *= before / max(after, np.finfo(np.float32).tiny)
    return np.asarray(flat.clip(0, 1), np.float32)


def shrunk(values: FloatArray, measures: Mask) -> tuple[FloatArray, Mask]:
    """The picture (h, w) of means of the pixels that measure, and where half of them do."""
    factor = max(1, -(-max(values.shape) // SIDE))
    height, width = (max(1, size // factor) for size in values.shape)
    rows, columns = (min(factor, size) for size in values.shape)

    def summed(picture: NDArray[np.float32]) -> FloatArray:
        part = picture[: height * rows, : width * columns]
        return np.asarray(part.reshape(height, rows, width, columns).sum((1, 3)))

    counts = summed(measures.astype(np.float32))
    sums = summed(np.where(measures, values, 0).astype(np.float32))
    means = np.asarray(sums / np.maximum(counts, 1), np.float32)
    return means, np.asarray(2 * counts >= rows * columns)


def _slopes(small: FloatArray, seen: Mask) -> _Slopes:
    """The slopes between pixels of a small picture (h, w) that are ``seen`` both."""
    bright = float(np.percentile(small[seen], 99)) if seen.any() else 1.0
    logs = np.log(small + FLOOR * max(bright, 1e-6))
    terms = np.stack([_surface(small.shape, term) for term in _TERMS], axis=-1)
    rows, columns = (np.arange(size) * TILES // size for size in small.shape)
    is_black = (rows[:, None] + columns) % 2 == 1
    parts = [
        (logs[to] - logs[start], terms[to] - terms[start], is_black[to], seen[to] & seen[start])
        for start, to in _STEPS
    ]
    return _Slopes(
        rises=np.concatenate([rise[both] for rise, _, _, both in parts]).astype(np.float64),
        of_terms=np.concatenate([rise[both] for _, rise, _, both in parts]),
        is_black=np.concatenate([black[both] for _, _, black, both in parts]),
    )


def _surface(shape: tuple[int, ...], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quadratic (H, W) of the logarithm."""
    down, across = (legvander((2 * np.arange(size) + 1) / size - 1, DEGREE) for size in shape)
    return np.asarray(down @ coefficients @ across.T)


def _broad_and_dark(flat: FloatArray, seen: Mask) -> float:
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
