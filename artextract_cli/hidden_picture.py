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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli.band_regression import log_reflectance, principal_components
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence import LAST_VISIBLE_NM, infrared_bands, visible_channels
from artextract_cli.image_kernels import blur, monomials, polynomial
from artextract_cli.scene import Scene, continued

BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.intp]

N_SLOPED, N_CURVED = 2, 2  # components whose first and second differences take part
FIT_PIXELS = 12_000
ROUNDS = 6
VISIBLE_BLUR, INFRARED_BLUR, SLOPE_BLUR, CURVE_BLUR = 1.0, 0.7, 1.5, 0.7  # σ in pixels
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
class _Surface:
    """The visible side of a painting of P = H × W pixels, in raster order."""

    shape: tuple[int, int]
    components: FloatArray  # (P, K) principal components of its log channels, variance one
    slopes: FloatArray  # (P, S) first and second differences of the components
    chosen: IndexArray  # painted pixels to fit on


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """A linear prediction: ``offset + terms @ gain``, and one robust deviation from it."""

    offset: float
    gain: FloatArray
    deviation: float


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
    infrared = _checked_infrared(scene)
    painted = scene.painted
    if not painted.any():
        msg = "the object mask leaves no pixel of the painting; check the mask"
        raise InputError(msg)
    scene = continued(scene)
    surface = _look_at(visible_channels(scene), painted)
    groups = np.array_split(np.array(infrared), min(len(infrared), N_GROUPS))
    groups = groups[-N_TOGETHER:]
    bands = [scene.bands[..., group].mean(-1, keepdims=True) for group in groups]
    wavelengths = [float(np.mean(np.array(scene.wavelengths)[group])) for group in groups]
    change = _combined([_unexplained(surface, band) for band in bands], wavelengths, surface)
    picture = _subdued(_most_likely(change, surface), surface.chosen)
    return np.where(painted, picture.reshape(surface.shape), np.float32(np.nan))


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


def _look_at(channels: FloatArray, painted: BoolArray) -> _Surface:
    height, width, n_channels = channels.shape
    logs = log_reflectance(channels, VISIBLE_BLUR).reshape(-1, n_channels)
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(painted))[:FIT_PIXELS]
    components = principal_components(logs, chosen)
    pictures = components.reshape(height, width, -1)
    slopes = [
        *_differences(blur(pictures[..., :N_SLOPED], SLOPE_BLUR)),
        *_second(blur(pictures[..., :N_CURVED], CURVE_BLUR)),
    ]
    return _Surface(
        shape=(height, width),
        components=components,
        slopes=np.concatenate(slopes, axis=-1).reshape(height * width, -1),
        chosen=chosen,
    )


def _differences(pictures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Central differences of ``pictures`` (H, W, C) down and across, one-sided at the edges."""
    padded = np.pad(pictures, ((1, 1), (1, 1), (0, 0)), mode="edge")
    down = 0.5 * (padded[2:, 1:-1] - padded[:-2, 1:-1])
    return down, 0.5 * (padded[1:-1, 2:] - padded[1:-1, :-2])


def _second(pictures: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    down, across = _differences(pictures)
    return (*_differences(down), _differences(across)[1])


def _unexplained(surface: _Surface, band: FloatArray) -> FloatArray:
    """What the surface does not explain (P,) of the logarithm of ``band`` (H, W, 1)."""
    n = len(surface.components)
    target = log_reflectance(band, INFRARED_BLUR).reshape(n)
    own = np.concatenate(_differences(log_reflectance(band, VISIBLE_BLUR)), axis=-1)
    extra = np.concatenate([surface.slopes, own.reshape(n, 2)], axis=1)
    terms = monomials(surface.components[surface.chosen], extra[surface.chosen], True)
    fit = _robust_fit(terms, target[surface.chosen], tolerance=1.5, ridge=BAND_RIDGE)
    left = target - _predicted(fit, surface.components, extra, cubic=True)
    limit = max(LARGEST_DEVIATIONS * fit.deviation, CREDIBLE_CHANGE)
    return np.asarray(np.clip(left, -limit, limit), np.float32)


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


def _predicted(fit: _Fit, components: FloatArray, extra: FloatArray, *, cubic: bool) -> FloatArray:
    """Predict all P pixels."""
    made = polynomial(components, extra, fit.gain[:, None], cubic=cubic)
    return made[:, 0] + np.float32(fit.offset)


def _combined(left: list[FloatArray], wavelengths: list[float], surface: _Surface) -> FloatArray:
    """The change (P,) of the longest band that the residuals ``left`` of all bands tell of.

    Generalised least squares: weights C⁻¹t / tᵀC⁻¹t for a trace t and the covariance C of those
    pixels where no band is surprising.
    """
    residuals = np.stack(left, axis=1)
    sample = residuals[surface.chosen]
    deviations = np.array([_deviation(column) for column in sample.T])
    calm = sample[(np.abs(sample) < 4 * deviations).all(axis=1)] / deviations
    covariance = calm.T @ calm / max(len(calm), 1) + 0.05 * np.eye(len(left))
    reach = np.array(wavelengths) - FIRST_TRACE_NM
    trace = (reach / reach[-1]) ** GROWTH / deviations
    weights = np.linalg.solve(covariance, trace)
    return np.asarray(residuals @ (weights / deviations / (weights @ trace)), np.float32)


def _most_likely(change: FloatArray, surface: _Surface) -> FloatArray:
    """What is hidden (P,), given ``change`` (P,) and how badly the surface predicts at each pixel.

    The mean of a normal prior around 0 and of the neighbourhood's changes, weighted by precision.
    """
    unit = _deviation(change[surface.chosen])
    uncertainty = _uncertainty(change / unit, surface)
    limit = np.maximum(LARGEST_SURPRISE * uncertainty, np.float32(CREDIBLE_CHANGE / unit))
    precision = 1 / uncertainty**2
    held = np.stack([np.clip(change / unit, -limit, limit) * precision, precision], axis=1)
    total = blur(held.reshape(*surface.shape, 2), PICTURE_BLUR).reshape(-1, 2)
    return unit * total[:, 0] / (total[:, 1] + np.float32(EXPECTED_CHANGE**-2))


def _uncertainty(surprise: FloatArray, surface: _Surface) -> FloatArray:
    """Deviation (P,) that paint of such colour, slope and detail has without hidden content.

    A robust regression of the logarithm of the absolute ``surprise`` (P,).
    """
    target = np.log(np.clip(np.abs(surprise), 0.05, 20))
    extra = _difficulty(surface)
    terms = monomials(surface.components[surface.chosen], extra[surface.chosen], False)
    fit = _robust_fit(terms, target[surface.chosen], tolerance=4, ridge=1e-2)
    found = np.exp(_predicted(fit, surface.components, extra, cubic=False))
    return np.asarray(found * _deviation((surprise / found)[surface.chosen]), np.float32)


def _difficulty(surface: _Surface) -> FloatArray:
    """How steep, how lined and how rare the colour of each pixel is: logarithms and squares."""
    pictures = surface.components.reshape(*surface.shape, -1)
    n_slopes = 2 * min(N_SLOPED, pictures.shape[2])
    slope = np.linalg.norm(surface.slopes[:, :n_slopes], axis=1)
    detail = np.abs(pictures - blur(pictures, LINE_SCALE)).max(axis=-1).ravel()
    rarity = np.square(surface.components).sum(axis=1)  # squared Mahalanobis distance
    signs = [np.log(slope + 0.02), np.log(detail + 0.05), np.log1p(rarity)]
    stacked = np.stack(signs, axis=1)
    sample = stacked[surface.chosen]
    standard = (stacked - sample.mean(0)) / np.maximum(sample.std(0), 1e-6)
    return np.concatenate([standard, standard**2], axis=1).astype(np.float32)


def _subdued(picture: FloatArray, chosen: IndexArray) -> FloatArray:
    """``picture`` (P,) with the sign of which it shows less made fainter."""
    light, dark = np.maximum(picture, 0), np.minimum(picture, 0)
    weight = [float((side[chosen] ** 3).mean()) for side in (light, -dark)]
    if min(weight) <= 0:
        return picture
    ratio = weight[0] / weight[1]
    subdued = light * min(1, ratio**SUBDUED) + dark * min(1, ratio**-SUBDUED)
    return np.asarray(subdued, np.float32)
