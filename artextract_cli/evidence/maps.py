"""Evidence maps of hidden layers: how the infrared differs from what the visible predicts.

The name of a map is its kind. Residuals: ``residual`` (robust regression on all visible data),
``photograph_residual`` (on the photograph alone), ``envelope`` (one-sided regression, linear
reflectance), ``chained`` (also on the next shorter infrared bands), ``skipped`` (on all shorter
bands but the next), ``local`` (regression in a window), ``smooth`` (a residual blurred). Structure:
``line`` (oriented filters), ``detail`` (top-hats), ``slope``. The infrared is represented by three
slots: its shortest, middle and longest band. Every map is standardised within its own painting by
median and median absolute deviation, so that no map depends on how many bands there are or how well
this painting's pigments predict their infrared.
"""

import itertools
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import (
    BandFit,
    Surface,
    fit_bands,
)
from artextract_cli.evidence.envelope import Chain, EnvelopeFits, fit_envelopes
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.evidence.structure import (
    DETAIL_REACH,
    DETAIL_SIZES,
    LINES,
    LOCAL_REACH,
    UNIT,
    WINDOWS,
)
from artextract_cli.imaging import coding
from artextract_cli.imaging.blocks import Block, BlockCache
from artextract_cli.imaging.robust_regression import robust_deviations

SLOTS = ("short", "middle", "long")
SIGNS = ("dark", "light")
# For faint and broad content under noise and weave; narrower content is averaged away.
SMOOTH_BLURS = (3.0, 8.0)  # σ in pixels
SMOOTH_REACH = 24  # of the wider blur, in pixels
LUMINANCE = coding.LUMINANCE.astype(np.float32)  # float32 as the maps
# Without a limit a single pixel could dominate the mean of its superpixel, of 25 by default.
LARGEST_VALUE = 25.0  # deviations within the painting; larger values are clipped
LEAST_SPREAD = 1e-4  # of a map; a smaller one is that of a constant map

LINED = ("residual", "photograph_residual", "difference", "visible")
DETAILED = ("infrared", "visible", "residual")


def _line_names(source: str) -> list[str]:
    return [f"line_{width:g}_{sign}_{source}" for width, _ in LINES for sign in SIGNS]


def _detail_names(source: str) -> list[str]:
    details = [f"detail_{size}_{sign}_{source}" for size in DETAIL_SIZES for sign in SIGNS]
    return [*details, f"slope_{source}"]


_RESIDUAL_NAMES = (
    *(f"residual_{slot}" for slot in SLOTS),
    *(f"photograph_residual_{slot}" for slot in SLOTS),
    *(f"envelope_{sign}_{slot}" for sign in SIGNS for slot in SLOTS),
    *(f"chained_{sign}_{slot}" for slot in SLOTS[1:] for sign in SIGNS),
    *(f"skipped_{sign}_long" for sign in SIGNS),
)
SURFACE_MAPS = (*_line_names("visible"), *_detail_names("visible"))
MAPS = (
    *_RESIDUAL_NAMES,
    *(f"local_{r}_{slot}" for r in WINDOWS for slot in SLOTS),
    *(f"smooth_{blur:g}_{name}" for name in ("residual", "envelope") for blur in SMOOTH_BLURS),
    *(name for source in LINED for name in _line_names(source)),
    *(name for source in DETAILED for name in _detail_names(source)),
)
AXIS_MAPS = ("axis_cosine", "axis_sine")
"""Direction of lines of the residual: (cos 2θ, sin 2θ) times their strength; not in `MAPS`."""

N_RESIDUALS = len(_RESIDUAL_NAMES)
"""Number of the first maps, from which the envelope and residual scores are computed."""

RESIDUALS = [MAPS.index(f"{view}residual_{s}") for view in ("", "photograph_") for s in SLOTS]
# Weights of the envelope score: the trace of hidden content grows with the wavelength, so the fit
# on all shorter bands except the next one counts most.
ENVELOPE_WEIGHTS = {"skipped_dark_long": 1.0, "chained_dark_long": 0.5, "envelope_dark_long": 0.5}
ENVELOPES = [MAPS.index(name) for name in ENVELOPE_WEIGHTS]
# Small, so that the two-sided residual decides only where the envelope residuals are weak.
RESIDUAL_SHARE = 0.3  # of the residual score in the envelope score
# Direction maps are zero where there is no line: only their spread is standardised.
_CENTRED = np.array([not name.startswith("axis") for name in (*MAPS, *AXIS_MAPS)])


def residual_score(maps: FloatArray) -> FloatArray:
    """The robust residual as one score (...,) of evidence ``maps`` (..., M).

    The largest absolute residual of the three infrared bands from all visible data, plus the same
    from the photograph alone.
    """
    return strongest_of(maps[..., RESIDUALS])


def strongest_of(residuals: FloatArray) -> FloatArray:
    """`residual_score` of its six maps (..., 6), those at `RESIDUALS`."""
    # One array per map: NumPy's `max` over a short last axis takes several times as long.
    sizes = np.moveaxis(np.abs(residuals), -1, 0)
    by_predictor = sizes[: len(SLOTS)].max(0) + sizes[len(SLOTS) :].max(0)
    return np.asarray(by_predictor, np.float32)


def envelope_score(maps: FloatArray) -> FloatArray:
    """The envelope residuals as one score (...,) of evidence ``maps`` (..., M).

    The absolute deviation of the longest band from the upper envelope of its prediction by shorter
    bands, plus a share of `residual_score`, all in robust deviations.
    """
    return np.asarray(envelope_by_sign(maps).max(-1), np.float32)


def envelope_by_sign(maps: FloatArray) -> FloatArray:
    """`envelope_score` (..., 2) of darker, and of lighter content than predicted."""
    return by_sign(signed_envelope(maps), residual_score(maps))


def by_sign(envelope: FloatArray, residual: FloatArray) -> FloatArray:
    """`envelope_by_sign` from `signed_envelope` and `residual_score`, each (...,)."""
    rest = RESIDUAL_SHARE * residual
    both = np.stack([np.maximum(-envelope, 0) + rest, np.maximum(envelope, 0) + rest], axis=-1)
    return both.astype(np.float32)


def signed_envelope(maps: FloatArray) -> FloatArray:
    """The envelope residuals (...,) of evidence ``maps`` (..., M); negative = darker."""
    return weighted_envelope(maps[..., ENVELOPES])


def weighted_envelope(envelopes: FloatArray) -> FloatArray:
    """`signed_envelope` of its maps (..., 3), those at `ENVELOPES`."""
    total = sum(w * envelopes[..., i] for i, w in enumerate(ENVELOPE_WEIGHTS.values()))
    return np.asarray(total, np.float32)


class EvidenceMaps:
    """All maps of a scene with an infrared band, fitted and standardised on the painting.

    With ``only_residuals`` only the first of `MAPS`, for the envelope and residual scores.
    """

    def __init__(self, view: SceneView, *, only_residuals: bool = False) -> None:
        self._arrays = view.arrays
        raw = self._raw = BlockCache(_RawMaps(view, only_residuals=only_residuals))
        (sample,) = view.gather(lambda block: [raw(block)], view.pixels, margin=0)
        self._centre, self._spread = _standard(sample)

    def __call__(self, block: Block) -> FloatArray:
        """The maps (h, w, M + 2) of a block: those of `MAPS`, then those of `AXIS_MAPS`."""
        return self._standardised(block, logarithmic=False)

    def compressed(self, block: Block) -> FloatArray:
        """The maps of a block, compressed by `signed_log1p`."""
        return self._standardised(block, logarithmic=True)

    def _standardised(self, block: Block, *, logarithmic: bool) -> FloatArray:
        return self._arrays.standardised(
            self._raw(block), self._centre, self._spread, LARGEST_VALUE, logarithmic=logarithmic
        )


class _RawMaps:
    """The maps (h, w, M + 2) of a block, before they are standardised.

    In memory they lie map after map, as filters write them.
    """

    def __init__(self, view: SceneView, *, only_residuals: bool) -> None:
        self._view, infrared = view, view.infrared
        self._only_residuals = only_residuals
        slots = [infrared[0], infrared[(len(infrared) - 1) // 2], infrared[-1]]
        self._slots = slots
        self._bands = BlockCache(lambda block: view.log_bands(block, slots))
        surfaces, bands = view.samples(self._bands)
        self._level = bands.mean(0)
        self._fits = [self._two_sided(surface, bands) for surface in surfaces]
        self._envelopes = _envelopes(view)

    def _two_sided(self, surface: Surface, bands: FloatArray) -> BandFit:
        # A band that fills two slots is fitted once.
        distinct = list(dict.fromkeys(self._slots))
        repeats = [distinct.index(slot) for slot in self._slots]
        targets = bands[:, [self._slots.index(slot) for slot in distinct]]
        return fit_bands(surface, targets).of(repeats)

    def __call__(self, block: Block) -> FloatArray:
        """The maps of a block; only what filters read is computed in its margin."""
        bands, surfaces = self._bands(block), self._view.surfaces(block)
        residuals = [
            self._view.arrays.residuals(fit, surface, bands)
            for surface, fit in zip(surfaces, self._fits, strict=True)
        ]
        envelopes = [fits(block) for fits in self._envelopes]
        near = partial(self._view.blocks.near, block)
        planes = [near(plane, 0) for plane in itertools.chain(*residuals)]
        planes += itertools.chain(*envelopes[:-1])
        planes += [near(plane, 0, SMOOTH_REACH) for plane in envelopes[-1]]
        if not self._only_residuals:
            planes += self._filtered(block, residuals, envelopes[-1][0])
        return self._view.arrays.as_image(planes)

    def _filtered(
        self, block: Block, residuals: Sequence[FloatArray], envelope: FloatArray
    ) -> Iterator[FloatArray]:
        """The maps (h, w) that follow the residuals of the window, in their order."""
        view, arrays, bands = self._view, self._view.arrays, self._bands(block)
        near = partial(view.blocks.near, block)
        (of_surface, _), _ = view.surfaces(block)
        components = near(of_surface, LOCAL_REACH)
        centred = near(bands, LOCAL_REACH) - arrays.placed(self._level)
        for plane in arrays.local_maps(components, centred):
            yield near(plane, 0, LOCAL_REACH)
        luminance = view.linear(block) @ arrays.placed(LUMINANCE)
        visible = view.log_reflectance(luminance[..., None])
        infrared, visible = bands[..., 2] / UNIT, visible[..., 0] / UNIT
        residual, of_photograph = residuals[0][2], residuals[1][2]
        for source in (near(residual, SMOOTH_REACH), envelope):
            for sigma in SMOOTH_BLURS:
                yield near(arrays.blur(source[..., None], sigma)[..., 0], 0, SMOOTH_REACH)
        inside = block.inside(view.blocks.window(block))
        lines = arrays.line_maps([residual, of_photograph, infrared - visible, visible], inside)
        yield from itertools.chain(*(strengths for strengths, _ in lines))
        sources = [near(source, DETAIL_REACH) for source in (infrared, visible, residual)]
        for plane in arrays.detail_maps(sources):
            yield near(plane, 0, DETAIL_REACH)
        # Of the residual from all visible data: edges of the graph follow its lines.
        yield from lines[0][1]


def _envelopes(view: SceneView) -> list[EnvelopeFits]:
    """Fits in the order of their maps: on the visible, chained for two bands, skipped."""
    infrared = view.infrared
    # With one infrared band, all three slots are that band and the chains below them are empty.
    middle, last = (len(infrared) - 1) // 2, len(infrared) - 1
    slots = [infrared[0], infrared[middle], infrared[last]]
    # The order is that of `_RESIDUAL_NAMES`.
    chains = [
        Chain(n_below=0, bands=slots, cubic=True),
        Chain(n_below=middle, bands=slots[1:2], cubic=False),
        Chain(n_below=last, bands=slots[2:], cubic=False),
        Chain(n_below=max(last - 1, 0), bands=slots[2:], cubic=True, margin=SMOOTH_REACH),
    ]
    return fit_envelopes(view, chains)


def _standard(sample: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Median and robust deviation (M,) of maps at some pixels (n, M)."""
    centre = np.where(_CENTRED[: sample.shape[1]], np.median(sample, axis=0), 0)
    spread = robust_deviations(sample - centre)
    # A map that is zero at most pixels has a median deviation of zero.
    # Line maps are zero at most pixels; their standard deviation is that of the lines.
    spread = np.where(spread > LEAST_SPREAD, spread, sample.std(axis=0))
    return centre.astype(np.float32), np.maximum(spread, LEAST_SPREAD).astype(np.float32)
