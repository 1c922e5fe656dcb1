"""The picture of what lies beneath: the infrared with the surface paint taken away.

Light that reaches a hidden layer crosses the paint twice: with R0 and T of the paint and g of what
is below, R = R0 + T²·g/(1 - R0·g) (Kubelka, J. Opt. Soc. Am. 38, 448, 1948). The painting itself
tells what its paint does to the infrared where nothing is hidden; what is left is T² times the
change below, stronger at longer wavelengths. Nothing is learned from other paintings.

What the picture cannot tell: what lies under paint opaque at every wavelength does not show,
and what follows the visible composition (drawing right under its own contour) is taken for surface
paint, as is part of what fills much of a painting. A pigment that looks like its neighbours but not
in the infrared, a retouching above all, is taken for hidden content. An ink that fades towards
longer wavelengths may appear with the wrong sign or not at all. Nor does the picture tell how deep
something lies; thick or pale paint makes what is below it fainter, and lines of a pixel or two come
out softened: the longest band itself is sharper.
"""

from collections.abc import Sequence

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.band_regression import centre_and_spread, fit_projection
from artextract_cli.evidence.hidden_image_regression import (
    PixelTerms,
    deviation_of,
    robust_fit,
    terms_of,
)
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Block, BlockCache, full_block, random_pixels
from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.local_regression import monomials
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM, infrared_bands

FIT_PIXELS = 12_000
IMAGE_BLUR = 1.5  # σ in pixels
BAND_RIDGE = 2e-3  # per pixel, on terms of variance one
N_GROUPS = 3
N_TOGETHER = 2  # groups: at shorter wavelengths fading inks and paint are told apart badly
# A painted layer begins to show at about 650 nm; past that its trace grows about as the square.
FIRST_TRACE_NM, GROWTH = 650.0, 2.0
LARGEST_DEVIATIONS = 12.0  # of one band
LARGEST_JOINT_DEVIATION = 8.0  # of the bands together, in deviations that paint of that colour has
CREDIBLE_CHANGE = 0.1  # of a logarithm: this much is never cut off
EXPECTED_CHANGE = 3.0  # standard deviation of what is hidden, in deviations of the whole painting
SUBDUED = 0.35


def hidden_layer_image(scene: Scene) -> FloatArray:
    """Estimate what lies beneath the paint of a scene: (H, W) float32.

    A value is the natural logarithm of the ratio by which hidden content changes the reflectance of
    the longest infrared band as seen through the paint: -.1 is 10 % darker than bare ground would
    be there, 0 is nothing hidden, and it is NaN outside the mask. Strong changes come out weaker:
    they are cut at ±.1 or 8 deviations, whichever is more, since what exceeds that is more often
    surface paint than not, and what fills a fifth of a painting is in part taken for paint. It is
    the product of four steps:

    - The logarithm of the infrared is predicted from the visible bands and the photograph by a
      robust regression on a cubic polynomial; slopes and curvatures among its terms absorb small
      displacements of the bands and differences in sharpness. More than three infrared bands are
      averaged to three groups of neighbours, of which the two longest take part.
    - What it leaves in the two is put together by generalised least squares, given that
      the trace of a hidden layer grows with the wavelength and that errors of the bands are
      correlated.
    - Borders, thin lines and rare colours are predicted badly. A second regression says how badly;
      each pixel is averaged with its neighbours by precision, and drawn to 0 where that is poor.
    - Hidden content is mostly either darker or lighter than its ground. The side of which there is
      less is subdued, by the power .35 of the ratio of the third moments.

    Raises
    ------
    InputError
        If no wavelength is known, no band is past 720 nm, or the mask leaves no painting.
    """
    return HiddenLayerImage(scene, SceneView(scene))(full_block(scene.shape))


class HiddenLayerImage:
    """What `hidden_layer_image` describes, fitted on the whole painting and made block by block."""

    def __init__(self, scene: Scene, view: SceneView) -> None:
        infrared = _checked_infrared(scene)
        if scene.mask is not None and not scene.mask.any():
            msg = "the object mask leaves no pixel of the painting; check the mask"
            raise InputError(msg)
        self._scene, self._view = scene, view
        groups = np.array_split(np.array(infrared), min(len(infrared), N_GROUPS))
        self._groups = groups[-N_TOGETHER:]
        pixels = random_pixels(scene.mask, scene.shape, FIT_PIXELS)
        gather = view.blocks.gather
        (logs,) = gather(lambda block: [view.visible_logs(block)], pixels)
        self._projection = fit_projection(logs)
        self._terms, self._likely = BlockCache(self._terms_of), BlockCache(self._most_likely)
        terms = PixelTerms(*gather(self._terms, pixels))
        nm = np.array(scene.wavelengths)
        self._change = _Change(terms, [float(nm[group].mean()) for group in self._groups])
        self._doubt = _Uncertainty(terms, self._change(terms))
        self._strengths = _strengths(gather(lambda block: [self._likely(block)], pixels)[0])

    def __call__(self, block: Block) -> FloatArray:
        """The picture (h, w) of a block."""
        light, dark = self._strengths
        likely = self._view.blocks.core(block, self._likely(block))
        subdued = np.maximum(likely, 0) * light + np.minimum(likely, 0) * dark
        made = np.asarray(subdued, np.float32)
        mask = self._scene.mask
        return made if mask is None else np.where(mask[block.place], made, np.float32(np.nan))

    def _terms_of(self, block: Block) -> PixelTerms:
        components = self._projection(self._view.visible_logs(block))
        bands = self._view.part(block).bands
        groups = [bands[..., group].mean(-1, keepdims=True) for group in self._groups]
        return terms_of(components, groups)

    def _most_likely(self, block: Block) -> FloatArray:
        """What is hidden (h, w), given the change and how badly the surface foretells each pixel.

        The mean of a normal prior around 0 and of the neighbourhood's changes, weighted by
        precision.
        """
        terms = self._terms(block)
        shape, terms = terms.components.shape[:2], terms.flat()
        unit = self._doubt.unit
        change, uncertainty = self._change(terms) / unit, self._doubt(terms)
        limit = np.maximum(
            LARGEST_JOINT_DEVIATION * uncertainty, np.float32(CREDIBLE_CHANGE / unit)
        )
        precision = 1 / uncertainty**2
        held = np.stack([np.clip(change, -limit, limit) * precision, precision], axis=1)
        total = blur(held.reshape(*shape, 2), IMAGE_BLUR)
        made: FloatArray = unit * total[..., 0] / (total[..., 1] + np.float32(EXPECTED_CHANGE**-2))
        return made


class _Change:
    """The change of the longest band that the residuals of all groups of bands tell of.

    Generalised least squares: weights C⁻¹t / tᵀC⁻¹t for a trace t and the covariance C of those
    pixels where no band is surprising.
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
        calm = sample[(np.abs(sample) < 4 * deviations).all(axis=1)] / deviations
        covariance = calm.T @ calm / max(len(calm), 1) + 0.05 * np.eye(len(wavelengths))
        reach = np.array(wavelengths) - FIRST_TRACE_NM
        trace = (reach / reach[-1]) ** GROWTH / deviations
        weights = np.linalg.solve(covariance, trace)
        self._weights = weights / deviations / (weights @ trace)

    def __call__(self, pixels: PixelTerms) -> FloatArray:
        """The change (P,) of the logarithm of reflectance."""
        return np.asarray(self._residuals(pixels) @ self._weights, np.float32)

    def _residuals(self, pixels: PixelTerms) -> FloatArray:
        """What the surface does not explain (P, G) of the bands' logarithms."""
        made = []
        for group, fit in enumerate(self._fits):
            predicted = fit.predicted(pixels.components, pixels.extra(group), cubic=True)
            limit = max(LARGEST_DEVIATIONS * fit.deviation, CREDIBLE_CHANGE)
            made.append(np.clip(pixels.bands[:, group] - predicted, -limit, limit))
        return np.stack(made, axis=1).astype(np.float32)


class _Uncertainty:
    """The deviation that paint of such colour, slope and detail has without hidden content.

    A robust regression of the logarithm of the absolute change, in deviations of the whole
    painting.
    """

    def __init__(self, pixels: PixelTerms, change: FloatArray) -> None:
        self.unit = deviation_of(change)
        self._centre, self._spread = centre_and_spread(pixels.signs)
        surprise = change / self.unit
        terms = monomials(pixels.components, self._difficulty(pixels), False)
        target = np.log(np.clip(np.abs(surprise), 0.05, 20))
        self._fit, self._scale = robust_fit(terms, target, tolerance=4, ridge=1e-2), 1.0
        self._scale = deviation_of(surprise / self(pixels))

    def __call__(self, pixels: PixelTerms) -> FloatArray:
        """The deviation (P,)."""
        extra = self._difficulty(pixels)
        found = np.exp(self._fit.predicted(pixels.components, extra, cubic=False))
        return np.asarray(found * self._scale, np.float32)

    def _difficulty(self, pixels: PixelTerms) -> FloatArray:
        standard = (pixels.signs - self._centre) / self._spread
        return np.concatenate([standard, standard**2], axis=1).astype(np.float32)


def _checked_infrared(scene: Scene) -> list[int]:
    if scene.wavelengths is None:
        msg = "no wavelengths are known, so none of its bands is known as infrared"
        raise InputError(msg)
    infrared = infrared_bands(scene)
    if not infrared:
        msg = (
            f"no band is past {LAST_VISIBLE_NM} nm, the longest is "
            f"{max(scene.wavelengths):g} nm; hidden layers show in the infrared only"
        )
        raise InputError(msg)
    return infrared


def _strengths(sample: FloatArray) -> tuple[float, float]:
    """By what to multiply light and dark change: the side of which ``sample`` shows less fades."""
    light, dark = (float((np.maximum(side, 0) ** 3).mean()) for side in (sample, -sample))
    if min(light, dark) <= 0:
        return 1.0, 1.0
    ratio = light / dark
    return min(1, ratio**SUBDUED), min(1, ratio**-SUBDUED)
