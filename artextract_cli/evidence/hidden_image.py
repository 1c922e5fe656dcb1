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
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.band_regression import fit_projection, log_reflectance
from artextract_cli.evidence.scene_view import Sight
from artextract_cli.imaging.blocks import Block, OfBlock, random_pixels, whole
from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.local_regression import monomials, polynomial
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM, infrared_bands

N_SLOPED, N_CURVED = 2, 2  # components whose first and second differences take part
FIT_PIXELS = 12_000
ROUNDS = 6
OWN_BLUR, INFRARED_BLUR, SLOPE_BLUR, CURVE_BLUR = 1.0, 0.7, 1.5, 0.7  # σ in pixels
PICTURE_BLUR = 1.5
LINE_SCALE = 1.5  # σ in pixels
BAND_RIDGE = 2e-3  # per pixel, on terms of variance one
N_GROUPS = 3
N_TOGETHER = 2  # groups: at shorter wavelengths fading inks and paint are told apart badly
# A painted layer begins to show at about 650 nm; past that its trace grows about as the square.
FIRST_TRACE_NM, GROWTH = 650.0, 2.0
LARGEST_DEVIATIONS = 12.0  # of one band
LARGEST_SURPRISE = 8.0  # of the bands together, in deviations that paint of that colour has
CREDIBLE_CHANGE = 0.1  # of a logarithm: this much is never cut off
EXPECTED_CHANGE = 3.0  # standard deviation of what is hidden, in deviations of the whole painting
LEAST_DEVIATION = 1e-3  # of a logarithm: a residual below this is rounding, not paint
SUBDUED = 0.35


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """A linear prediction: ``offset + terms @ gain``, and one robust deviation from it."""

    offset: float
    gain: FloatArray
    deviation: float

    def predicted(self, components: FloatArray, extra: FloatArray, *, cubic: bool) -> FloatArray:
        """Predict P pixels from components (P, K) and further terms (P, S)."""
        made = polynomial(components, extra, self.gain[:, None], cubic=cubic)
        return np.asarray(made[0] + np.float32(self.offset))


def hidden_picture(scene: Scene) -> FloatArray:
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
    return HiddenPicture(scene, Sight(scene))(whole(scene.shape))


class _Look(NamedTuple):
    """What regressions look at, of the pixels of a block (h, w, ...) or of some pixels (P, ...)."""

    components: FloatArray  # (..., K) principal components of the visible log channels, variance 1
    slopes: FloatArray  # (..., S) first and second differences of the components
    signs: FloatArray  # (..., 3) how steep, how lined and how rare a colour is
    bands: FloatArray  # (..., G) logarithms of groups of infrared bands
    own: FloatArray  # (..., G, 2) their own first differences

    def flat(self) -> "_Look":
        """The same of P pixels."""
        n = self.components.shape[0] * self.components.shape[1]
        return _Look(*(array.reshape(n, *array.shape[2:]) for array in self))


class HiddenPicture:
    """What `hidden_picture` describes, fitted on the whole painting and made block by block."""

    def __init__(self, scene: Scene, sight: Sight) -> None:
        infrared = _checked_infrared(scene)
        if scene.mask is not None and not scene.mask.any():
            msg = "the object mask leaves no pixel of the painting; check the mask"
            raise InputError(msg)
        self._scene, self._sight = scene, sight
        groups = np.array_split(np.array(infrared), min(len(infrared), N_GROUPS))
        self._groups = groups[-N_TOGETHER:]
        pixels = random_pixels(scene.mask, scene.shape, FIT_PIXELS)
        gather = sight.blocks.gather
        (logs,) = gather(lambda block: [sight.visible_logs(block)], pixels)
        self._projection = fit_projection(logs)
        self._look, self._likely = OfBlock(self._looked_at), OfBlock(self._most_likely)
        look = _Look(*gather(self._look, pixels))
        nm = np.array(scene.wavelengths)
        self._change = _Change(look, [float(nm[group].mean()) for group in self._groups])
        self._doubt = _Doubt(look, self._change(look))
        self._strengths = _strengths(gather(lambda block: [self._likely(block)], pixels)[0])

    def __call__(self, block: Block) -> FloatArray:
        """The picture (h, w) of a block."""
        light, dark = self._strengths
        likely = self._sight.blocks.core(block, self._likely(block))
        subdued = np.maximum(likely, 0) * light + np.minimum(likely, 0) * dark
        made = np.asarray(subdued, np.float32)
        mask = self._scene.mask
        return made if mask is None else np.where(mask[block.place], made, np.float32(np.nan))

    def _looked_at(self, block: Block) -> _Look:
        components = self._projection(self._sight.visible_logs(block))
        bands = self._sight.part(block).bands
        of_groups = [bands[..., group].mean(-1, keepdims=True) for group in self._groups]
        own = [_differences(log_reflectance(group, OWN_BLUR)) for group in of_groups]
        slopes = _slopes(components)
        return _Look(
            components=components,
            slopes=slopes,
            signs=_signs(components, slopes),
            bands=np.concatenate([log_reflectance(g, INFRARED_BLUR) for g in of_groups], axis=-1),
            own=np.stack([np.concatenate(both, axis=-1) for both in own], axis=-2),
        )

    def _most_likely(self, block: Block) -> FloatArray:
        """What is hidden (h, w), given the change and how badly the surface foretells each pixel.

        The mean of a normal prior around 0 and of the neighbourhood's changes, weighted by
        precision.
        """
        look = self._look(block)
        shape, look = look.components.shape[:2], look.flat()
        unit = self._doubt.unit
        change, uncertainty = self._change(look) / unit, self._doubt(look)
        limit = np.maximum(LARGEST_SURPRISE * uncertainty, np.float32(CREDIBLE_CHANGE / unit))
        precision = 1 / uncertainty**2
        held = np.stack([np.clip(change, -limit, limit) * precision, precision], axis=1)
        total = blur(held.reshape(*shape, 2), PICTURE_BLUR)
        made: FloatArray = unit * total[..., 0] / (total[..., 1] + np.float32(EXPECTED_CHANGE**-2))
        return made


class _Change:
    """The change of the longest band that the residuals of all groups of bands tell of.

    Generalised least squares: weights C⁻¹t / tᵀC⁻¹t for a trace t and the covariance C of those
    pixels where no band is surprising.
    """

    def __init__(self, look: _Look, wavelengths: Sequence[float]) -> None:
        self._fits = [
            _robust_fit(
                monomials(look.components, _extra(look, group), True),
                look.bands[:, group],
                tolerance=1.5,
                ridge=BAND_RIDGE,
            )
            for group in range(len(wavelengths))
        ]
        sample = self._residuals(look)
        deviations = np.array([_deviation(column) for column in sample.T])
        calm = sample[(np.abs(sample) < 4 * deviations).all(axis=1)] / deviations
        covariance = calm.T @ calm / max(len(calm), 1) + 0.05 * np.eye(len(wavelengths))
        reach = np.array(wavelengths) - FIRST_TRACE_NM
        trace = (reach / reach[-1]) ** GROWTH / deviations
        weights = np.linalg.solve(covariance, trace)
        self._weights = weights / deviations / (weights @ trace)

    def __call__(self, look: _Look) -> FloatArray:
        """The change (P,) of the logarithm of reflectance."""
        return np.asarray(self._residuals(look) @ self._weights, np.float32)

    def _residuals(self, look: _Look) -> FloatArray:
        """What the surface does not explain (P, G) of the bands' logarithms."""
        made = []
        for group, fit in enumerate(self._fits):
            foretold = fit.predicted(look.components, _extra(look, group), cubic=True)
            limit = max(LARGEST_DEVIATIONS * fit.deviation, CREDIBLE_CHANGE)
            made.append(np.clip(look.bands[:, group] - foretold, -limit, limit))
        return np.stack(made, axis=1).astype(np.float32)


class _Doubt:
    """The deviation that paint of such colour, slope and detail has without hidden content.

    A robust regression of the logarithm of the absolute change, in deviations of the whole
    painting.
    """

    def __init__(self, look: _Look, change: FloatArray) -> None:
        self.unit = _deviation(change)
        self._centre, self._spread = look.signs.mean(0), np.maximum(look.signs.std(0), 1e-6)
        surprise = change / self.unit
        terms = monomials(look.components, self._difficulty(look), False)
        target = np.log(np.clip(np.abs(surprise), 0.05, 20))
        self._fit, self._scale = _robust_fit(terms, target, tolerance=4, ridge=1e-2), 1.0
        self._scale = _deviation(surprise / self(look))

    def __call__(self, look: _Look) -> FloatArray:
        """The deviation (P,)."""
        extra = self._difficulty(look)
        found = np.exp(self._fit.predicted(look.components, extra, cubic=False))
        return np.asarray(found * self._scale, np.float32)

    def _difficulty(self, look: _Look) -> FloatArray:
        standard = (look.signs - self._centre) / self._spread
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


def _differences(pictures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Central differences of ``pictures`` (H, W, C) down and across, one-sided at the edges."""
    padded = np.pad(pictures, ((1, 1), (1, 1), (0, 0)), mode="edge")
    down = 0.5 * (padded[2:, 1:-1] - padded[:-2, 1:-1])
    return down, 0.5 * (padded[1:-1, 2:] - padded[1:-1, :-2])


def _second(pictures: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    down, across = _differences(pictures)
    return (*_differences(down), _differences(across)[1])


def _slopes(components: FloatArray) -> FloatArray:
    slopes = [
        *_differences(blur(components[..., :N_SLOPED], SLOPE_BLUR)),
        *_second(blur(components[..., :N_CURVED], CURVE_BLUR)),
    ]
    return np.concatenate(slopes, axis=-1)


def _signs(components: FloatArray, slopes: FloatArray) -> FloatArray:
    """How steep, how lined and how rare the colour of each pixel is, as logarithms (h, w, 3)."""
    n_slopes = 2 * min(N_SLOPED, components.shape[2])
    slope = np.linalg.norm(slopes[..., :n_slopes], axis=-1)
    detail = np.abs(components - blur(components, LINE_SCALE)).max(axis=-1)
    rarity = np.square(components).sum(axis=-1)  # squared Mahalanobis distance
    signs = [np.log(slope + 0.02), np.log(detail + 0.05), np.log1p(rarity)]
    return np.stack(signs, axis=-1)


def _extra(look: _Look, group: int) -> FloatArray:
    return np.concatenate([look.slopes, look.own[:, group]], axis=1)


def _robust_fit(terms: FloatArray, target: FloatArray, *, tolerance: float, ridge: float) -> _Fit:
    """Fit ``target`` (N,) by ``terms`` (N, T): ridge regression, iteratively reweighted.

    A pixel with a residual of u deviations (1.4826 times the median absolute residual) weighs
    1/(1 + (u/tolerance)²), so that hidden content, dark or light, takes little part.
    """
    centre, spread = terms.mean(0), np.maximum(terms.std(0), 1e-6)
    design = (terms - centre) / spread
    weight = np.ones(len(target), np.float32)
    penalty = ridge * len(target) * np.eye(design.shape[1], dtype=np.float32)
    for _ in range(ROUNDS):
        share = weight / weight.mean()
        level, middle = (share * target).mean(), (share[:, None] * design).mean(0)
        weighted = (design - middle) * share[:, None]
        gram = weighted.T @ (design - middle) + penalty
        slope = np.linalg.solve(gram, weighted.T @ (target - level))
        error = target - level - (design - middle) @ slope
        deviation = _deviation(error)
        weight = 1 / (1 + (error / (deviation * tolerance)) ** 2)
    gain = (slope / spread).astype(np.float32)
    offset = level - (middle * spread + centre) @ gain
    return _Fit(offset=float(offset), gain=gain, deviation=deviation)


def _deviation(error: NDArray[np.floating]) -> float:
    return max(1.4826 * float(np.median(np.abs(error))), LEAST_DEVIATION)


def _strengths(sample: FloatArray) -> tuple[float, float]:
    """By what to multiply light and dark change: the side of which ``sample`` shows less fades."""
    light, dark = (float((np.maximum(side, 0) ** 3).mean()) for side in (sample, -sample))
    if min(light, dark) <= 0:
        return 1.0, 1.0
    ratio = light / dark
    return min(1, ratio**SUBDUED), min(1, ratio**-SUBDUED)
