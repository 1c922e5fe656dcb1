"""Robust regression of one band on others, fitted on the painting itself.

Where nothing is hidden, the visible colours of a painting predict its infrared; a hidden layer adds
to it or subtracts from it. The regression is fitted on the scene alone, without any learning, and
gives little weight to pixels that do not follow it.
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
from artextract_cli.kernels.local_regression import (
    monomials,
    polynomial,
    standardised_residuals,
)

DARKEST = 0.03  # added before logarithms: about the reflectance of the blackest paint
# Principal components: a cubic polynomial of five has 55 terms, for `FIT_PIXELS` pixels.
N_COMPONENTS = 5
# The first rounds only find out which pixels are outliers, for which a third is enough; the
# coefficients come from the last, with about 50 pixels for each term.
ROUNDS = (1000, 1000, 1000, 1000, 3000, 3000)  # pixels of each round of a fit
FIT_PIXELS = max(ROUNDS)
# A much larger one shrinks the coefficients, and surface paint stays in the residual.
RIDGE = 1e-4  # per pixel, on terms of variance one: only stabilises collinear terms
# Blur removes noise, which weakens a fit if predictors have it. Targets are blurred less, so that
# pencil lines of 1 to 3 pixels survive, and slopes more, as differences amplify noise.
PREDICTOR_BLUR, TARGET_BLUR, SLOPE_BLUR = 1.0, 0.7, 1.5  # σ in pixels
SLOPE_REACH = 6  # pixels that slopes reach: 3 σ of their blur, rounded up, and 1 of a difference
TWO_SIDED = Weighting(tolerance=2.0)  # deviations at which a pixel has half of its weight
# Of five components each occurs in 21 of the 55 terms: scaled to variance one, noise would too.
LEAST_VARIANCE = 1e-3  # of a component of standardised logarithms; weaker ones are left out
LARGEST_RESIDUAL = 25.0  # deviations; clipped, as larger ones carry no further information
# In logarithms of reflectance: smaller residuals are due to rounding or focus, not paint.
# Where a band follows the visible exactly, rounding would otherwise be many deviations.
_LEAST_DEVIATION = 3e-3
_deviation = partial(robust_deviation, least=_LEAST_DEVIATION, median=upper_median)


@dataclass(frozen=True, kw_only=True)
class Projection:
    """From the logarithms of C channels to their K strongest principal components."""

    centre: FloatArray  # (C,)
    spread: FloatArray  # (C,)
    directions: FloatArray  # (C, K) of the components, scaled to variance one

    def __call__(self, logs: FloatArray) -> FloatArray:
        """Components (h, w, K) of ``logs`` (h, w, C)."""
        # The centre is subtracted after the projection: K numbers per pixel instead of C.
        directions = self.directions / self.spread[:, None]
        components = logs.reshape(-1, logs.shape[-1]) @ directions
        planes = np.empty(components.shape[::-1], np.float32)
        np.subtract(components.T, (self.centre @ directions)[:, None], out=planes)
        return as_image(planes.reshape(-1, *logs.shape[:2]))


class Surface(NamedTuple):
    """Visible predictors of a regression, of an image (h, w, ...) or of pixels (n, ...).

    In memory an image lies plane by plane, as filters and polynomials read it.
    """

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
        """The fit of some of the bands; an index may be repeated."""
        return BandFit(
            offsets=self.offsets[bands],
            gains=self.gains[:, bands],
            deviations=self.deviations[bands],
            cubic=self.cubic,
        )

    def residuals(self, surface: Surface, targets: FloatArray) -> FloatArray:
        """Residuals (T, h, w) of ``targets`` (h, w, T), in deviations, clipped to ±25."""
        n = targets.shape[0] * targets.shape[1]
        x, slopes = (np.moveaxis(image, -1, 0).reshape(-1, n) for image in surface)
        predicted = polynomial(x, slopes, self.gains, cubic=self.cubic)
        residuals = standardised_residuals(
            targets.reshape(n, -1), predicted, self.offsets, self.deviations, LARGEST_RESIDUAL
        )
        return residuals.reshape(-1, *targets.shape[:2])


def log_reflectance(channels: FloatArray, sigma: float) -> FloatArray:
    """log(R + .03) of ``channels`` (H, W, C) after a Gaussian blur."""
    return log_of(blur(channels, sigma))


def log_of(reflectance: FloatArray) -> FloatArray:
    """log(R + .03) of reflectances of any shape."""
    shifted = np.maximum(reflectance, 0)
    shifted += np.float32(DARKEST)
    return np.log(shifted, out=shifted)


def centre_and_spread(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (C,) of ``columns`` (n, C), the latter never quite zero."""
    return columns.mean(0), np.maximum(columns.std(0), 1e-6)


def fit_projection(logs: FloatArray, n_components: int = N_COMPONENTS) -> Projection:
    """Fit the strongest principal components of standardised ``logs`` (n, C).

    There are K, up to ``n_components``, of variance one over these n pixels.
    """
    centre, spread = centre_and_spread(logs)
    standard = (logs - centre) / spread
    axes = principal_axes(standard.T @ standard / len(logs), n_components)
    directions = axes.directions * axes.gains(LEAST_VARIANCE)
    return Projection(centre=centre, spread=spread, directions=directions.astype(np.float32))


def surface_features(logs: FloatArray, projection: Projection) -> Surface:
    """Principal components and slopes of the visible log channels ``logs`` (h, w, C).

    The slopes of the two strongest components are among the terms of a regression: to first order,
    a band displaced against the photograph differs by a slope.
    """
    components = projection(logs)
    return Surface(components, as_image(slopes_of(components)))


def slopes_of(components: FloatArray) -> list[FloatArray]:
    """Slopes (h, w) down, then across, of the two strongest of ``components`` (h, w, K)."""
    first = (components[..., i : i + 1] for i in range(min(2, components.shape[-1])))
    slopes = [gradients(blur(component, SLOPE_BLUR)) for component in first]
    return [slope[axis][..., 0] for axis in (0, 1) for slope in slopes]


def as_image(planes: Sequence[FloatArray] | FloatArray) -> FloatArray:
    """Planes (h, w) as an image (h, w, n) that lies plane by plane in memory."""
    return np.moveaxis(np.asarray(planes), 0, -1)


def fit_bands(
    surface: Surface,
    targets: FloatArray,
    *,
    cubic: bool = True,
    weighting: Weighting = TWO_SIDED,
) -> BandFit:
    """Fit log bands ``targets`` (n, T) by the surface of n pixels.

    Ridge regression on a polynomial, up to products of three components if ``cubic``, else of two,
    with iteratively reweighted least squares: by default, a pixel with a residual of u robust
    deviations weighs 1/(1 + (u/2)²), darker or brighter than predicted. The first rounds, which
    need not be exact, use fewer of the pixels, whose order must be random.
    """
    # (n, T); `polynomial` computes the terms of whole blocks in the same order.
    terms = monomials(*surface, cubic)
    centre, spread = centre_and_spread(terms)
    # Single precision halves time and memory; fits in double precision differ by 0.04 to 0.21
    # deviations at the most sensitive pixel of four paintings.
    design = np.ones((len(terms), len(spread) + 1), np.float32)
    design[:, :-1] = (terms - centre) / spread
    # Without their level, targets keep their digits in single precision; as rows (T, n), each is
    # contiguous for the rounds of its fit.
    levels = targets.mean(0, dtype=np.float64)
    centred = np.ascontiguousarray((targets - levels).T, np.float32)
    fits = [_fit(design, target, weighting) for target in centred]
    # Gains and offsets are converted to raw terms, which need not be standardised at every pixel.
    gains = np.array([slope[:-1] / spread for slope, _ in fits], np.float32)
    shifts = np.array([slope[-1] - centre / spread @ slope[:-1] for slope, _ in fits])
    return BandFit(
        offsets=(levels + shifts).astype(np.float32),
        gains=gains.reshape(-1, len(spread)).T,
        deviations=np.array([deviation for _, deviation in fits], np.float32),
        cubic=cubic,
    )


def _fit(design: FloatArray, y: FloatArray, weighting: Weighting) -> tuple[FloatArray, float]:
    """Coefficients (T + 1,) of ``y`` (n,) and its robust deviation from the prediction.

    ``design`` (n, T + 1) contains standardised terms and, last, ones, which are not penalised.
    """
    n, n_terms = design.shape
    penalised = np.diag(np.float32(np.arange(n_terms) < n_terms - 1))

    def solve(share: FloatArray) -> tuple[FloatArray, FloatArray]:
        chosen = design[: len(share)]
        # With roots of the weights the product is symmetric, and BLAS computes half of it.
        weighted = chosen * np.sqrt(share)[:, None]
        ridge = RIDGE * len(chosen) * penalised
        gram = weighted.T @ weighted + ridge
        gains = np.linalg.solve(gram, (share * y[: len(share)]) @ chosen)
        return gains, y - design @ gains

    weights = np.ones(n, np.float32)
    return reweighted(solve, weights, ROUNDS, weighting=weighting, deviation=_deviation)
