"""Robust regression of one band from others, on the painting itself: what shorter bands explain.

Paint that hides nothing shows in the infrared what its visible colour foretells for that painting;
a hidden layer adds to it or takes away. The regression is fitted on the scene alone, without any
learning, and looks away from the pixels that do not follow it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.filters import blur, gradients
from artextract_cli.kernels.local_regression import deviating, monomials, polynomial, subtract

DARKEST = 0.03  # added before logarithms: about the reflectance of the blackest paint
N_COMPONENTS = 5
ROUNDS = (1000, 1000, 1000, 1000, 3000, 3000)  # pixels of each round of a fit
FIT_PIXELS = max(ROUNDS)
RIDGE = 1e-4  # per pixel, on columns of variance one
PREDICTOR_BLUR, TARGET_BLUR, SLOPE_BLUR = 1.0, 0.7, 1.5  # σ in pixels
TOLERANCE = 2.0  # deviations beyond which a pixel loses weight, either way
LARGEST = 25.0  # deviations; stronger residuals tell no more
Weighting = Callable[[FloatArray], FloatArray]
# In logarithms of reflectance: a residual below this is rounding or focus, not paint.
_LEAST_DEVIATION = 3e-3


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
        left = deviating(y, foretold, self.offsets, self.deviations, LARGEST)
        return left.reshape(targets.shape)


def log_reflectance(channels: FloatArray, sigma: float) -> FloatArray:
    """log(R + .03) of ``channels`` (H, W, C) after a Gaussian blur."""
    return np.log(np.maximum(blur(channels, sigma), 0) + np.float32(DARKEST))


def fit_projection(logs: FloatArray, n_components: int = N_COMPONENTS) -> Projection:
    """The strongest principal components of ``logs`` (n, C), standardised.

    There are K, up to ``n_components``, of variance one over these n pixels.
    """
    centre, spread = logs.mean(0), np.maximum(logs.std(0), 1e-6)
    standard = (logs - centre) / spread
    values, vectors = np.linalg.eigh(standard.T @ standard / len(logs))
    strongest = slice(None, -n_components - 1, -1)
    values, vectors = values[strongest], vectors[:, strongest]
    # A direction without variance holds rounding errors only.
    gain = np.where(values > 1e-3, 1 / np.sqrt(np.maximum(values, 1e-3)), 0)
    return Projection(centre=centre, spread=spread, turn=(vectors * gain).astype(np.float32))


def look_at(logs: FloatArray, projection: Projection) -> Surface:
    """Principal components and slopes of the visible log channels ``logs`` (h, w, C).

    The slopes of the two strongest components are among the terms of a regression: to first order,
    a band displaced against the photograph differs by a slope.
    """
    components = projection(logs)
    slopes = gradients(blur(components[..., :2], SLOPE_BLUR))
    return Surface(components, np.concatenate(slopes, axis=-1))


def fit_bands(
    surface: Surface, targets: FloatArray, *, cubic: bool = True, weigh: Weighting | None = None
) -> BandFit:
    """Fit log bands ``targets`` (n, T) by what n pixels of a surface show.

    Ridge regression on a polynomial, up to products of three components if ``cubic``, else of two,
    with iteratively reweighted least squares: a pixel with residual u deviations (1.4826 times the
    median absolute residual) weighs 1/(1 + (u/2)²), darker or brighter than foretold. The first
    rounds, which need not be exact, take fewer of the pixels, whose order must be random. Another
    ``weigh`` gives the weights (n,) of residuals (n,) in deviations.
    """
    terms = monomials(*surface, cubic)
    centre, spread = terms.mean(0), np.maximum(terms.std(0), 1e-6)
    design = np.ones((len(terms), len(spread) + 1), np.float32)
    design[:, :-1] = (terms - centre) / spread
    levels = targets.mean(0, dtype=np.float64)
    centred = np.ascontiguousarray((targets - levels).T, np.float32)
    fits = [_fit(design, target, weigh or two_sided) for target in centred]
    gains = np.array([slope[:-1] / spread for slope, _ in fits], np.float32)
    shifts = np.array([slope[-1] - centre / spread @ slope[:-1] for slope, _ in fits])
    return BandFit(
        offsets=(levels + shifts).astype(np.float32),
        gains=gains.reshape(-1, len(spread)).T,
        deviations=np.array([deviation for _, deviation in fits], np.float32),
        cubic=cubic,
    )


class ChainedFit:
    """The regression of a band with the next shorter infrared one among what foretells it."""

    def __init__(self, components: FloatArray, before: FloatArray, target: FloatArray) -> None:
        """Fit ``target`` (n,) by components (n, K) and the band ``before`` (n,)."""
        self._centre, self._spread = before.mean(), max(float(before.std()), 1e-6)
        seen = self._seen(components, before)
        self._fit = fit_bands(seen, target[:, None], cubic=False)

    def residual(
        self, components: FloatArray, before: FloatArray, target: FloatArray
    ) -> FloatArray:
        """What is left (h, w) of ``target`` (h, w), in deviations."""
        return self._fit.residuals(self._seen(components, before), target[..., None])[..., 0]

    def _seen(self, components: FloatArray, before: FloatArray) -> Surface:
        scaled = (before - self._centre) / self._spread
        both = np.concatenate([components, scaled[..., None]], axis=-1).astype(np.float32)
        return Surface(both, both[..., :0])


def two_sided(residual: FloatArray) -> FloatArray:
    """Weights (n,) of residuals (n,) in deviations: outliers of either sign lose weight alike."""
    return np.asarray(1 / (1 + (residual / TOLERANCE) ** 2), np.float32)


def _fit(design: FloatArray, y: FloatArray, weigh: Weighting) -> tuple[FloatArray, float]:
    """Slopes (T + 1,) of ``y`` (n,) and its robust deviation from what they foretell.

    ``design`` (n, T + 1) holds standardised terms and, last, ones, which no ridge holds back.
    """
    n, n_terms = design.shape
    penalised = np.diag(np.float32(np.arange(n_terms) < n_terms - 1))
    weight = np.ones(n, np.float32)
    for size in ROUNDS:
        seen, share = design[:size], weight[:size]
        weighted = seen * np.sqrt(share)[:, None]
        ridge = RIDGE * len(seen) * penalised
        slope = np.linalg.solve(weighted.T @ weighted + ridge, (share * y[:size]) @ seen)
        error = y - design @ slope
        deviation = max(1.4826 * _median(np.abs(error)), _LEAST_DEVIATION)
        weight = weigh(error / deviation)
    return slope, deviation


def _median(values: FloatArray) -> float:
    """The median of ``values`` (n,), of an even number the upper one of the middle two."""
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])
