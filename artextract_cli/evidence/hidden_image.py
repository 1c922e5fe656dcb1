"""The hidden-layer image: the infrared with the surface paint subtracted.

Light that reaches a hidden layer crosses the paint twice: with R0 and T of the paint and g of what
is below, R = R0 + T²·g/(1 - R0·g) (Kubelka, J. Opt. Soc. Am. 38, 448, 1948). The painting itself
shows how its paint behaves in the infrared where nothing is hidden; the residual is T² times the
underlying contrast, stronger at longer wavelengths. Nothing is learned from other paintings.

Limits: content under paint that is opaque at every wavelength does not show. Content that follows
the visible composition (drawing directly under its own contour) is taken for surface paint, as is
part of content that fills much of a painting. A pigment that resembles its neighbours but not in
the infrared, above all retouching, is taken for hidden content. An ink that fades towards longer
wavelengths may appear with the wrong sign or not at all. The image does not show depth; thick or
pale paint weakens the content below it, and lines of one or two pixels are softened: the longest
band itself is sharper.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.band_regression import Projection, centre_and_spread, fit_projection
from artextract_cli.evidence.hidden_image_regression import (
    PixelTerms,
    deviation_of,
    robust_fit,
    terms_of,
)
from artextract_cli.evidence.sampled_pixels import gather, random_pixels
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Block, BlockCache, full_block
from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.local_regression import monomials
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM, infrared_bands

# About 180 for each of the 67 terms of a group of bands; the time of a fit grows in proportion.
FIT_PIXELS = 12_000  # random pixels of the painting that the regressions are fitted on
# Averages noise with the neighbours, and softens lines of one or two pixels.
IMAGE_BLUR = 1.5  # σ in pixels
# Of the image's blur 5, of slopes 5, and of their differences 1.
MARGIN = 12  # pixels around a block from which its image is computed; more than the 11 that count
# Stabilises collinear terms, of which slopes and curvatures add more; a larger one leaves surface
# paint in the residual.
BAND_RIDGE = 2e-3  # per pixel, on terms of variance one
N_GROUPS = 3  # of neighbouring infrared bands, each averaged
N_USED_GROUPS = 2  # the longest: at shorter wavelengths fading inks and paint are hard to separate
# A painted layer begins to show at about 650 nm; past that its trace grows about as the square.
FIRST_TRACE_NM, GROWTH = 650.0, 2.0
# What exceeds these limits is mostly surface paint that the regression cannot predict; a lower
# limit would flatten strong hidden content too.
LARGEST_DEVIATIONS = 12.0  # of one band
LARGEST_JOINT_DEVIATION = 8.0  # of the bands together, in deviations of paint of that colour
CREDIBLE_CHANGE = 0.1  # of a logarithm: changes up to this are never clipped
# A smaller prior deviation shrinks uncertain pixels further towards 0, and faint content with them.
EXPECTED_CHANGE = 3.0  # standard deviation of hidden content, in deviations of the whole painting
# With 0 both sides stay as they are; a larger one suppresses real content of the weaker side too.
ATTENUATION = 0.35  # exponent for the side, dark or light, with less content


def hidden_layer_image(scene: Scene) -> FloatArray:
    """Estimate the hidden-layer image of a scene: (H, W) float32.

    A value is the natural logarithm of the ratio by which hidden content changes the reflectance of
    the longest infrared band through the paint: -.1 is 10 % darker than bare ground, 0 is nothing
    hidden; it is NaN outside the mask. Strong changes are underestimated: they are clipped to ±.1
    or 8 deviations, whichever is more, since larger ones are mostly surface paint, and content that
    fills a fifth of a painting is in part taken for paint. There are four steps:

    - The logarithm of the infrared is predicted from the visible bands and the photograph by a
      robust regression on a cubic polynomial; slopes and curvatures among its terms absorb small
      displacements of the bands and differences in sharpness. More than three infrared bands are
      averaged to three groups of neighbours, of which the two longest are used.
    - The residuals of the two are combined by generalised least squares, since the trace of a
      hidden layer grows with the wavelength and the errors of the bands are correlated.
    - Borders, thin lines and rare colours are predicted poorly. A second regression estimates this
      uncertainty; each pixel is averaged with its neighbours, weighted by precision, and shrunk
      towards 0 where the precision is low.
    - Hidden content is mostly either darker or lighter than its ground. The side with less content
      is attenuated, by the power .35 of the ratio of the third moments.

    Raises
    ------
    InputError
        If no wavelength is known, no band is above 720 nm, or the mask excludes every pixel.
    """
    return HiddenLayerImage(scene, SceneView(scene))(full_block(scene.shape))


class HiddenLayerImage:
    """The image of `hidden_layer_image`, fitted on the whole painting, computed block by block."""

    def __init__(self, scene: Scene, view: SceneView) -> None:
        infrared = _checked_infrared(scene)
        if scene.mask is not None and not scene.mask.any():
            msg = "the object mask leaves no pixel of the painting; check the mask"
            raise InputError(msg)
        self._mask, self._blocks = scene.mask, view.blocks
        groups = np.array_split(np.array(infrared), min(len(infrared), N_GROUPS))[-N_USED_GROUPS:]
        pixels = random_pixels(scene.mask, scene.shape, FIT_PIXELS)
        (logs,) = view.gather(lambda block: [view.visible_logs(block)], pixels)
        # Not methods of this object, as in `SceneView`.
        of_block = BlockCache(partial(_terms_of, view, fit_projection(logs), groups))
        terms = PixelTerms(*gather(view.blocks, of_block, pixels, MARGIN))
        nm = np.array(scene.wavelengths)
        change = _Change(terms, [float(nm[group].mean()) for group in groups])
        uncertainty = _Uncertainty(terms, change(terms))
        likely = self._likely = BlockCache(partial(_most_likely, of_block, change, uncertainty))
        # From the sample, since no block shows which side prevails in the whole painting.
        (sample,) = gather(view.blocks, lambda block: [likely(block)], pixels, MARGIN)
        self._strengths = _strengths(sample)

    def __call__(self, block: Block) -> FloatArray:
        """The image (h, w) of a block."""
        light, dark = self._strengths
        likely = self._blocks.near(block, self._likely(block), 0, MARGIN)
        attenuated = np.maximum(likely, 0) * light + np.minimum(likely, 0) * dark
        image = np.asarray(attenuated, np.float32)
        mask = self._mask
        return image if mask is None else np.where(mask[block.place], image, np.float32(np.nan))


def _terms_of(
    view: SceneView, projection: Projection, groups: Sequence[IntArray], block: Block
) -> PixelTerms:
    near = view.blocks.near
    logs = view.arrays.returned(near(block, view.visible_logs(block), MARGIN))
    components, bands = projection(logs), near(block, view.part(block).bands, MARGIN)
    return terms_of(components, [bands[..., group].mean(-1, keepdims=True) for group in groups])


def _most_likely(
    terms_of_block: Callable[[Block], PixelTerms],
    change_of: "_Change",
    uncertainty_of: "_Uncertainty",
    block: Block,
) -> FloatArray:
    """Hidden content (h, w), from the change and the uncertainty of its prediction.

    The posterior mean of a normal prior around 0 and the changes in the neighbourhood, weighted by
    precision.
    """
    terms = terms_of_block(block)
    shape, terms = terms.components.shape[:2], terms.flat()
    unit = uncertainty_of.unit
    change, uncertainty = change_of(terms) / unit, uncertainty_of(terms)
    limit = np.maximum(LARGEST_JOINT_DEVIATION * uncertainty, np.float32(CREDIBLE_CHANGE / unit))
    precision = 1 / uncertainty**2
    # (P, 2): blurring numerator and denominator alike gives a mean weighted by precision.
    weighted = np.stack([np.clip(change, -limit, limit) * precision, precision], axis=1)
    total = blur(weighted.reshape(*shape, 2), IMAGE_BLUR)
    mean: FloatArray = unit * total[..., 0] / (total[..., 1] + np.float32(EXPECTED_CHANGE**-2))
    return mean


class _Change:
    """The change of the longest band, from the residuals of all groups of bands.

    Generalised least squares: weights C⁻¹t / tᵀC⁻¹t for a trace t and the covariance C of the
    pixels that are outliers in no band.
    """

    def __init__(self, pixels: PixelTerms, wavelengths: Sequence[float]) -> None:
        self._fits = [
            robust_fit(
                monomials(pixels.components, pixels.extra(group), True),
                pixels.bands[:, group],
                tolerance=1.5,
                ridge=BAND_RIDGE,
            )
            for group in range(len(wavelengths))
        ]
        sample = self._residuals(pixels)
        deviations = np.array([deviation_of(column) for column in sample.T])
        # C is that of the errors: neither hidden content nor badly predicted paint may be in it.
        inliers = sample[(np.abs(sample) < 4 * deviations).all(axis=1)] / deviations
        # Errors of neighbouring groups are alike; .05 on variances of about 1 keeps C invertible.
        covariance = inliers.T @ inliers / max(len(inliers), 1) + 0.05 * np.eye(len(wavelengths))
        excess_nm = np.array(wavelengths) - FIRST_TRACE_NM
        # Relative to the longest group, so that the result is a change of that group.
        trace = (excess_nm / excess_nm[-1]) ** GROWTH / deviations
        weights = np.linalg.solve(covariance, trace)
        # Normalised so that a change equal to the trace is returned unchanged.
        self._weights = weights / deviations / (weights @ trace)

    def __call__(self, pixels: PixelTerms) -> FloatArray:
        """The change (P,) of the logarithm of reflectance."""
        return np.asarray(self._residuals(pixels) @ self._weights, np.float32)

    def _residuals(self, pixels: PixelTerms) -> FloatArray:
        """Residuals (P, G) of the bands' logarithms, clipped."""
        residuals = []
        for group, fit in enumerate(self._fits):
            predicted = fit.predicted(pixels.components, pixels.extra(group), cubic=True)
            limit = max(LARGEST_DEVIATIONS * fit.deviation, CREDIBLE_CHANGE)
            residuals.append(np.clip(pixels.bands[:, group] - predicted, -limit, limit))
        return np.stack(residuals, axis=1).astype(np.float32)


class _Uncertainty:
    """The deviation of paint without hidden content, by its colour, slope and detail.

    A robust regression of the logarithm of the absolute change, in deviations of the whole
    painting.
    """

    def __init__(self, pixels: PixelTerms, change: FloatArray) -> None:
        self.unit = deviation_of(change)
        self._centre, self._spread = centre_and_spread(pixels.difficulty)
        standardised = change / self.unit
        terms = monomials(pixels.components, self._difficulty_terms(pixels), False)
        # Residuals near 0 say nothing about the spread, but their logarithm has no limit.
        target = np.log(np.clip(np.abs(standardised), 0.05, 20))
        self._fit, self._scale = robust_fit(terms, target, tolerance=4, ridge=1e-2), 1.0
        # The mean of a logarithm lies below the logarithm of a deviation: this corrects the level.
        self._scale = deviation_of(standardised / self(pixels))

    def __call__(self, pixels: PixelTerms) -> FloatArray:
        """The deviation (P,)."""
        extra = self._difficulty_terms(pixels)
        deviation = np.exp(self._fit.predicted(pixels.components, extra, cubic=False))
        return np.asarray(deviation * self._scale, np.float32)

    def _difficulty_terms(self, pixels: PixelTerms) -> FloatArray:
        standard = (pixels.difficulty - self._centre) / self._spread
        return np.concatenate([standard, standard**2], axis=1).astype(np.float32)


def _checked_infrared(scene: Scene) -> list[int]:
    if scene.wavelengths is None:
        msg = "no wavelengths are known, so no band is known to be infrared"
        raise InputError(msg)
    infrared = infrared_bands(scene)
    if not infrared:
        msg = (
            f"no band is above {LAST_VISIBLE_NM} nm, the longest is "
            f"{max(scene.wavelengths):g} nm; hidden layers show only in the infrared"
        )
        raise InputError(msg)
    return infrared


def _strengths(sample: FloatArray) -> tuple[float, float]:
    """Factors for light and dark changes, to attenuate the side with less in ``sample``."""
    # Third powers count the strong changes that content makes, not the noise of both signs.
    light, dark = (float((np.maximum(side, 0) ** 3).mean()) for side in (sample, -sample))
    if min(light, dark) <= 0:
        return 1.0, 1.0
    ratio = light / dark
    return min(1, ratio**ATTENUATION), min(1, ratio**-ATTENUATION)
