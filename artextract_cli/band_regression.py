"""Robust regression of one band from others, on the painting itself: what shorter bands explain.

Paint that hides nothing shows in the infrared what its visible colour foretells for that painting;
a hidden layer adds to it or takes away. The regression is fitted on the scene alone, without any
learning, and looks away from the pixels that do not follow it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli.contract import FloatArray
from artextract_cli.image_kernels import blur, gradients, monomials, polynomial

DARKEST = 0.03  # added before logarithms: about the reflectance of the blackest paint
N_COMPONENTS = 5
FIT_PIXELS = 3000
ROUNDS = 5
RIDGE = 1e-4  # per pixel, on columns of variance one
PREDICTOR_BLUR, TARGET_BLUR, SLOPE_BLUR = 1.0, 0.7, 1.5  # σ in pixels
TOLERANCE = 2.0  # deviations beyond which a pixel loses weight, either way
LARGEST = 25.0  # deviations; stronger residuals tell no more
# In logarithms of reflectance: a residual below this is rounding or focus, not paint.
_LEAST_DEVIATION = 3e-3


@dataclass(frozen=True, kw_only=True)
class Surface:
    """What the visible side of a scene tells a regression, for P = H × W pixels in raster order."""

    components: FloatArray  # (P, K) principal components of its log channels, variance one
    slopes: FloatArray  # (P, S) of the two strongest components
    chosen: NDArray[np.intp]  # pixels to fit on
    shape: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """A prediction ``offset + terms @ gain``, and one robust deviation from it."""

    offset: float
    gain: FloatArray  # (T,)
    deviation: float


def log_reflectance(channels: FloatArray, sigma: float) -> FloatArray:
    """log(R + .03) of ``channels`` (H, W, C) after a Gaussian blur."""
    return np.log(np.maximum(blur(channels, sigma), 0) + np.float32(DARKEST))


def look_at(channels: FloatArray, painted: NDArray[np.bool_] | None = None) -> Surface:
    """Principal components and polynomial terms of the visible ``channels`` (H, W, C), linear.

    The slopes of the two strongest components are among the terms: to first order, a band displaced
    against the photograph differs by a slope. Fitting takes 3 000 random pixels, always the same,
    of those ``painted`` (H, W), or of all where none is.
    """
    height, width, n_channels = channels.shape
    logs = log_reflectance(channels, PREDICTOR_BLUR).reshape(-1, n_channels)
    if painted is None or not painted.any():
        painted = np.ones((height, width), np.bool_)
    candidates = np.flatnonzero(painted)
    chosen = np.random.default_rng(0).permutation(candidates)[:FIT_PIXELS]
    components = principal_components(logs, chosen)
    pictures = components.reshape(height, width, -1)
    slopes = np.concatenate(gradients(blur(pictures[..., :2], SLOPE_BLUR)), axis=-1)
    return Surface(
        components=components,
        slopes=slopes.reshape(len(logs), -1),
        chosen=chosen,
        shape=(height, width),
    )


def residuals(surface: Surface, targets: FloatArray) -> FloatArray:
    """What the surface leaves unexplained of log bands ``targets`` (H, W, T), in robust deviations.

    Ridge regression on a cubic polynomial and slopes with iteratively reweighted least squares: a
    pixel with residual u deviations (1.4826 times the median absolute residual) weighs
    1/(1 + (u/2)²), darker or brighter than foretold. Within ±25.
    """
    return _left(surface, surface.components, surface.slopes, targets, cubic=True)


def chained_residual(surface: Surface, before: FloatArray, target: FloatArray) -> FloatArray:
    """The same of ``target`` (H, W) with the next shorter band ``before`` (H, W) as a predictor."""
    band = before.reshape(-1, 1)
    sample = band[surface.chosen]
    scaled = (band - sample.mean()) / max(float(sample.std()), 1e-6)
    components = np.concatenate([surface.components, scaled], axis=1).astype(np.float32)
    none = np.empty((len(band), 0), np.float32)
    return _left(surface, components, none, target[..., None], cubic=False)[..., 0]


def _left(
    surface: Surface,
    components: FloatArray,
    extra: FloatArray,
    targets: FloatArray,
    *,
    cubic: bool,
) -> FloatArray:
    """Residuals (H, W, T) in deviations: fitted on the chosen pixels, predicted on all."""
    chosen = surface.chosen
    terms = monomials(components[chosen], extra[chosen], cubic)
    y = targets.reshape(-1, targets.shape[-1])
    fits = [_fit(terms, target[chosen]) for target in y.T]
    gains = np.stack([fit.gain for fit in fits], axis=1)
    offsets = np.array([fit.offset for fit in fits], np.float32)
    spreads = np.array([fit.deviation for fit in fits], np.float32)
    left = (y - offsets - polynomial(components, extra, gains, cubic=cubic)) / spreads
    kept = np.clip(left, -LARGEST, LARGEST).astype(np.float32)
    return np.asarray(kept.reshape(targets.shape))


def _fit(terms: FloatArray, y: FloatArray) -> _Fit:
    """Fit ``y`` (N,) by ``terms`` (N, T)."""
    centre, spread = terms.mean(0), np.maximum(terms.std(0), 1e-6)
    design = (terms - centre) / spread
    weight = np.ones(len(y), np.float32)
    penalty = RIDGE * len(y) * np.eye(design.shape[1], dtype=np.float32)
    for _ in range(ROUNDS):
        level = (weight @ y) / weight.sum()
        middle = (weight @ design) / weight.sum()
        apart = design - middle
        weighted = apart * weight[:, None]
        slope = np.linalg.solve(weighted.T @ apart + penalty, weighted.T @ (y - level))
        error = y - level - apart @ slope
        deviation = max(1.4826 * float(np.median(np.abs(error))), _LEAST_DEVIATION)
        weight = (1 / (1 + (error / deviation / TOLERANCE) ** 2)).astype(np.float32)
    return _Fit(
        offset=float(level - (middle + centre / spread) @ slope),
        gain=(slope / spread).astype(np.float32),
        deviation=deviation,
    )


def principal_components(logs: FloatArray, chosen: NDArray[np.intp]) -> FloatArray:
    """The strongest principal components (P, K) of ``logs`` (P, C), standardised, K up to 5.

    They have variance one over the pixels ``chosen``.
    """
    sample = logs[chosen]
    centre, spread = sample.mean(0), np.maximum(sample.std(0), 1e-6)
    standard = (sample - centre) / spread
    values, vectors = np.linalg.eigh(standard.T @ standard / len(sample))
    strongest = slice(None, -N_COMPONENTS - 1, -1)
    values, vectors = values[strongest], vectors[:, strongest]
    # A direction without variance holds rounding errors only.
    gain = np.where(values > 1e-3, 1 / np.sqrt(np.maximum(values, 1e-3)), 0)
    return np.asarray((logs - centre) / spread @ (vectors * gain), np.float32)
