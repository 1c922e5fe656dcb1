"""The visible painting: regions, brushwork, layer thickness, retouchings, dark lines."""

import numpy as np
from scipy import ndimage

from artextract_cli._typing import IntArray
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape, smooth_noise, weave
from artextract_cli.simulate.content.sketch import Sketch, outline, wander
from artextract_cli.simulate.optics.kubelka_munk import BoolArray, FloatArray
from artextract_cli.simulate.optics.mixing import (
    Paints,
    draw_paints,
    hiding_thickness,
    join,
    metamers,
)
from artextract_cli.simulate.optics.pigments import Batch

# Standard deviation, px: somewhat more than the blur of the lens, so that borders of wet paint are
# not as sharp as the camera allows.
_WET_BORDER_PX = 0.7
# Lines that overlap or leave the picture may never reach the share: the loop has to end.
_MOST_LINES = 60


def paint_surface(
    rng: np.random.Generator, shape: Shape, batch: Batch, conditions: Conditions
) -> FloatArray:
    """Loads (P, H, W) of a whole painted surface."""
    for_regions, for_patches, for_brush, for_lines = rng.spawn(4)  # so none disturbs the others
    labels = batch.palette.manner.compose(for_regions, shape)
    paints = draw_paints(for_regions, batch, int(labels.max()) + 1)
    twins = metamers(for_regions, paints, batch)
    retouched = retouchings(for_patches, shape, conditions.metamers)
    # The paints of the twins follow the others, in the same order.
    labels = np.where(retouched, labels + len(paints.shares), labels)
    loads = apply_paints(for_brush, labels, join(paints, twins), batch, conditions)
    return draw_lines(for_lines, loads, batch, conditions.dark_lines)


def apply_paints(
    rng: np.random.Generator,
    labels: IntArray,
    paints: Paints,
    batch: Batch,
    conditions: Conditions,
) -> FloatArray:
    """Loads (P, H, W) of the regions, modelled and brushed on.

    Mixture and thickness vary smoothly over a region and along its brush marks.
    """
    shape = labels.shape[0], labels.shape[1]
    # Sizes in px are meant for 256 px and grow with the picture, but not below what the camera
    # resolves.
    unit = max(min(shape) / 256, 0.5)
    manner, regions = batch.palette.manner, len(paints.shares)
    marks = manner.brush(rng, labels, regions)
    streaks = np.array(manner.streaks, np.float32)[:, None, None]
    # Each component varies at a scale of its own, so that hue and infrared change within a region,
    # and not the lightness alone.
    modelling = [smooth_noise(rng, shape, min(shape) / part) for part in (3, 7, 5, 4)]
    # The shadow pigment varies most: with it painters model.
    amplitude = rng.uniform(*manner.modelling, (regions, 1)) * [1, 1, 1, 1.5]
    tones = amplitude.T[:, labels] * (modelling + streaks * marks)
    amounts = paints.amounts(labels, tones.astype(np.float32), len(batch.palette.pigments))
    relief = manner.relief * marks + 0.08 * smooth_noise(rng, shape, 30 * unit)
    relief += conditions.weave * weave(rng, shape, rng.uniform(3.5, 7))
    # Painters judge hiding by eye: regions differ by some 15 %.
    own = hiding_thickness(paints, batch) * np.exp(rng.normal(0, 0.15, regions))
    thickness = conditions.thickness * own[labels] * np.exp(relief)
    return blend_borders(amounts * thickness.astype(np.float32))


def blend_borders(loads: FloatArray) -> FloatArray:
    """The loads (P, H, W) with borders that ran into each other; changed in place."""
    # Most pigments of the palette are not on the board of a picture, and a filter of zeros is
    # wasted.
    for pigment in np.flatnonzero(loads.any(axis=(1, 2))):
        loads[pigment] = ndimage.gaussian_filter(loads[pigment], _WET_BORDER_PX, truncate=3)
    return loads


def retouchings(rng: np.random.Generator, shape: Shape, share: float) -> BoolArray:
    """Mask (H, W) of retouchings: patches that cover ``share`` of the painting."""
    patches = Sketch(shape)
    area = shape[0] * shape[1]
    for _ in range(12):
        wanted = (share - patches.covered) * area
        centre = rng.uniform(0.1, 0.9, 2) * shape
        radius = rng.uniform(0.4, 0.9) * np.sqrt(max(wanted, 0) / np.pi)
        if radius > 1:
            patches.fill(outline(rng, centre, radius, 0.3))
    return patches.mask() > 0.5


def draw_lines(
    rng: np.random.Generator, loads: FloatArray, batch: Batch, share: float
) -> FloatArray:
    """The loads with contours and strokes in dark paint over ``share`` of the surface."""
    shape = loads.shape[1], loads.shape[2]
    unit = max(min(shape) / 256, 0.5)
    paint = batch.palette.index(str(rng.choice(batch.palette.lines)))
    sketch = Sketch(shape)
    for _ in range(_MOST_LINES):
        if sketch.covered >= share:
            break
        centre = rng.uniform(0.05, 0.95, 2) * shape
        width = rng.uniform(0.8, 3) * unit
        if rng.random() < 0.4:
            sketch.stroke(outline(rng, centre, rng.uniform(0.05, 0.25) * min(shape)), width)
        else:
            length = rng.uniform(0.1, 0.6) * min(shape)
            sketch.stroke(wander(rng, centre, length, rng.uniform(0.02, 0.3)), width)
    mask = sketch.mask() * np.clip(0.85 + 0.25 * smooth_noise(rng, shape, 8 * unit), 0, 1)
    # The brush pushes a little of the wet paint aside and mixes the dark one in.
    loads *= 1 - 0.15 * mask
    # Four units hide what is below: the two blacks let nothing through at any wavelength, while
    # lakes and indigo, dark to the eye, transmit 70 to 80 % in the infrared.
    loads[paint] += 4 * mask
    return loads
