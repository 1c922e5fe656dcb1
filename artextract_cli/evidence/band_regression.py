"""Robust regression of one band from others, on the painting itself: what shorter bands explain.

Paint that hides nothing shows in the infrared what its visible colour foretells for that painting;
a hidden layer adds to it or takes away. The regression is fitted on the scene alone, without any
learning, and looks away from the pixels that do not follow it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.pca import principal_axes
from artextract_cli.imaging.robust_regression import (
    Weighting,
    reweighted,
    robust_deviation,
    upper_median,
)
from artextract_cli.kernels.filters import blur, gradients
from artextract_cli.kernels.local_regression import deviating, monomials, polynomial, subtract

DARKEST = 0.03  # added before logarithms: about the reflectance of the blackest paint
N_COMPONENTS = 5
ROUNDS = (1000, 1000, 1000, 1000, 3000, 3000)  # pixels of each round of a fit
FIT_PIXELS = max(ROUNDS)
RIDGE = 1e-4  # per pixel, on columns of variance one
PREDICTOR_BLUR, TARGET_BLUR, SLOPE_BLUR = 1.0, 0.7, 1.5  # σ in pixels
TWO_SIDED = Weighting(tolerance=2.0)
LEAST_VARIANCE = 1e-3  # of a component of standardised logarithms; weaker ones are left out
LARGEST_RESIDUAL = 25.0  # deviations; stronger residuals tell no more
# In logarithms of reflectance: a residual below this is rounding or focus, not paint.
_LEAST_DEVIATION = 3e-3
_deviation = partial(robust_deviation, least=_LEAST_DEVIATION, median=upper_median)


@dataclass(frozen=True, kw_only=True)
class Projection:
    """From the logarithms of C channels to their K strongest principal components."""

    centre: FloatArray  # (C,)
    spread: FloatArray  # (C,)
    turn: FloatArray  # (C, K)

    def __call__(self, logs: FloatArray) -> FloatArray:
        """Components (h, w, K) of ``logs`` (h, w, C)."""
        turn = self.turn / self.spread[:, None]
        made = logs.reshape(-1, logs.shape[-1]) @ turn
        subtract(made, self.centre @ turn)
        return made.reshape(*logs.shape[:2], -1)


class Surface(NamedTuple):
    """What the visible side tells a regression, of a picture (h, w, ...) or of pixels (n, ...)."""

    components: FloatArray  # (..., K) principal components of its log channels, variance one
    slopes: FloatArray  # (..., S) of the two strongest components


@dataclass(frozen=True, kw_only=True)
class BandFit:
    """Predictions of T log bands by a polynomial, and one robust deviation of each from it."""

    offsets: FloatArray  # (T,)
    gains: FloatArray  # (terms, T)
    deviations: FloatArray  # (T,)
    cubic: bool

    def of(self, bands: Sequence[int]) -> "BandFit":
        """The same for some of the bands, or for one several times."""
        return BandFit(
            offsets=self.offsets[bands],
            gains=self.gains[:, bands],
            deviations=self.deviations[bands],
            cubic=self.cubic,
        )

    def residuals(self, surface: Surface, targets: FloatArray) -> FloatArray:
        """What a surface leaves of ``targets`` (h, w, T), in deviations, within ±25."""
        n = targets.shape[0] * targets.shape[1]
        x, slopes, y = (p.reshape(n, p.shape[-1]) for p in (*surface, targets))
        foretold = polynomial(x, slopes, self.gains, cubic=self.cubic)
        left = deviating(y, foretold, self.offsets, self.deviations, LARGEST_RESIDUAL)
        return left.reshape(targets.shape)


def log_reflectance(channels: FloatArray, sigma: float) -> FloatArray:
    """log(R + .03) of ``channels`` (H, W, C) after a Gaussian blur."""
    return np.log(np.maximum(blur(channels, sigma), 0) + np.float32(DARKEST))


def centre_and_spread(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (C,) of ``columns`` (n, C), the latter never quite zero."""
    return columns.mean(0), np.maximum(columns.std(0), 1e-6)


def fit_projection(logs: FloatArray, n_components: int = N_COMPONENTS) -> Projection:
    """The strongest principal components of ``logs`` (n, C), standardised.

    There are K, up to ``n_components``, of variance one over these n pixels.
    """
    centre, spread = centre_and_spread(logs)
    standard = (logs - centre) / spread
    axes = principal_axes(standard.T @ standard / len(logs), n_components)
    turn = axes.directions * axes.gains(LEAST_VARIANCE)
    return Projection(centre=centre, spread=spread, turn=turn.astype(np.float32))


def surface_features(logs: FloatArray, projection: Projection) -> Surface:
    """Principal components and slopes of the visible log channels ``logs`` (h, w, C).

    The slopes of the two strongest components are among the terms of a regression: to first order,
    a band displaced against the photograph differs by a slope.
    """
    components = projection(logs)
    slopes = gradients(blur(components[..., :2], SLOPE_BLUR))
    return Surface(components, np.concatenate(slopes, axis=-1))


def fit_bands(
    surface: Surface,
    targets: FloatArray,
    *,
    cubic: bool = True,
    weighting: Weighting = TWO_SIDED,
) -> BandFit:
    """Fit log bands ``targets`` (n, T) by what n pixels of a surface show.

    Ridge regression on a polynomial, up to products of three components if ``cubic``, else of two,
    with iteratively reweighted least squares: by default, a pixel with a residual of u robust
    deviations weighs 1/(1 + (u/2)²), darker or brighter than predicted. The first rounds, which
    need not be exact, take fewer of the pixels, whose order must be random.
    """
    terms = monomials(*surface, cubic)
    centre, spread = centre_and_spread(terms)
    design = np.ones((len(terms), len(spread) + 1), np.float32)
    design[:, :-1] = (terms - centre) / spread
    levels = targets.mean(0, dtype=np.float64)
    centred = np.ascontiguousarray((targets - levels).T, np.float32)
    fits = [_fit(design, target, weighting) for target in centred]
    gains = np.array([slope[:-1] / spread for slope, _ in fits], np.float32)
    shifts = np.array([slope[-1] - centre / spread @ slope[:-1] for slope, _ in fits])
    return BandFit(
        offsets=(levels + shifts).astype(np.float32),
        gains=gains.reshape(-1, len(spread)).T,
        deviations=np.array([deviation for _, deviation in fits], np.float32),
        cubic=cubic,
    )


def _fit(design: FloatArray, y: FloatArray, weighting: Weighting) -> tuple[FloatArray, float]:
    """Coefficients (T + 1,) of ``y`` (n,) and its robust deviation from what they predict.

    ``design`` (n, T + 1) holds standardised terms and, last, ones, which no ridge holds back.
    """
    n, n_terms = design.shape
    penalised = np.diag(np.float32(np.arange(n_terms) < n_terms - 1))

    def solve(share: FloatArray) -> tuple[FloatArray, FloatArray]:
        chosen = design[: len(share)]
        # By roots of the weights, so that BLAS computes half of a symmetric product.
        weighted = chosen * np.sqrt(share)[:, None]
        ridge = RIDGE * len(chosen) * penalised
        gram = weighted.T @ weighted + ridge
        gains = np.linalg.solve(gram, (share * y[: len(share)]) @ chosen)
        return gains, y - design @ gains

    weights = np.ones(n, np.float32)
    return reweighted(solve, weights, ROUNDS, weighting=weighting, deviation=_deviation)
