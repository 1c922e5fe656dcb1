"""Paint a scene of the world "measured": plan it, render it wave by wave, photograph it."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED
from artextract_cli.simulate.measured import camera as faults
from artextract_cli.simulate.measured import content as below
from artextract_cli.simulate.measured.optics import LINEAR_WEIGHTS, VISIBLE, FloatArray, external
from artextract_cli.simulate.measured.plan import (
    Conditions,
    Painting,
    Streams,
    draw_conditions,
    plan_painting,
    random_streams,
)
from artextract_cli.simulate.radiograph.taking import further_layers
from artextract_cli.simulate.scene import SimulatedScene
from artextract_cli.simulate.settings import SceneSettings

# The same limit as in the other worlds, so that their figures can be compared.
CHANGED = 0.02
"""A hidden layer counts as one that can be found where some band changes by more than this."""


def simulate_measured(rng_seed_parts: Sequence[int], settings: SceneSettings) -> SimulatedScene:
    """Paint and photograph one scene of the world "measured".

    Parameters
    ----------
    rng_seed_parts
        Whole numbers that decide the scene: the same ones give the same scene.
    settings
        Size, wavelengths, and what is given of the conditions; what is ``None`` is drawn.

    Returns
    -------
    SimulatedScene
        Photograph, bands, truth and hidden layer, all (H, W) or (H, W, channels).
    """
    rng = random_streams(rng_seed_parts)
    conditions = draw_conditions(rng, settings)
    bands = np.array(settings.wavelengths, np.float64)
    painting = plan_painting(rng, settings.shape, np.concatenate([VISIBLE, bands]), conditions)
    exact, change = rendered(rng, painting, bands)
    return SimulatedScene(
        rgb=_photographed(rng, painting, conditions),
        bands=_recorded(rng, exact, bands, conditions),
        truth=_truth(painting, change),
        layer=_layer(painting, int(bands.argmax()) + len(VISIBLE)),
        kinds=conditions.kinds,
        clean=not conditions.kinds,
        layers=further_layers(
            rng_seed_parts, settings, partial(_depths, painting), canvas=conditions.weave > 0
        ),
    )


def _depths(painting: Painting, _: np.random.Generator) -> tuple[FloatArray, float]:
    """μ·x (H, W) of all paint, and that of a unit load of the ground."""
    coats = [*painting.contents, *([painting.glaze] if painting.glaze else []), *painting.lines]
    paint: FloatArray = sum((coat.xray() for coat in coats), start=painting.coat.xray())
    return paint, painting.ground_xray


def _seen(painting: Painting, at: int, ground: FloatArray) -> FloatArray:
    """Internal reflectance (H, W) of all that lies over a ground at one wave."""
    light = painting.coat.over(at, ground)
    for layer in [*([painting.glaze] if painting.glaze else []), *painting.lines]:
        light = layer.over(at, light)
    return light


def _grounds(painting: Painting, at: int) -> tuple[FloatArray, FloatArray]:
    return below.ground_after(painting.ground, painting.contents, at, painting.shape)


def rendered(
    rng: Streams, painting: Painting, bands: FloatArray
) -> tuple[list[FloatArray], FloatArray]:
    """Each band before the camera (H, W), and the greatest change (H, W) by what is hidden."""
    # Relief and weave differ in strength from band to band, as under other lamps and filters.
    lamps = rng("lamps").uniform(0.7, 1.3, len(bands))
    threads = rng("threads").uniform(0.3, 1.3, len(bands))
    exact: list[FloatArray] = []
    change: FloatArray = np.zeros(painting.shape, np.float32)
    for number, wavelength in enumerate(bands):
        at = len(VISIBLE) + number
        bare, filled = _grounds(painting, at)
        factor = painting.relief.factor(lamps[number], threads[number], float(wavelength))
        factor = factor * painting.varnish.passes(float(wavelength))
        band = external(_seen(painting, at, filled)) * factor
        exact.append(band)
        if painting.contents:
            # Before the camera: a displaced band would change along every edge.
            without = external(_seen(painting, at, bare)) * factor
            change = np.maximum(change, np.abs(band - without))
    return exact, change


def _photographed(rng: Streams, painting: Painting, conditions: Conditions) -> FloatArray:
    """The photograph (H, W, 3), coded sRGB."""
    linear: FloatArray = np.zeros((*painting.shape, 3), np.float32)
    for at, wavelength in enumerate(VISIBLE):
        factor = painting.relief.factor(1.0, 0.8, float(wavelength))
        factor = factor * painting.varnish.passes(float(wavelength))
        light = external(_seen(painting, at, _grounds(painting, at)[1])) * factor
        linear += light[..., None].astype(np.float32) * LINEAR_WEIGHTS[:, at].astype(np.float32)
    numbers = rng("photograph")
    sharpness, centre = numbers.uniform(0.4, 0.65), numbers.uniform(-0.15, 0.15, 2)
    # Less than in the bands, which are lit by other lamps.
    fall = faults.fall_off(painting.shape, centre, 0.4 * conditions.vignetting)
    for channel in range(3):
        seen = faults.blurred(linear[..., channel], sharpness, 550.0) * fall
        linear[..., channel] = seen + faults.grain(numbers, seen, 550.0, conditions.noise)
    return coded_rgb(np.clip(linear, 0, 1).astype(np.float32))


def _recorded(
    rng: Streams, exact: list[FloatArray], bands: FloatArray, conditions: Conditions
) -> FloatArray:
    """The bands (H, W, B) as the camera records them."""
    shape, n = exact[0].shape, len(bands)
    moves, scales = faults.moved(rng("moves"), shape, n, conditions.misregistration)
    camera = faults.Camera(
        sharpness=float(rng("sharpness").uniform(0.4, 0.75)),
        moves=moves,
        scales=scales,
        gains=1 + conditions.exposure * rng("gains").standard_normal(n),
        centres=rng("centres").uniform(-0.15, 0.15, (n, 2)),
        vignetting=conditions.vignetting,
        noise=conditions.noise,
    )
    numbers = rng("grain")
    recorded = (
        faults.captured(numbers, band, float(bands[i]), i, camera) for i, band in enumerate(exact)
    )
    return np.stack(list(recorded), -1)


def cover_of(painting: Painting) -> FloatArray:
    """How far (H, W, 0 to 1) any hidden layer covers each pixel."""
    bare: FloatArray = np.ones(painting.shape, np.float32)
    for content in painting.contents:
        bare = bare * (1 - content.cover)
    return 1 - bare


def _truth(painting: Painting, change: FloatArray) -> np.ndarray:
    cover = cover_of(painting)
    truth = np.full(painting.shape, CLEAN, np.uint8)
    # A pixel covered in part is neither clearly hidden nor clean: no measure counts it.
    truth[cover > 0.05] = UNDECIDED
    truth[(cover > 0.5) & (change > CHANGED)] = HIDDEN
    return truth


def _layer(painting: Painting, at: int) -> FloatArray:
    """Reflectance (H, W) of the ground with what is hidden less that of the bare ground."""
    bare, filled = _grounds(painting, at)
    difference = external(filled) - external(bare)
    return np.where(cover_of(painting) > 0, difference, 0).astype(np.float32)
