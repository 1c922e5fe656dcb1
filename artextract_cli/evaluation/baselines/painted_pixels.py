"""Pixels of the painting without its surroundings, and regressions on them, for the baselines."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.band_regression import TWO_SIDED
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.imaging.robust_regression import (
    reweighted,
    ridge_solution,
    robust_deviation,
)
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM

Values = NDArray[np.float64]

FIT_PIXELS = 20_000  # fitted on at most: 130 for each of the 150 terms of sixteen bands
CHUNK_PIXELS = 16_384  # predicted at a time: bounds the memory of their polynomial terms
LEAST_DEVIATION = 1e-6  # below a tenth of a 16-bit step a residual is rounding, not paint


def longest_band(scene: Scene) -> int:
    """Index of the band with the longest wavelength; of the last band if none is known."""
    if scene.wavelengths is None:
        return len(scene.band_ids) - 1
    return int(np.argmax(np.asarray(scene.wavelengths)))


def predictors_and_target(scene: Scene) -> tuple[FloatArray, FloatArray]:
    """The predictors (H, W, P) of the longest band, and that band (H, W), in linear light.

    The visible bands (up to 720 nm) predict an infrared one, all other bands a visible one or one
    of unknown wavelength. If this leaves none, the three channels of the photograph do.
    """
    target = longest_band(scene)
    others = [band for band in range(scene.bands.shape[2]) if band != target]
    if scene.wavelengths is not None and scene.wavelengths[target] > LAST_VISIBLE_NM:
        # Other infrared bands show the hidden layer too, and would explain it away.
        others = [band for band in others if scene.wavelengths[band] <= LAST_VISIBLE_NM]
    predictors = scene.bands[..., others] if others else linear_rgb(scene.rgb)
    return predictors, scene.bands[..., target]


def painted_mask(scene: Scene) -> BoolArray:
    """Mask (H, W) of the painting.

    Raises
    ------
    InputError
        If the object mask excludes every pixel.
    """
    if not scene.painted.any():
        msg = "the object mask leaves no pixel of the painting; check the mask"
        raise InputError(msg)
    return scene.painted


def pixels_of(image: NDArray[Any], painted: BoolArray) -> Values:
    """The painted pixels (P, B) of ``image`` (H, W, B)."""
    return image[painted].astype(np.float64)


def scatter_to_image(values: NDArray[Any], painted: BoolArray) -> FloatArray:
    """Put ``values`` (P,) of the painted pixels into an image (H, W), their minimum elsewhere."""
    # The lowest score: pixels outside can never be false alarms.
    image = np.full(painted.shape, values.min(), dtype=np.float32)
    image[painted] = values
    return image


def blurred_inside(image: FloatArray, painted: BoolArray, sigma: float = 1.0) -> FloatArray:
    """Gaussian blur of each band of ``image`` (H, W, B) that uses no pixel outside the painting."""
    from scipy.ndimage import gaussian_filter

    inside = painted.astype(np.float32)[..., None]
    weight = gaussian_filter(inside, sigma, axes=(0, 1))
    blurred = gaussian_filter(image * inside, sigma, axes=(0, 1))
    # Normalised convolution; far outside both sums are zero.
    return np.asarray(blurred / np.maximum(weight, 1e-6), dtype=np.float32)


def ridge_prediction(
    x: Values, y: Values, *, penalty: float = 1e-3, rounds: int = 1, of: Values | None = None
) -> Values:
    """Predict from ``x`` (P, B), or ``of`` (Q, B), by ridge regression on a quadratic polynomial.

    It is fitted to ``x`` and ``y`` (P,); ``penalty`` is per pixel, on columns of variance one. With
    several ``rounds``, a pixel with a residual of u robust deviations has the weight 1/(1 + (u/2)²)
    in the next one.
    """
    chosen = fit_pixels(len(x))
    standardise = standardiser(x[chosen])
    # Products are standardised once more: the same penalty then suits every column.
    balance = standardiser(_quadratic(standardise(x[chosen])))

    def design(part: Values) -> Values:
        terms = balance(_quadratic(standardise(part)))
        return np.concatenate([np.ones((len(part), 1)), terms], axis=1)

    gains = _fit(design(x[chosen]), y[chosen], penalty, rounds)
    return np.concatenate([design(part) @ gains for part in _chunks(x if of is None else of)])


def _fit(design: Values, y: Values, penalty: float, rounds: int) -> Values:
    """Coefficients (1 + F,) of the columns of ``design`` (P, 1 + F), the first being constant."""
    ridge = penalty * len(y) * np.eye(design.shape[1])
    # The mean is not penalised.
    ridge[0, 0] = 0

    def solve(weights: Values) -> tuple[Values, Values]:
        gains = ridge_solution(design, y, weights, ridge)
        return gains, y - design @ gains

    gains, _ = reweighted(
        solve,
        np.ones(len(y)),
        [len(y)] * rounds,
        weighting=TWO_SIDED,
        deviation=partial(robust_deviation, least=LEAST_DEVIATION),
    )
    return gains


def fit_pixels(n_pixels: int) -> NDArray[np.intp]:
    """Indices of the pixels to fit on: at most `FIT_PIXELS`, random but always the same."""
    return np.random.default_rng(0).permutation(n_pixels)[:FIT_PIXELS].astype(np.intp)


def _chunks(x: Values) -> Iterator[Values]:
    """Yield ``x`` (P, B) in pieces: all terms of a large scene would not fit in memory."""
    for start in range(0, len(x), CHUNK_PIXELS):
        yield x[start : start + CHUNK_PIXELS]


def standardiser(sample: Values) -> Callable[[Values], Values]:
    """A function that brings the columns of ``sample`` (P, F) to mean zero and variance one."""
    centre, spread = sample.mean(axis=0), sample.std(axis=0)
    # A constant column stays zero instead of becoming NaN.
    divisor = np.where(spread > 1e-9, spread, 1.0)
    return lambda values: np.asarray((values - centre) / divisor)


def _quadratic(x: Values) -> Values:
    """The columns of ``x`` (P, B) and all products of two of them: (P, B + B·(B + 1)/2)."""
    first, second = np.array(
        list(combinations_with_replacement(range(x.shape[1]), 2)), dtype=np.intp
    ).T
    return np.concatenate([x, x[:, first] * x[:, second]], axis=1)
