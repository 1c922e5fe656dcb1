"""The regressions of the hidden-layer image: the terms of each pixel, and the robust fit."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import as_image, centre_and_spread, log_reflectance
from artextract_cli.imaging.robust_regression import Weighting, reweighted, robust_deviation
from artextract_cli.kernels.filters import blur, gradients
from artextract_cli.kernels.local_regression import polynomial

# To first order a displaced band differs by a slope, and a blurred one by a second difference.
N_SLOPED, N_CURVED = 2, 2  # components whose first and second differences are terms
# As in `band_regression`, but every round uses all pixels.
ROUNDS = 6  # of reweighting
OWN_BLUR, INFRARED_BLUR, SLOPE_BLUR, CURVE_BLUR = 1.0, 0.7, 1.5, 0.7  # σ in pixels
# A larger one would count wide brushstrokes as detail and raise their uncertainty.
LINE_SCALE = 1.5  # σ in pixels of the blur that details are compared with
LEAST_DEVIATION = 1e-3  # of a logarithm: smaller residuals are due to rounding, not paint

# Slopes (T,) of standardised terms, and the centres of terms (T,) and target.
_CentredSolution = tuple[FloatArray, FloatArray, np.floating[Any]]

deviation_of = partial(robust_deviation, least=LEAST_DEVIATION)


class PixelTerms(NamedTuple):
    """Terms of the regressions, of the pixels of a block (h, w, ...) or of some pixels (P, ...)."""

    components: FloatArray  # (..., K) principal components of the visible log channels, variance 1
    slopes: FloatArray  # (..., S) first and second differences of the components
    difficulty: FloatArray  # (..., 3) difficulty features: slope, detail and rarity of the colour
    bands: FloatArray  # (..., G) logarithms of groups of infrared bands
    own: FloatArray  # (..., G, 2) their own first differences

    def flat(self) -> "PixelTerms":
        """The terms of all P pixels of a block, (P, ...)."""
        return PixelTerms(*map(_flat, self))

    def extra(self, group: int) -> FloatArray:
        """Terms (P, S + 2) of a group of bands in addition to the components."""
        return np.concatenate([self.slopes, self.own[:, group]], axis=1)


def _flat(image: FloatArray) -> FloatArray:
    """The pixels (P, ...) of an image (h, w, ...), without a copy if it lies plane by plane."""
    planes = np.moveaxis(image, (0, 1), (-2, -1))
    return np.moveaxis(planes.reshape(*planes.shape[:-2], -1), -1, 0)


def terms_of(components: FloatArray, groups: Sequence[FloatArray]) -> PixelTerms:
    """The terms of a block, from its components (h, w, K) and groups of bands, each (h, w, 1)."""
    own = [as_image(differences(log_reflectance(group, OWN_BLUR)[..., 0])) for group in groups]
    slopes = _slopes(components)
    return PixelTerms(
        components=components,
        slopes=slopes,
        difficulty=_difficulty_features(components, slopes),
        bands=as_image([log_reflectance(group, INFRARED_BLUR)[..., 0] for group in groups]),
        own=np.moveaxis(np.stack(own), 0, -2),
    )


def differences(image: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Central differences of ``image`` (H, W) down and across, with its edges repeated.

    At an edge this is half of the one-sided difference of `gradients`: a displaced band differs
    there by half as much.
    """
    down, across = gradients(np.pad(image, 1, mode="edge")[..., None])
    return down[1:-1, 1:-1, 0], across[1:-1, 1:-1, 0]


def _second_differences(image: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    down, across = differences(image)
    return (*differences(down), differences(across)[1])


def _slopes(components: FloatArray) -> FloatArray:
    first = [differences(image) for image in _blurred(components[..., :N_SLOPED], SLOPE_BLUR)]
    second = [
        _second_differences(image) for image in _blurred(components[..., :N_CURVED], CURVE_BLUR)
    ]
    # By direction, then by component.
    return as_image([*itertools.chain(*zip(*first, strict=True), *zip(*second, strict=True))])


def _blurred(image: FloatArray, sigma: float) -> list[FloatArray]:
    """The channels (h, w) of an image (h, w, C), blurred."""
    return [blur(image[..., c, None], sigma)[..., 0] for c in range(image.shape[-1])]


def _difficulty_features(components: FloatArray, slopes: FloatArray) -> FloatArray:
    """Difficulty features (h, w, 3): logarithms of slope, detail and rarity of each colour."""
    n_slopes = 2 * min(N_SLOPED, components.shape[2])
    slope = np.linalg.norm(np.moveaxis(slopes, -1, 0)[:n_slopes], axis=0)
    planes = np.moveaxis(components, -1, 0)
    detail = np.abs(planes - np.stack(_blurred(components, LINE_SCALE))).max(axis=0)
    rarity = np.square(planes).sum(axis=0)  # squared Mahalanobis distance
    # Offsets limit the logarithm on flat paint, in units of components of variance one.
    features = [np.log(slope + 0.02), np.log(detail + 0.05), np.log1p(rarity)]
    return as_image(features)


@dataclass(frozen=True, kw_only=True)
class LinearFit:
    """A linear prediction: ``offset + terms @ gain``, and one robust deviation from it."""

    offset: float
    gain: FloatArray
    deviation: float

    def predicted(self, components: FloatArray, extra: FloatArray, *, cubic: bool) -> FloatArray:
        """Predict P pixels from components (P, K) and further terms (P, S)."""
        (varying,) = polynomial(components.T, extra.T, self.gain[:, None], cubic=cubic)
        return np.asarray(varying + np.float32(self.offset))


def robust_fit(
    terms: FloatArray, target: FloatArray, *, tolerance: float, ridge: float
) -> LinearFit:
    """Fit ``target`` (N,) by ``terms`` (N, T): ridge regression, iteratively reweighted.

    A pixel with a residual of u robust deviations weighs 1/(1 + (u/tolerance)²), so that hidden
    content, dark or light, has little influence. Unlike `fit_bands`, each round centres the terms
    by its own weights, and uses all pixels.
    """
    centre, spread = centre_and_spread(terms)
    design = (terms - centre) / spread
    penalty = ridge * len(target) * np.eye(design.shape[1], dtype=np.float32)

    def solve(weights: FloatArray) -> tuple[_CentredSolution, FloatArray]:
        # Mean one, so that the penalty has the same effect in every round.
        share = weights / weights.mean()
        # Centred by weight, the intercept needs no column of its own and is not penalised.
        level, middle = (share * target).mean(), (share[:, None] * design).mean(0)
        centred = design - middle
        weighted = centred * share[:, None]
        slope = np.linalg.solve(weighted.T @ centred + penalty, weighted.T @ (target - level))
        return (slope, middle, level), target - level - centred @ slope

    (slope, middle, level), deviation = reweighted(
        solve,
        np.ones(len(target), np.float32),
        [len(target)] * ROUNDS,
        weighting=Weighting(tolerance=tolerance),
        deviation=deviation_of,
    )
    gain = (slope / spread).astype(np.float32)
    offset = level - (middle * spread + centre) @ gain
    return LinearFit(offset=float(offset), gain=gain, deviation=deviation)
