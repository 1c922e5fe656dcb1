"""How a composition is painted: a paint for each region, its tones, brush, weave and thickness."""

import numpy as np
from scipy import ndimage

from artextract_cli._typing import IntArray
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape, smooth_noise, weave
from artextract_cli.simulate.content.surface import blend_borders, draw_lines, retouchings
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.mixing import (
    COMPONENTS,
    Paints,
    hiding_thickness,
    join,
    masstones,
    metamers,
)
from artextract_cli.simulate.optics.pigments import Batch
from artextract_cli.simulate.random_worlds import photographs
from artextract_cli.simulate.random_worlds.compositions import Composition, compose
from artextract_cli.simulate.random_worlds.drawings import lines
from artextract_cli.simulate.random_worlds.palette import Workshop, paints_like, random_mixtures

# From a twentieth to twenty times as much; in between, lightness is interpolated.
_TONES = np.linspace(-3, 3, 13, dtype=np.float32)  # more white and less dark, in logarithms
# Regions that look like others but not in the infrared, without being retouched: such surface paint
# is the main cause of false alarms.
_SWAPPED = 0.2  # share of the regions
_LOOSE_LINES_ODDS = 0.5  # of loose strokes, rather than a drawing
_MOST_LIFT = 0.45  # lightness that a paint can gain or lose without another mixture


def paint_surface(
    rng: np.random.Generator, shape: Shape, workshop: Workshop, conditions: Conditions
) -> FloatArray:
    """Loads (P, H, W) of the painted surface, with retouchings and dark lines."""
    for_paint, for_patches, for_brush, for_lines = rng.spawn(4)  # so none disturbs the others
    composition = compose(for_paint, shape)
    batch = workshop.batch
    paints = _swap_some(for_paint, choose_paints(for_paint, batch, composition), workshop)
    twins = _twins(for_patches, paints, workshop)
    retouched = retouchings(for_patches, shape, conditions.metamers)
    # The twins follow the other paints, in the same order.
    labels = np.where(retouched, composition.labels + composition.regions, composition.labels)
    lifted = _lifts(composition, paints, batch)
    loads = lay_on(for_brush, labels, join(paints, twins), batch, conditions, lifted)
    if for_lines.random() < _LOOSE_LINES_ODDS:
        return draw_lines(for_lines, loads, batch, conditions.dark_lines)
    return _draw_upon(for_lines, loads, batch, conditions.dark_lines)


def paint(
    rng: np.random.Generator, composition: Composition, batch: Batch, conditions: Conditions
) -> FloatArray:
    """Loads (P, H, W) of a composition with nothing upon it."""
    paints = choose_paints(rng, batch, composition)
    lifted = _lifts(composition, paints, batch)
    return lay_on(rng, composition.labels, paints, batch, conditions, lifted)


def _draw_upon(
    rng: np.random.Generator, loads: FloatArray, batch: Batch, share: float
) -> FloatArray:
    """The loads with a visible drawing or lettering, like hidden ones; changed in place.

    The shape of lines alone is therefore no sign of hidden content.
    """
    name = str(rng.choice(batch.palette.lines))
    mask = lines(rng, (loads.shape[1], loads.shape[2]), batch.palette.manner, share)
    loads[batch.palette.index(name)] += rng.uniform(1, 5) * mask
    return loads


def _swap_some(rng: np.random.Generator, paints: Paints, workshop: Workshop) -> Paints:
    """The paints, a fifth of them with the twins of their pigments."""
    swapped = rng.random(len(paints.shares)) < _SWAPPED
    pigments = np.where(swapped[:, None], workshop.twins[paints.pigments], paints.pigments)
    return Paints(shares=paints.shares, pigments=pigments)


def choose_paints(rng: np.random.Generator, batch: Batch, composition: Composition) -> Paints:
    """Paints of the regions: like their colours, or from a board of a few or many mixtures."""
    if composition.colours is not None:
        return paints_like(rng, batch, composition.colours)
    # Few mixtures make many regions alike in the infrared; many make it unpredictable.
    board = random_mixtures(rng, batch, int(rng.integers(3, 30)))
    order = rng.integers(len(board.shares), size=composition.regions)
    paints = Paints(shares=board.shares[order], pigments=board.pigments[order])
    shares = paints.shares * np.exp(0.3 * rng.standard_normal(paints.shares.shape))
    shares = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return Paints(shares=shares, pigments=paints.pigments)


def _twins(rng: np.random.Generator, paints: Paints, workshop: Workshop) -> Paints:
    """What a restorer uses instead: pigments of the same colour, or another mixture like it."""
    if rng.random() < 0.5:
        return Paints(shares=paints.shares, pigments=workshop.twins[paints.pigments])
    return metamers(rng, paints, workshop.batch)


def lay_on(
    rng: np.random.Generator,
    labels: IntArray,
    paints: Paints,
    batch: Batch,
    conditions: Conditions,
    lifted: FloatArray | None = None,
) -> FloatArray:
    """Loads (P, H, W) of the regions ``labels`` (H, W), modelled and brushed on.

    ``lifted`` (H, W) is what is added to the logarithm of the white's share and taken from that of
    the dark pigment, if a photograph is followed.
    """
    shape = labels.shape[0], labels.shape[1]
    marks = _marks(rng, labels, batch, len(paints.shares))
    tones = _tones(rng, labels, marks, batch, len(paints.shares))
    if lifted is not None:
        # Towards white, and as far away from the shadow pigment.
        tones[0] += lifted
        tones[-1] -= lifted
    amounts = paints.amounts(labels, tones, len(batch.palette.pigments))
    unit = max(min(shape) / 256, 0.5)
    relief = batch.palette.manner.relief * marks
    relief += rng.uniform(0, 0.15) * smooth_noise(rng, shape, rng.uniform(10, 60) * unit)
    relief += conditions.weave * weave(rng, shape, rng.uniform(2.5, 8))
    own = hiding_thickness(paints, batch) * np.exp(rng.normal(0, 0.2, len(paints.shares)))
    thickness = conditions.thickness * own[labels] * np.exp(relief)
    amounts *= thickness.astype(np.float32)
    return blend_borders(amounts)


def _marks(rng: np.random.Generator, labels: IntArray, batch: Batch, regions: int) -> FloatArray:
    """Marks (H, W) of the brush, or the grain of some rough surface instead."""
    marks = batch.palette.manner.brush(rng, labels, regions)
    if rng.random() < 0.25:
        share = rng.uniform(0.3, 1)
        rough = photographs.texture(rng, (labels.shape[0], labels.shape[1]))
        # The squares of the two weights sum to 1, and so the variance stays 1.
        marks = np.sqrt(1 - share**2) * marks + share * rough
    # Tones are exponents: a rare extreme would turn into a spot of one pure pigment.
    return np.asarray(np.clip(marks, -3, 3), np.float32)


def _tones(
    rng: np.random.Generator, labels: IntArray, marks: FloatArray, batch: Batch, regions: int
) -> FloatArray:
    """What varies in the logarithms of the shares (4, H, W), over a region and along the brush."""
    shape = labels.shape[0], labels.shape[1]
    manner = batch.palette.manner
    amplitude = rng.uniform(*manner.modelling, (regions, 1)) * [1, 1, 1, 1.5]
    # Filled one component at a time: no intermediate array is of this size.
    tones = np.empty((COMPONENTS, *shape), np.float32)
    for component, part in enumerate((3, 7, 5, 4)):
        varied = smooth_noise(rng, shape, min(shape) / part) + manner.streaks[component] * marks
        tones[component] = amplitude[labels, component] * varied
    return tones


def _lifts(composition: Composition, paints: Paints, batch: Batch) -> FloatArray | None:
    """How far (H, W) each pixel's paint goes towards white to be as light as in the photograph."""
    if composition.lightness is None:
        return None
    lightness = _lightness_of_tones(paints, batch)  # (T, R)
    middle = lightness[len(_TONES) // 2]
    wanted = np.clip(composition.lightness, -_MOST_LIFT, _MOST_LIFT)
    lifts = np.zeros(wanted.shape, np.float32)
    # Only the bounding box of each region is searched for its pixels.
    for region, place in enumerate(ndimage.find_objects(composition.labels + 1)):
        here = composition.labels[place] == region
        # More white is not lighter for every mixture, and interpolation needs values that do not
        # fall.
        rising = np.maximum.accumulate(lightness[:, region])
        lifts[place][here] = np.interp(wanted[place][here] + middle[region], rising, _TONES)
    return lifts


def _lightness_of_tones(paints: Paints, batch: Batch) -> FloatArray:
    """sRGB lightness (T, R) of the paints with each of the tones of `_TONES`."""
    # (T, 1, 4): white grows while the shadow pigment shrinks, the two colours stay.
    steps = np.exp(_TONES[:, None, None] * np.array([1, 0, 0, -1], np.float32))
    shares = (paints.shares * steps).reshape(-1, COMPONENTS)
    shares /= shares.sum(axis=1, keepdims=True)
    pigments = np.tile(paints.pigments, (len(_TONES), 1))
    seen = masstones(Paints(shares=shares, pigments=pigments), batch)[:, :3]
    return np.asarray(seen @ [0.21, 0.72, 0.07]).reshape(len(_TONES), -1)
