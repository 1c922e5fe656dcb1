"""The visible surface: a picture in paint of uneven thickness, and what age has done to it."""

from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.conditions import Conditions
from artextract_cli.simulate.workshop.content.picture import Picture
from artextract_cli.simulate.workshop.content.strokes import along, drawn, limited
from artextract_cli.simulate.workshop.noise import Shape, cloud, highest

RETOUCHING = 2
_LEAST_LOAD = 0.12  # of worn paint, as a share of what there was


@dataclass(frozen=True, kw_only=True)
class Surface:
    """Maps (H, W) of what is seen: the paint and what lies upon it.

    ``colours`` (H, W, 3) are to be mixed from the library that ``painter`` numbers; ``thickness``
    is 1 where the paint just hides its ground. ``lines`` and ``writing`` are shares covered by dark
    lines and by written ones, ``dirt`` the loss of light in cracks and grime, ``varnish`` the
    optical depth of the varnish at 450 nm, ``intact`` 0 where the paint has flaked off, and
    ``relief`` the effect of the lamp's angle.
    """

    colours: FloatArray
    painter: FloatArray
    thickness: FloatArray
    lines: FloatArray
    writing: FloatArray
    dirt: FloatArray
    varnish: FloatArray
    intact: FloatArray
    relief: FloatArray


def paint_surface(
    rng: np.random.Generator, picture: Picture, conditions: Conditions, support: str
) -> Surface:
    """Paint the picture, let it age, and repaint some of it."""
    shape = picture.shape
    streams = rng.spawn(6)
    intact = 1 - _losses(streams[0], shape)
    thickness = _thickness(streams[1], picture, conditions) * intact
    repainted = _repainted(streams[2], picture, conditions.metamers)
    return Surface(
        colours=picture.colours,
        painter=np.where(repainted > 0.5, RETOUCHING, picture.regions),
        thickness=thickness,
        lines=_lines(streams[3], picture, conditions.dark_lines),
        writing=picture.writing,
        dirt=_dirt(streams[4], shape, conditions.craquelure, support),
        varnish=_varnish(streams[5], shape, conditions.varnish),
        intact=intact,
        # From the final thickness, losses included: their edges cast shadows too.
        relief=_relief(streams[5], thickness),
    )


def _lines(rng: np.random.Generator, picture: Picture, share: float) -> FloatArray:
    """Dark lines: contours of the forms, and others such as twigs, hair and hatching."""
    order = cloud(rng, picture.shape, max(picture.shape) / 5)
    width, of_contours = float(rng.uniform(1.0, 2.6)), float(rng.uniform(0.2, 0.9))
    contours = limited(along(picture.outlines(), width), order, of_contours * share)
    rest = share - float(contours.mean())
    others = drawn(rng, picture.shape, 1.2 * rest, width, written=0.1)
    return np.maximum(contours, limited(others, -order, rest))


def _thickness(rng: np.random.Generator, picture: Picture, conditions: Conditions) -> FloatArray:
    """Glazes and impasto: lights are thicker, forms differ, the brush leaves ridges."""
    shape = picture.shape
    lights = picture.colours.mean(axis=2) - 0.45
    # Forms differ by some 20 %, the ridges of the brush by less.
    of_form = rng.normal(0, 0.22, int(picture.forms.max()) + 1)[picture.forms.astype(int)]
    broad = cloud(rng, shape, max(shape) / 5, 2.5)
    ridges = cloud(rng, shape, 2.5, 1.5)
    worn = highest(cloud(rng, shape, max(shape) / 8, 1.6), rng.uniform(0, 0.04))
    logarithm = rng.uniform(0.1, 0.9) * lights + of_form + rng.uniform(0.05, 0.25) * broad
    logarithm += rng.uniform(0.02, 0.12) * ridges
    woven = 1 + conditions.weave * _weave(rng, shape)
    # A third to three times the usual thickness at most.
    load = conditions.thickness * np.exp(np.clip(logarithm, -1.1, 1.2)) * woven * picture.cover
    return np.asarray(load * (1 - rng.uniform(0, 0.5) * worn), np.float32)


def _weave(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Threads of a canvas, -1 to 1."""
    rows, columns = np.meshgrid(*(np.arange(side) for side in shape), indexing="ij", sparse=True)
    bend = 0.6 * cloud(rng, shape, 40, 3.0)
    periods = rng.uniform(2.4, 5.5, 2)
    threads = np.sin(2 * np.pi * (rows + bend) / periods[0])
    return np.asarray(0.5 * (threads + np.sin(2 * np.pi * (columns - bend) / periods[1])))


def _losses(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Flakes that have fallen off, in one picture of two; at most .6 % of it."""
    share = max(0.0, rng.uniform(-0.006, 0.006))
    return (1 - _LEAST_LOAD) * highest(cloud(rng, shape, 6, 2.2), share)


def _repainted(rng: np.random.Generator, picture: Picture, share: float) -> FloatArray:
    order = cloud(rng, picture.shape, max(picture.shape) / rng.uniform(6, 16), 2.8)
    # Bare ground is not repainted: there the order falls by four deviations.
    return limited(np.ones(picture.shape, np.float32), order + 4 * (picture.cover - 1), share)


def _dirt(rng: np.random.Generator, shape: Shape, darkening: float, support: str) -> FloatArray:
    """Cracks along the borders of random cells; on panel they run with the grain."""
    from scipy.spatial import cKDTree

    cell = rng.uniform(10, 45)
    stretch = np.array([rng.uniform(1.5, 3.5) if support == "panel" else 1.0, 1.0])
    extent = np.array(shape) / stretch
    n_cells = max(4, int(extent.prod() / cell**2))
    seeds = rng.uniform(-0.1, 1.1, (n_cells, 2)) * extent
    gate = np.clip(0.5 + 0.8 * cloud(rng, shape, max(shape) / 5), 0, 1)
    bend = np.stack([cloud(rng, shape, cell / 2, 3.0) for _ in range(2)], axis=-1)
    width = rng.uniform(0.5, 1.3)
    # After all draws, so that the setting leaves the other random numbers as they are.
    if darkening <= 0:
        return np.zeros(shape, np.float32)
    places = np.moveaxis(np.indices(shape), 0, -1) / stretch + 0.12 * cell * bend
    # Half the difference of the distances to the two nearest seeds is about the distance from the
    # border.
    near = cKDTree(seeds).query(places.reshape(-1, 2), k=2)[0]
    distance = ((near[:, 1] - near[:, 0]) / 2).reshape(shape)
    cracks = np.clip(width / 2 + 0.5 - distance, 0, 1) * min(width, 1.0)
    return np.asarray(darkening * cracks * gate, np.float32)


def _varnish(rng: np.random.Generator, shape: Shape, depth: float) -> FloatArray:
    uneven = 1 + rng.uniform(0.05, 0.35) * cloud(rng, shape, max(shape) / 3, 2.5)
    return np.asarray(depth * np.maximum(uneven, 0), np.float32)


def _relief(rng: np.random.Generator, thickness: FloatArray) -> FloatArray:
    """Light and shade on ridges of paint under lamps that are not quite alike."""
    if min(thickness.shape) < 2:
        return np.ones_like(thickness)
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.0, 0.08)
    down, right = np.gradient(thickness)
    return np.asarray(np.clip(1 + depth * (down * np.sin(angle) + right * np.cos(angle)), 0.8, 1.2))
