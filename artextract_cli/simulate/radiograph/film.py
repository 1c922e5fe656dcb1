"""From the paint to the film: ground in the canvas, stretcher, nails, exposure and grain.

Beer-Lambert: a fraction exp(−Σ μx) of the rays passes ground, layers of paint and wood. The film
blackens with it; as in prints and scans, what absorbs is light.
"""

import numpy as np
from scipy import ndimage

from artextract_cli._typing import FloatArray
from artextract_cli.simulate.content.fields import Shape, grid, smooth_noise, weave

# μ·x of 2 cm of wood (0.5 g/cm³, cellulose: 0.33 cm²/g at 30 keV).
_WOOD = 0.33
_NAIL = 12.0  # of 2 mm of iron: nothing passes
_GROUND_LOADS = (6.0, 16.0)  # 0.05 to 0.13 mm, in loads of paint
_CANVAS_ODDS_OF_BARS, _PANEL_ODDS_OF_BARS = 0.8, 0.4


def expose(
    rng: np.random.Generator, paint: FloatArray, ground: float, *, canvas: bool
) -> FloatArray:
    """Take the radiograph (H, W), 0..1, of a painting.

    Parameters
    ----------
    rng
        Random numbers of this radiograph.
    paint
        (H, W) μ·x of all paint, visible or hidden.
    ground
        μ·x of a unit load of the ground.
    canvas
        Whether the support is canvas on a stretcher, else a panel.
    """
    shape = paint.shape[0], paint.shape[1]
    depth = paint + rng.uniform(*_GROUND_LOADS) * ground * _ground_relief(rng, shape, canvas)
    odds = _CANVAS_ODDS_OF_BARS if canvas else _PANEL_ODDS_OF_BARS
    has_bars = rng.random() < odds
    bars, nails = _bars(rng, shape), _nails(rng, shape)
    if has_bars:
        depth = depth + _WOOD * bars
    if has_bars and canvas:
        depth = depth + _NAIL * nails
    if not canvas:
        depth = depth + _WOOD * _wood_grain(rng, shape)
    return _developed(rng, np.exp(-depth))


def _ground_relief(rng: np.random.Generator, shape: Shape, canvas: bool) -> FloatArray:
    """Relative thickness (H, W) of the ground: more in the grooves of a canvas."""
    thread, grooves = rng.uniform(2.5, 7), rng.uniform(0.1, 0.35)
    uneven = 1 + 0.08 * smooth_noise(rng, shape, min(shape) / 4)
    threads = weave(rng, shape, thread)
    # Slubs: single threads are thicker over their whole length, and the grooves along them deeper.
    slubs = 0.5 * (smooth_noise(rng, (shape[0], 1), 1.0) + smooth_noise(rng, (1, shape[1]), 1.0))
    if canvas:
        uneven = uneven + grooves * (threads + 0.4 * slubs)
    return np.asarray(np.maximum(uneven, 0.05), np.float32)


def _bars(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Relative thickness (H, W) of the stretcher: four bars with bevelled edges, often a cross."""
    rows, columns = grid(shape)
    side = min(shape)
    width, bevel = rng.uniform(0.08, 0.16) * side, rng.uniform(0.01, 0.03) * side
    edge = np.minimum(
        np.minimum(rows, shape[0] - 1 - rows), np.minimum(columns, shape[1] - 1 - columns)
    )
    across = np.abs(columns - rng.uniform(0.4, 0.6) * shape[1]) - 0.4 * width
    bar = np.clip((width - edge) / bevel, 0, 1)
    if rng.random() < 0.5:
        bar = np.maximum(bar, np.clip(-across / bevel, 0, 1))
    return np.asarray(bar, np.float32)


def _nails(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Heads and shafts (H, W) of tacks along the edges, 1 where one is."""
    rows, columns = grid(shape)
    nails = np.zeros(shape, np.float32)
    side, radius = min(shape), max(0.008 * min(shape), 1.2)
    spacing, inset = rng.uniform(0.15, 0.3) * side, rng.uniform(0.01, 0.03) * side
    for axis, other in ((0, 1), (1, 0)):
        for at_end in (False, True):
            along = np.arange(rng.uniform(0.3, 0.7) * spacing, shape[axis], spacing)
            for place in along + rng.normal(0, 0.1 * spacing, len(along)):
                centre = [0.0, 0.0]
                centre[axis], centre[other] = place, inset
                if at_end:
                    centre[other] = shape[other] - 1 - inset
                distance = np.hypot(rows - centre[0], columns - centre[1])
                nails = np.maximum(nails, np.clip(radius + 0.5 - distance, 0, 1))
    return nails


def _wood_grain(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Relative thickness (H, W) of a panel, whose year rings differ in density."""
    _, columns = grid(shape)
    wander = smooth_noise(rng, shape, max(shape) / 3)
    pitch = rng.uniform(5, 14)
    return np.asarray(1 + 0.12 * np.cos(2 * np.pi * (columns / pitch + 0.6 * wander)), np.float32)


def _developed(rng: np.random.Generator, passed: FloatArray) -> FloatArray:
    """Lightness (H, W) of the film that the share ``passed`` (H, W) of the rays exposes."""
    shape = passed.shape[0], passed.shape[1]
    rows, columns = (axis / max(shape) - 0.5 for axis in grid(shape))
    # The source is nearer to the middle, and its beam weaker on the side of the anode.
    tilt, angle, fall = rng.uniform(0, 0.15), rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.4)
    beam = 1 + tilt * (np.cos(angle) * columns + np.sin(angle) * rows)
    beam = beam - fall * (rows**2 + columns**2)
    scattered = rng.uniform(0.03, 0.12) * ndimage.gaussian_filter(passed, 0.06 * max(shape))
    # Penumbra of the source: the paint does not lie on the film, but the canvas does.
    sharp = ndimage.gaussian_filter(passed * beam, rng.uniform(0.4, 0.8))
    exposure = sharp + scattered
    # The straight part and the shoulders of the characteristic curve of Hurter and Driffield.
    contrast = rng.uniform(1.6, 3.0)
    light = 1 / (1 + (exposure / np.median(exposure)) ** contrast)
    grain = ndimage.gaussian_filter(rng.standard_normal(shape), 0.6)
    light = light + rng.uniform(0.01, 0.03) * grain * np.sqrt(light)
    return np.asarray(np.clip(light, 0, 1), np.float32)
