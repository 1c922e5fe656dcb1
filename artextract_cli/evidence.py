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
    local_residuals,
    moment_products,
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
        self._again = [distinct.index(place) for place in self._places]
        self._distinct = [self._places.index(place) for place in distinct]
        self._fits = [fit_bands(surface, bands[:, self._distinct]) for surface in surfaces]
        components = surfaces[0].components
        self._chains = [ChainedFit(components, bands[:, i], bands[:, i + 1]) for i in range(2)]

    def __call__(self, block: Block) -> FloatArray:
        """The maps (h, w, M) of a block."""
        return self._sight.blocks.core(block, self._made(block))

    def _made(self, block: Block) -> FloatArray:
        bands, seen = self._bands(block), self._sight.seen(block)
        left = self._residuals(bands, seen)
        luminance = log_reflectance((self._sight.linear(block) @ LUMINANCE)[..., None], TARGET_BLUR)
        both = np.concatenate([bands[..., 2:], luminance], axis=-1)
        structure = _structure(np.ascontiguousarray(both / UNIT, np.float32))
        maps = [
            left,
            _local(seen[0].components, bands - self._level),
            structure[..., 0],
            structure[..., 1],
            _slope(left[..., 2:3]),
        ]
        return np.concatenate(maps, axis=-1)

    def _residuals(self, bands: FloatArray, seen: Sequence[Surface]) -> FloatArray:
        """Residuals (h, w, 8) of three bands from all that is visible and from the photograph.

        Both, because a band of the far red may see the hidden layer itself, and then explains it
        away.
        """
        distinct = np.ascontiguousarray(bands[..., self._distinct])
        found = [
            fit.residuals(surface, distinct)[..., self._again]
            for surface, fit in zip(seen, self._fits, strict=True)
        ]
        chained = [
            np.zeros(bands.shape[:2], np.float32)
            if self._places[i] == self._places[i + 1]
            else chain.residual(seen[0].components, bands[..., i], bands[..., i + 1])
            for i, chain in enumerate(self._chains)
        ]
        return np.concatenate([*found, np.stack(chained, axis=-1)], axis=-1)


def _local(surface: FloatArray, centred: FloatArray) -> FloatArray:
    """Residuals (h, w, windows × 3) of linear regressions in windows around each pixel.

    Of bands ``centred`` (h, w, 3) on the three strongest components of ``surface`` (h, w, K).
    """
    components = np.zeros((*surface.shape[:2], 3), np.float32)
    n = min(3, surface.shape[-1])
    components[..., :n] = surface[..., :n]
    products = moment_products(components, centred)
    both = np.concatenate([components, centred], axis=-1)
    made = [
        local_residuals(
            components, centred, box_mean(both, radius), box_mean(products, radius), LOCAL_RIDGE
        )
        for radius in WINDOWS
    ]
    return np.asarray(np.concatenate(made, axis=-1) / UNIT, np.float32)


def _structure(pictures: FloatArray) -> FloatArray:
    """Structure maps (H, W, maps, C) of ``pictures`` (H, W, C), in the order of their names."""
    made = []
    for side in DETAIL_SIZES:
        made.append(closing(pictures, side // 2) - pictures)
        made.append(pictures - opening(pictures, side // 2))
    smooth = blur(pictures, 0.8)
    for step in LINE_STEPS:
        bent = curvatures(smooth if step == 1 else blur(pictures, 1.6), step)
        made += [bent[..., 0], bent[..., 1]]
    made.append(_slope(smooth))
    return np.stack(made, axis=2)


def _slope(pictures: FloatArray) -> FloatArray:
    return np.asarray(np.hypot(*gradients(pictures)), np.float32)
