"""Evidence of hidden layers, map by map: what the infrared shows beside what the visible foretells.

Names say what a map is: ``residual`` (regression on the whole painting), ``chained`` (the next
shorter infrared band foretells too), ``local`` (regression in a window), ``dark_detail`` and
``light_detail`` (top-hats), ``curved_up`` and ``curved_down`` (line filters), ``slope``. All maps
are logarithms of reflectance or deviations, never raw spectra, so they do not depend on how many
bands a scene has: the infrared enters at three places, its shortest, middle and longest band.
"""

from dataclasses import dataclass

import numpy as np

from artextract_cli.band_regression import (
    TARGET_BLUR,
    Surface,
    chained_residual,
    log_reflectance,
    look_at,
    residuals,
)
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
from artextract_cli.scene import Scene, continued, linear_rgb

LAST_VISIBLE_NM = 720
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


def band_residuals(scene: Scene) -> FloatArray:
    """The robust signed residual of every band (H, W, B), in deviations; negative = darker.

    An infrared band is foretold by all that is visible, a visible one by the photograph.
    """
    scene = continued(scene)
    infrared = infrared_bands(scene)
    visible = [b for b in range(len(scene.band_ids)) if b not in infrared]
    logs = log_reflectance(scene.bands, TARGET_BLUR)
    made = np.empty_like(logs)
    seen = look_at(visible_channels(scene), scene.mask)
    made[..., infrared] = residuals(seen, logs[..., infrared])
    if visible:
        photograph = look_at(linear_rgb(scene.rgb), scene.mask)
        made[..., visible] = residuals(photograph, logs[..., visible])
    return made


def infrared_bands(scene: Scene) -> list[int]:
    """Indices of the bands past 720 nm, by wavelength; empty where no wavelength is known."""
    if scene.wavelengths is None:
        return []
    order = np.argsort(scene.wavelengths, kind="stable")
    return [int(b) for b in order if scene.wavelengths[b] > LAST_VISIBLE_NM]


def visible_channels(scene: Scene) -> FloatArray:
    """The linear photograph and the bands up to 720 nm (H, W, 3 + ...)."""
    visible = [b for b, nm in enumerate(scene.wavelengths or ()) if nm <= LAST_VISIBLE_NM]
    return np.concatenate([linear_rgb(scene.rgb), scene.bands[..., visible]], axis=-1)


def gather_evidence(scene: Scene) -> Evidence:
    """All maps of a scene that has an infrared band.

    Beyond the mask the painting is continued by its nearest pixel, so that no border shows.
    """
    scene = continued(scene)
    infrared = infrared_bands(scene)
    places = [infrared[0], infrared[(len(infrared) - 1) // 2], infrared[-1]]
    linear = linear_rgb(scene.rgb)
    surface = look_at(visible_channels(scene), scene.mask)
    bands = log_reflectance(scene.bands[..., places], TARGET_BLUR)
    left = _residuals(surface, look_at(linear, scene.mask), bands, places)
    luminance = log_reflectance((linear @ LUMINANCE)[..., None], TARGET_BLUR)
    both = np.concatenate([bands[..., 2:], luminance], axis=-1)
    pictures = np.ascontiguousarray(both / UNIT, np.float32)
    structure = _structure(pictures)
    maps = [
        left,
        _local(surface, bands),
        structure[..., 0],
        structure[..., 1],
        _slope(left[..., 2:3]),
    ]
    return Evidence(maps=np.concatenate(maps, axis=-1))


def _residuals(
    surface: Surface, photograph: Surface, bands: FloatArray, places: list[int]
) -> FloatArray:
    """Residuals (H, W, 8) of the three bands from all that is visible and from the photograph.

    Both, because a band of the far red may see the hidden layer itself, and then explains it away.
    """
    short, middle, long = (bands[..., i] for i in range(3))
    distinct = [places.index(place) for place in dict.fromkeys(places)]
    again = [distinct.index(places.index(place)) for place in places]
    found = [
        residuals(view, np.ascontiguousarray(bands[..., distinct]))[..., again]
        for view in (surface, photograph)
    ]
    still = np.zeros(surface.shape, np.float32)
    chained = (
        still if places[1] == places[0] else chained_residual(surface, short, middle),
        still if places[2] == places[1] else chained_residual(surface, middle, long),
    )
    return np.concatenate([*found, np.stack(chained, axis=-1)], axis=-1)


def _local(surface: Surface, bands: FloatArray) -> FloatArray:
    """Residuals (H, W, windows × 3) of linear regressions in windows around each pixel."""
    components = np.zeros((*surface.shape, 3), np.float32)
    n = min(3, surface.components.shape[1])
    components[..., :n] = surface.components[:, :n].reshape(*surface.shape, n)
    centred = bands - bands.mean((0, 1))
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
