"""Evidence of hidden layers, map by map: what the infrared shows beside what the visible foretells.

Names say what a map is: ``residual`` (regression on the whole painting), ``chained`` (the next
shorter infrared band foretells too), ``local`` (regression in a window), ``dark_detail`` and
``light_detail`` (top-hats), ``curved_up`` and ``curved_down`` (line filters), ``slope``. All maps
are logarithms of reflectance or deviations, never raw spectra, so they do not depend on how many
bands a scene has: the infrared enters at three places, its shortest, middle and longest band.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artextract_cli.band_regression import (
    TARGET_BLUR,
    ChainedFit,
    Surface,
    fit_bands,
    log_reflectance,
)
from artextract_cli.blocks import Block, OfBlock, whole
from artextract_cli.contract import FloatArray
from artextract_cli.image_kernels import (
    blur,
    box_mean,
    closing,
    curvatures,
    gradients,
    lay_out,
    local_residuals,
    moments,
    opening,
)
from artextract_cli.scene import Scene
from artextract_cli.sight import Sight

SLOTS = ("short", "middle", "long")
WINDOWS = (4, 12)  # radii in pixels
DETAIL_SIZES = (5, 9)  # sides in pixels
LINE_STEPS = (1, 2)
LOCAL_RIDGE = 0.02
UNIT = np.float32(0.05)  # of the logarithm of reflectance: 5 %
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709, linear light


def _structure_names(view: str) -> list[str]:
    details = [f"{p}_detail_{d}_{view}" for d in DETAIL_SIZES for p in ("dark", "light")]
    lines = [f"curved_{p}_{s}_{view}" for s in LINE_STEPS for p in ("up", "down")]
    return [*details, *lines, f"slope_{view}"]


SURFACE_MAPS = tuple(_structure_names("visible"))
MAPS = (
    *(f"residual_{slot}" for slot in SLOTS),
    *(f"photograph_residual_{slot}" for slot in SLOTS),
    *(f"chained_{slot}" for slot in SLOTS[1:]),
    *(f"local_{r}_{slot}" for r in WINDOWS for slot in SLOTS),
    *_structure_names("infrared"),
    *SURFACE_MAPS,
    "slope_residual",
)
# Where parts of the maps lie among them: 8 residuals, local ones, structure of both views, a slope.
_LEFT, _LOCAL = slice(0, 8), slice(8, 8 + len(WINDOWS) * len(SLOTS))
_STRUCTURE = slice(_LOCAL.stop, _LOCAL.stop + 2 * len(SURFACE_MAPS))
RESIDUALS = [MAPS.index(f"{sight}residual_{s}") for sight in ("", "photograph_") for s in SLOTS]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Maps (H, W, M) by the names of `MAPS`."""

    maps: FloatArray

    def __getitem__(self, name: str) -> FloatArray:
        """One map (H, W)."""
        return self.maps[..., MAPS.index(name)]


def residual_score(maps: FloatArray) -> FloatArray:
    """The robust residual as one score (..., ) of evidence ``maps`` (..., M), larger = stranger.

    The strongest deviation of the three infrared bands, either way, from what all visible bands
    foretell, plus the same from what the photograph alone foretells.
    """
    return strongest_of(maps[..., RESIDUALS])


def strongest_of(residuals: FloatArray) -> FloatArray:
    """`residual_score` of its own six maps (..., 6): those at `RESIDUALS`."""
    by_sight = np.abs(residuals).reshape(*residuals.shape[:-1], 2, len(SLOTS)).max(-1)
    return np.asarray(by_sight[..., 0] + by_sight[..., 1], np.float32)


def gather_evidence(scene: Scene) -> Evidence:
    """All maps of a scene that has an infrared band, all at once."""
    return Evidence(maps=EvidenceMaps(Sight(scene))(whole(scene.shape)))


def band_residuals(scene: Scene) -> FloatArray:
    """`BandResiduals` of a scene (H, W, B), all at once."""
    return BandResiduals(Sight(scene))(whole(scene.shape))


class BandResiduals:
    """The robust signed residual of every band, in deviations; negative = darker.

    An infrared band is foretold by all that is visible, a visible one by the photograph.
    """

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._every = list(range(sight.n_bands))
        visible = [b for b in self._every if b not in sight.infrared]
        self._logs = OfBlock(lambda block: sight.log_bands(block, self._every))
        surfaces, bands = sight.samples(self._logs)
        self._chosen = (sight.infrared, visible)
        self._fits = [
            fit_bands(surface, bands[:, chosen])
            for surface, chosen in zip(surfaces, self._chosen, strict=True)
        ]

    def __call__(self, block: Block) -> FloatArray:
        """The residuals (h, w, B) of a block."""
        seen, logs = self._sight.seen(block), self._logs(block)
        made = np.empty_like(logs)
        for surface, chosen, fit in zip(seen, self._chosen, self._fits, strict=True):
            made[..., chosen] = fit.residuals(surface, logs[..., chosen])
        return self._sight.blocks.core(block, made)


class EvidenceMaps:
    """All maps of a scene that has an infrared band, fitted on the whole painting."""

    def __init__(self, sight: Sight) -> None:
        self._sight, infrared = sight, sight.infrared
        self._places = [infrared[0], infrared[(len(infrared) - 1) // 2], infrared[-1]]
        self._bands = OfBlock(lambda block: sight.log_bands(block, self._places))
        surfaces, bands = sight.samples(self._bands)
        self._level = bands.mean(0)
        # Where two places show one band, it is fitted once.
        distinct = list(dict.fromkeys(self._places))
        again = [distinct.index(place) for place in self._places]
        targets = bands[:, [self._places.index(place) for place in distinct]]
        self._fits = [fit_bands(surface, targets).of(again) for surface in surfaces]
        components = surfaces[0].components
        self._chains = [ChainedFit(components, bands[:, i], bands[:, i + 1]) for i in range(2)]

    def __call__(self, block: Block) -> FloatArray:
        """The maps (h, w, M) of a block."""
        return self._sight.blocks.core(block, self._made(block))

    def _made(self, block: Block) -> FloatArray:
        bands, seen = self._bands(block), self._sight.seen(block)
        maps = np.empty((*bands.shape[:2], len(MAPS)), np.float32)
        self._set_residuals(maps[..., _LEFT], bands, seen)
        _set_local(maps[..., _LOCAL], seen[0].components, bands - self._level)
        luminance = log_reflectance((self._sight.linear(block) @ LUMINANCE)[..., None], TARGET_BLUR)
        both = np.concatenate([bands[..., 2:], luminance], axis=-1)
        by_view = maps[..., _STRUCTURE].reshape(*both.shape, len(SURFACE_MAPS))
        lay_out(_structure(np.ascontiguousarray(both / UNIT, np.float32)), by_view)
        maps[..., -1:] = _slope(maps[..., 2:3])
        return maps

    def _set_residuals(self, maps: FloatArray, bands: FloatArray, seen: Sequence[Surface]) -> None:
        """Make residuals (h, w, 8) of three bands from all that is visible and from the photograph.

        Both, because a band of the far red may see the hidden layer itself, and then explains it
        away.
        """
        for i, (surface, fit) in enumerate(zip(seen, self._fits, strict=True)):
            maps[..., 3 * i : 3 * i + 3] = fit.residuals(surface, bands)
        for i, chain in enumerate(self._chains):
            same = self._places[i] == self._places[i + 1]
            before, here = bands[..., i], bands[..., i + 1]
            maps[..., 6 + i] = 0 if same else chain.residual(seen[0].components, before, here)


def _set_local(maps: FloatArray, surface: FloatArray, centred: FloatArray) -> None:
    """Make residuals (h, w, windows × 3) of linear regressions in windows around each pixel.

    Of bands ``centred`` (h, w, 3) on the three strongest components of ``surface`` (h, w, K).
    """
    components = np.zeros((*surface.shape[:2], 3), np.float32)
    n = min(3, surface.shape[-1])
    components[..., :n] = surface[..., :n]
    products = moments(components, centred)
    for i, radius in enumerate(WINDOWS):
        left = local_residuals(components, centred, box_mean(products, radius), LOCAL_RIDGE)
        np.divide(left, UNIT, out=maps[..., 3 * i : 3 * i + 3])


def _structure(pictures: FloatArray) -> tuple[FloatArray, ...]:
    """Structure maps, each (H, W, C), of ``pictures`` (H, W, C), in the order of their names."""
    smooth = blur(pictures, 0.8)
    details = [
        detail
        for side in DETAIL_SIZES
        for detail in (
            closing(pictures, side // 2) - pictures,
            pictures - opening(pictures, side // 2),
        )
    ]
    lines = [
        line
        for step in LINE_STEPS
        for line in curvatures(smooth if step == 1 else blur(pictures, 1.6), step)
    ]
    return (*details, *lines, _slope(smooth))


def _slope(pictures: FloatArray) -> FloatArray:
    return np.asarray(np.hypot(*gradients(pictures)), np.float32)
