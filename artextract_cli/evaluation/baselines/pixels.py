"""Classical detectors of hidden layers, one score per pixel, which any network has to outperform.

Each takes a scene and returns a score (H, W) float32, larger = more likely hidden. Pixels outside
the painting do not affect any statistic and get the lowest score of the painting. To add a
baseline, write it with the functions of `painted_pixels` and add it to `BASELINES`.
"""

import warnings
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.evaluation.baselines.lines import (
    infrared,
    lines_of_infrared,
    nir_tophat,
    residual_lines,
)
from artextract_cli.evaluation.baselines.painted_pixels import (
    LEAST_DEVIATION,
    Values,
    blurred_inside,
    fit_pixels,
    longest_band,
    painted_mask,
    pixels_of,
    predictors_and_target,
    ridge_prediction,
    scatter_to_image,
)
from artextract_cli.evaluation.baselines.structure import (
    graph_change,
    local_anomaly,
    structural_dissimilarity,
)
from artextract_cli.evidence.band_regression import DARKEST
from artextract_cli.evidence.maps import LUMINANCE
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.imaging.pca import principal_axes
from artextract_cli.imaging.robust_regression import robust_deviation
from artextract_cli.scenes.scene import Scene

Baseline = Callable[[Scene], FloatArray]

N_COMPONENTS = 4  # principal, and independent, components that are baselines


def rx(scene: Scene) -> FloatArray:
    """Squared Mahalanobis distance of a pixel's bands from the painting's mean.

    The global anomaly detector of Reed & Yu, IEEE Trans. ASSP 38(10), 1990.
    """
    painted = painted_mask(scene)
    return scatter_to_image(
        (_components(pixels_of(scene.bands, painted)) ** 2).sum(axis=1), painted
    )


def principal_component(scene: Scene, number: int) -> FloatArray:
    """Absolute principal component ``number`` (from 1) of the log bands, in standard deviations.

    Zero throughout if the bands vary in fewer directions than that.
    """
    painted = painted_mask(scene)
    components = _components(np.log(pixels_of(scene.bands, painted) + DARKEST))
    return _component_size(components, number, painted)


def independent_component(scene: Scene, number: int) -> FloatArray:
    """Absolute independent component ``number`` (from 1) of the log bands, in deviations.

    FastICA (Hyvärinen & Oja, Neural Networks 13, 2000) on at most `FIT_PIXELS` pixels, always the
    same ones. Components are sorted by the size of their excess kurtosis, the largest first: what
    few pixels show has long tails. Zero throughout if the bands vary in fewer directions.
    """
    painted = painted_mask(scene)
    components = _independent_components(np.log(pixels_of(scene.bands, painted) + DARKEST))
    return _component_size(components, number, painted)


def spectral_angle(scene: Scene) -> FloatArray:
    """Angle in radians between the bands of a pixel and the median of the painting, 0..π/2.

    The spectral angle mapper of Kruse et al., "The Spectral Image Processing System (SIPS)", Remote
    Sensing of Environment 44, 1993. It does not depend on the brightness of a pixel. A black pixel
    has no angle and scores zero, as does every pixel of a single band.
    """
    painted = painted_mask(scene)
    pixels = pixels_of(scene.bands, painted)
    directions, typical = _directions(pixels), _directions(np.median(pixels, axis=0))
    # The arc cosine of their product would lose small angles to rounding (Kahan 2006).
    difference = np.linalg.norm(directions - typical, axis=1)
    total = np.linalg.norm(directions + typical, axis=1)
    black = ~directions.any(axis=1) | ~typical.any()
    return scatter_to_image(np.where(black, 0, 2 * np.arctan2(difference, total)), painted)


def plain_residual(scene: Scene) -> FloatArray:
    """How much darker the longest band is than the visible bands predict, in robust deviations.

    A ridge regression on a quadratic polynomial of the log bands, fitted to the painting itself
    after a Gaussian blur of σ = 1 px; one deviation is 1.4826 times the median absolute residual.
    """
    painted = painted_mask(scene)
    predictors, target = predictors_and_target(scene)
    x = np.log(pixels_of(blurred_inside(predictors, painted), painted) + DARKEST)
    y = pixels_of(blurred_inside(target[..., None], painted), painted)[:, 0]
    darker = ridge_prediction(x, y) - y
    return scatter_to_image(darker / robust_deviation(darker, LEAST_DEVIATION), painted)


def abs_difference(scene: Scene) -> FloatArray:
    """Absolute difference between the longest band and the luminance of the photograph."""
    painted = painted_mask(scene)
    luminance = linear_rgb(scene.rgb) @ LUMINANCE
    difference = np.abs(scene.bands[..., longest_band(scene)] - luminance)
    return scatter_to_image(difference[painted], painted)


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
    "infrared": infrared,
    "lines_of_infrared": lines_of_infrared,
    "residual_lines": residual_lines,
    "structural_dissimilarity": structural_dissimilarity,
    "local_anomaly": local_anomaly,
    "graph_change": graph_change,
}


def _component_size(components: Values, number: int, painted: BoolArray) -> FloatArray:
    """Absolute value of the component ``number`` (from 1) of ``components`` (P, K) as an image."""
    if number > components.shape[1]:
        return np.zeros(painted.shape, dtype=np.float32)
    return scatter_to_image(np.abs(components[:, number - 1]), painted)


def _components(pixels: Values, sample: Values | None = None) -> Values:
    """Principal components (P, K) of ``pixels`` (P, B), each of variance one, the strongest first.

    The axes are those of ``sample`` (S, B), if given. K is the number of directions in which it
    varies at all.
    """
    sample = pixels if sample is None else sample
    mean = sample.mean(axis=0)
    deviation = sample - mean
    axes = principal_axes(deviation.T @ deviation / len(sample))
    # Relative to the strongest, below which float64 covariances are rounding; the absolute limit is
    # for an image that is constant throughout.
    varies = axes.variances > max(axes.variances.max() * 1e-12, 1e-20)
    scaled = axes.directions[:, varies] / np.sqrt(axes.variances[varies])
    # Multiplied with the weakest first: FastICA stops at a tolerance, so that other last bits would
    # change independent components by a hundredth.
    components: Values = (pixels - mean) @ scaled[:, ::-1]
    return components[:, ::-1]


def _independent_components(pixels: Values) -> Values:
    """Independent components (P, K) of ``pixels`` (P, B), of variance one on those fitted on."""
    chosen = fit_pixels(len(pixels))
    white = _components(pixels, pixels[chosen])
    if white.shape[1] == 0:
        return white
    components = _fast_ica(white[chosen], white)
    excess_kurtosis = (components[chosen] ** 4).mean(axis=0) - 3
    ordered: Values = components[:, np.argsort(-np.abs(excess_kurtosis), kind="stable")]
    return ordered


def _fast_ica(sample: Values, white: Values) -> Values:
    """Independent components of ``white`` (P, K), estimated from ``sample`` (S, K)."""
    from sklearn.decomposition import FastICA
    from sklearn.exceptions import ConvergenceWarning

    # Its iterations start from random rotations: the seed is fixed.
    model = FastICA(whiten="unit-variance", random_state=0)
    with warnings.catch_warnings():
        # Nearly Gaussian bands have no best rotation: the last one tried is as good as any.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(sample)
    return np.asarray(model.transform(white))


def _directions(spectra: Values) -> Values:
    """``spectra`` (..., B) scaled to length one; zeros stay zero."""
    lengths = np.linalg.norm(spectra, axis=-1, keepdims=True)
    return np.asarray(spectra / np.where(lengths > 0, lengths, 1.0))
