"""Classical detectors of hidden layers, one score per pixel: what any network has to beat.

Each takes a scene and returns a score (H, W) float32, larger = more likely hidden. Pixels outside
the painting take no part in any statistic and get the lowest score of the painting. To add one,
write it from the helpers below and name it in `BASELINES`.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.band_regression import DARKEST
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.maps import LUMINANCE
from artextract_cli.scene import Scene, linear_rgb
from artextract_cli.sight import LAST_VISIBLE_NM

Values = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Baseline = Callable[[Scene], FloatArray]

N_COMPONENTS = 4
FIT_PIXELS = 20_000
CHUNK_PIXELS = 16_384


def rx(scene: Scene) -> FloatArray:
    """Squared Mahalanobis distance of a pixel's bands from the painting's mean.

    The global anomaly detector of Reed & Yu, IEEE Trans. ASSP 38(10), 1990.
    """
    painted = _painted(scene)
    return _picture((_components(_pixels(scene.bands, painted)) ** 2).sum(axis=1), painted)


def principal_component(scene: Scene, number: int) -> FloatArray:
    """Size of the principal component ``number`` (from 1) of the log bands, in standard deviations.

    Zero everywhere where the bands vary in fewer directions than that.
    """
    painted = _painted(scene)
    components = _components(np.log(_pixels(scene.bands, painted) + DARKEST))
    return _component_size(components, number, painted)


def independent_component(scene: Scene, number: int) -> FloatArray:
    """Size of the independent component ``number`` (from 1) of the log bands, in deviations.

    FastICA (Hyvärinen & Oja, Neural Networks 13, 2000) on at most `FIT_PIXELS` pixels, always the
    same ones. The component whose excess kurtosis is farthest from zero is the first: what few
    pixels show has long tails. Zero everywhere where the bands vary in fewer directions.
    """
    painted = _painted(scene)
    components = _independent_components(np.log(_pixels(scene.bands, painted) + DARKEST))
    return _component_size(components, number, painted)


def spectral_angle(scene: Scene) -> FloatArray:
    """Angle in radians between the bands of a pixel and the median of the painting, 0..π/2.

    The spectral angle mapper of Kruse et al., "The Spectral Image Processing System (SIPS)", Remote
    Sensing of Environment 44, 1993. It does not see how bright a pixel is; a wholly black one has
    no angle and scores zero, and so does everything where there is a single band.
    """
    painted = _painted(scene)
    pixels = _pixels(scene.bands, painted)
    directions, typical = _directions(pixels), _directions(np.median(pixels, axis=0))
    # The arc cosine of their product would lose small angles to rounding (Kahan 2006).
    apart = np.linalg.norm(directions - typical, axis=1)
    together = np.linalg.norm(directions + typical, axis=1)
    black = ~directions.any(axis=1) | ~typical.any()
    return _picture(np.where(black, 0, 2 * np.arctan2(apart, together)), painted)


def plain_residual(scene: Scene) -> FloatArray:
    """How much darker the longest band is than the visible bands predict, in robust deviations.

    A ridge regression on a quadratic polynomial of the log bands, fitted on the painting itself
    after a gaussian blur of σ = 1 px; one deviation is 1.4826 times the median absolute residual.
    """
    painted = _painted(scene)
    predictors, target = predictors_and_target(scene)
    x = np.log(_pixels(_blurred(predictors, painted), painted) + DARKEST)
    y = _pixels(_blurred(target[..., None], painted), painted)[:, 0]
    darker = _ridge_prediction(x, y) - y
    deviation = 1.4826 * np.median(np.abs(darker))
    # A residual below a tenth of a 16-bit step is rounding, not paint.
    return _picture(darker / max(deviation, 1e-6), painted)


def nir_tophat(scene: Scene, diameter: int = 7) -> FloatArray:
    """Depth of dark details in the longest band that are narrower than ``diameter`` pixels.

    The black top-hat: closing with a disk, less the band (Meyer, "Contrast feature extraction",
    1979).
    """
    from scipy.ndimage import grey_dilation, grey_erosion

    painted = _painted(scene)
    band = scene.bands[..., longest_band(scene)]
    disk = _disk(diameter)
    dilated = grey_dilation(np.where(painted, band, -np.inf), footprint=disk)
    closed = grey_erosion(np.where(painted, dilated, np.inf), footprint=disk)
    return _picture((closed - band)[painted], painted)


def abs_difference(scene: Scene) -> FloatArray:
    """Difference between the longest band and the luminance of the photograph, without its sign."""
    painted = _painted(scene)
    luminance = linear_rgb(scene.rgb) @ LUMINANCE
    difference = np.abs(scene.bands[..., longest_band(scene)] - luminance)
    return _picture(difference[painted], painted)


BASELINES: Mapping[str, Baseline] = {
    "rx": rx,
    **{
        f"pca_{number}": partial(principal_component, number=number)
        for number in range(1, N_COMPONENTS + 1)
    },
    **{
        f"ica_{number}": partial(independent_component, number=number)
        for number in range(1, N_COMPONENTS + 1)
    },
    "spectral_angle": spectral_angle,
    "plain_residual": plain_residual,
    "nir_tophat": nir_tophat,
    "abs_difference": abs_difference,
}


def longest_band(scene: Scene) -> int:
    """Index of the band of the longest wavelength; of the last band where none is known."""
    if scene.wavelengths is None:
        return len(scene.band_ids) - 1
    return int(np.argmax(np.asarray(scene.wavelengths)))


def predictors_and_target(scene: Scene) -> tuple[FloatArray, FloatArray]:
    """What should explain the longest band (H, W, P), and that band (H, W), in linear light.

    The visible bands (at most 720 nm) explain an infrared one, all other bands a visible one or one
    of unknown wavelength. Where this leaves none, the three channels of the photograph do it.
    """
    target = longest_band(scene)
    others = [band for band in range(scene.bands.shape[2]) if band != target]
    if scene.wavelengths is not None and scene.wavelengths[target] > LAST_VISIBLE_NM:
        others = [band for band in others if scene.wavelengths[band] <= LAST_VISIBLE_NM]
    predictors = scene.bands[..., others] if others else linear_rgb(scene.rgb)
    return predictors, scene.bands[..., target]


def _painted(scene: Scene) -> BoolArray:
    if not scene.painted.any():
        msg = "the object mask leaves no pixel of the painting; check the mask"
        raise InputError(msg)
    return scene.painted


def _pixels(picture: NDArray[Any], painted: BoolArray) -> Values:
    """The painted pixels (P, B) of ``picture`` (H, W, B)."""
    return picture[painted].astype(np.float64)


def _picture(values: NDArray[Any], painted: BoolArray) -> FloatArray:
    """Put ``values`` (P,) of the painted pixels back into a picture (H, W)."""
    picture = np.full(painted.shape, values.min(), dtype=np.float32)
    picture[painted] = values
    return picture


def _component_size(components: Values, number: int, painted: BoolArray) -> FloatArray:
    """Absolute value of the component ``number`` (from 1) of ``components`` (P, K) as a picture."""
    if number > components.shape[1]:
        return np.zeros(painted.shape, dtype=np.float32)
    return _picture(np.abs(components[:, number - 1]), painted)


def _components(pixels: Values, sample: Values | None = None) -> Values:
    """Principal components (P, K) of ``pixels`` (P, B), each of variance one, the strongest first.

    They are those of ``sample`` (S, B), where given. K is the number of directions in which that
    varies at all.
    """
    sample = pixels if sample is None else sample
    mean = sample.mean(axis=0)
    deviation = sample - mean
    variances, directions = np.linalg.eigh(deviation.T @ deviation / len(sample))
    varies = variances > max(variances.max() * 1e-12, 1e-20)
    components: Values = (pixels - mean) @ (directions[:, varies] / np.sqrt(variances[varies]))
    return components[:, ::-1]


def _independent_components(pixels: Values) -> Values:
    """Independent components (P, K) of ``pixels`` (P, B), of variance one on those fitted on."""
    chosen = _fit_pixels(len(pixels))
    white = _components(pixels, pixels[chosen])
    if white.shape[1] == 0:
        return white
    components = _fast_ica(white[chosen], white)
    excess_kurtosis = (components[chosen] ** 4).mean(axis=0) - 3
    ordered: Values = components[:, np.argsort(-np.abs(excess_kurtosis), kind="stable")]
    return ordered


def _fast_ica(sample: Values, white: Values) -> Values:
    """The components of ``white`` (P, K) that are independent on ``sample`` (S, K)."""
    from sklearn.decomposition import FastICA
    from sklearn.exceptions import ConvergenceWarning

    model = FastICA(whiten="unit-variance", random_state=0)
    with warnings.catch_warnings():
        # Nearly gaussian bands have no best rotation; the last one tried is as good as any.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(sample)
    return np.asarray(model.transform(white))


def _directions(spectra: Values) -> Values:
    """``spectra`` (..., B) brought to length one; those that are zero stay zero."""
    lengths = np.linalg.norm(spectra, axis=-1, keepdims=True)
    return np.asarray(spectra / np.where(lengths > 0, lengths, 1.0))


def _blurred(picture: FloatArray, painted: BoolArray, sigma: float = 1.0) -> FloatArray:
    """Gaussian blur of each band of ``picture`` (H, W, B) that takes nothing from outside."""
    from scipy.ndimage import gaussian_filter

    inside = painted.astype(np.float32)[..., None]
    weight = gaussian_filter(inside, sigma, axes=(0, 1))
    blurred = gaussian_filter(picture * inside, sigma, axes=(0, 1))
    return np.asarray(blurred / np.maximum(weight, 1e-6), dtype=np.float32)


def _ridge_prediction(x: Values, y: Values, penalty: float = 1e-3) -> Values:
    """Predict ``y`` (P,) from ``x`` (P, B) by ridge regression on a quadratic polynomial.

    ``penalty`` is per pixel, on columns of variance one.
    """
    chosen = _fit_pixels(len(x))
    standardise = _standardiser(x[chosen])
    terms = _quadratic(standardise(x[chosen]))
    balance = _standardiser(terms)
    design, mean = balance(terms), y[chosen].mean()
    gram = design.T @ design + penalty * len(chosen) * np.eye(design.shape[1])
    weights = np.linalg.solve(gram, design.T @ (y[chosen] - mean))
    parts = [balance(_quadratic(standardise(chunk))) @ weights for chunk in _chunks(x)]
    return np.asarray(mean + np.concatenate(parts))


def _fit_pixels(n_pixels: int) -> NDArray[np.intp]:
    """Which pixels to fit on: at most `FIT_PIXELS` drawn at random, always the same ones."""
    return np.random.default_rng(0).permutation(n_pixels)[:FIT_PIXELS].astype(np.intp)


def _chunks(x: Values) -> Iterator[Values]:
    """``x`` (P, B) in pieces: the polynomial of a whole large scene would not fit in memory."""
    for start in range(0, len(x), CHUNK_PIXELS):
        yield x[start : start + CHUNK_PIXELS]


def _standardiser(sample: Values) -> Callable[[Values], Values]:
    """A function that brings the columns of ``sample`` (P, F) to mean zero and variance one."""
    centre, spread = sample.mean(axis=0), sample.std(axis=0)
    divisor = np.where(spread > 1e-9, spread, 1.0)
    return lambda values: np.asarray((values - centre) / divisor)


def _quadratic(x: Values) -> Values:
    """The columns of ``x`` (P, B) and all their products of two: (P, B + B·(B + 1)/2)."""
    first, second = np.array(
        list(combinations_with_replacement(range(x.shape[1]), 2)), dtype=np.intp
    ).T
    return np.concatenate([x, x[:, first] * x[:, second]], axis=1)


def _disk(diameter: int) -> BoolArray:
    offsets = np.arange(diameter) - (diameter - 1) / 2
    return np.asarray(np.hypot(*np.meshgrid(offsets, offsets)) <= diameter / 2)
