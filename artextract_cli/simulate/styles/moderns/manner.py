"""The manner of the moderns: facets, strata and still lifes in short dabs, and another camera.

It shares nothing with the old masters, so that what is learned on one style of the simulated
paintings can be tested on another.
"""

from itertools import product

import numpy as np

from artextract_cli._typing import IntArray
from artextract_cli.simulate.content.fields import Shape, grid, smooth_noise
from artextract_cli.simulate.content.sketch import paint_in
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.styles.manner import Manner
from artextract_cli.simulate.styles.moderns.camera import set_up

_TILE = 64  # of the dabs' places and tones; a power of two: positions wrap around by a bit mask


def compose(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Labels (H, W) int of a composition: facets, strata or leaves, with things in front."""
    labels = (_facets, _strata, _leaves)[rng.integers(3)](rng, shape)
    parts = []
    for _ in range(rng.integers(1, 4)):
        centre = rng.uniform((0.4, 0.15), (0.85, 0.85)) * shape
        parts += _thing(rng, centre, rng.uniform(0.08, 0.25) * min(shape))
    return paint_in(labels, parts)


def _facets(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Planes: the largest region is cut in two by a straight line, again and again."""
    rows, columns = grid(shape)
    labels = np.zeros(shape, int)
    for label in range(1, int(rng.integers(6, 15))):
        # Always the largest, so that regions end up of similar size.
        largest = labels == np.bincount(labels.ravel()).argmax()
        angle = rng.choice([0.0, np.pi / 2]) + rng.normal(0, 0.35)
        position = rows * np.cos(angle) + columns * np.sin(angle)
        labels[largest & (position > np.quantile(position[largest], rng.uniform(0.3, 0.7)))] = label
    return labels


def _strata(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Ridge behind ridge: each has a rugged crest of its own and hides those behind it."""
    rows, columns = grid(shape)
    labels = np.zeros(shape, int)
    crests = np.sort(rng.uniform(0.15, 0.95, rng.integers(4, 9))) * shape[0]
    for label, crest in enumerate(crests, start=1):
        profile = np.full(shape[1], crest) + rng.normal(0, 0.12) * (columns[0] - shape[1] / 2)
        # Half the height at half the width each time: the outline of a mountain at any distance.
        for octave in range(4):
            scale = shape[1] / (3 * 2**octave)
            profile += 0.09 * shape[0] / 2**octave * smooth_noise(rng, (1, shape[1]), scale)[0]
        labels[rows > profile] = label
    return labels


def _leaves(rng: np.random.Generator, shape: Shape) -> IntArray:
    """Ellipses of many sizes, the later ones upon the earlier ones."""
    rows, columns = grid(shape)
    labels = np.zeros(shape, int)
    for label in range(1, int(rng.integers(12, 28))):
        centre = rng.random(2) * shape
        # Many small and few large ones: the area is the reciprocal of a uniform number, the
        # radius .07 to .5 of the side.
        radius = 0.07 * min(shape) / np.sqrt(rng.uniform(0.02, 1))
        angle, stretch = rng.uniform(0, np.pi), np.exp(rng.uniform(0, 0.7))
        down, right = rows - centre[0], columns - centre[1]
        along = right * np.cos(angle) + down * np.sin(angle)
        across = down * np.cos(angle) - right * np.sin(angle)
        labels[(along / stretch) ** 2 + (across * stretch) ** 2 < radius**2] = label
    return labels


def _thing(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Outlines of an object: a vessel, a house, a tree or some fruit."""
    return (_vessel, _house, _tree, _fruit)[rng.integers(4)](rng, centre, size)


def _vessel(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Turned on a wheel: foot, belly, neck and lip, the same left and right."""
    height = np.linspace(-1.1, 1.1, 24)
    radius = np.interp(height, [-1.1, -0.8, -0.5, 0.3, 1.1], rng.uniform(0.25, 0.8, 5))
    side = np.stack([height, radius], axis=1)
    return [centre + size * np.concatenate([side, side[::-1] * [1, -1]])]


def _house(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """A wall and a roof."""
    half, eaves = rng.uniform(0.5, 1), rng.uniform(0.05, 0.2)
    ridge = -rng.uniform(0.8, 1.2)
    wall = np.array([[-0.3, -half], [-0.3, half], [0.8, half], [0.8, -half]])
    roof = np.array([[-0.3, -half - eaves], [ridge, rng.normal(0, 0.2)], [-0.3, half + eaves]])
    return [centre + size * wall, centre + size * roof]


def _tree(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """A trunk and a crown of three discs."""
    trunk = np.array([[-0.2, -0.08], [-0.2, 0.08], [1.1, 0.12], [1.1, -0.12]])
    places = np.array([[-0.6, 0], [-0.2, -0.35], [-0.15, 0.35]]) + rng.normal(0, 0.1, (3, 2))
    return [centre + size * trunk] + [_disc(centre + size * p, 0.45 * size) for p in places]


def _fruit(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Three or four round fruits beside each other."""
    steps = np.arange(rng.integers(3, 5)) - 1.5
    places = np.stack([0.15 * rng.standard_normal(len(steps)), 0.65 * steps], axis=1)
    return [_disc(centre + size * p, rng.uniform(0.32, 0.45) * size) for p in places]


def _disc(centre: FloatArray, radius: float) -> FloatArray:
    """A closed circle (48, 2)."""
    angle = np.linspace(0, 2 * np.pi, 48)
    return centre + radius * np.stack([np.sin(angle), np.cos(angle)], axis=1)


def _brush(rng: np.random.Generator, labels: IntArray, regions: int) -> FloatArray:
    """Short dabs (H, W), thick in some regions and thin in others, in a direction of each."""
    unit = max(min(labels.shape) / 256, 0.5)
    width = rng.uniform(3, 5.5) * unit
    marks = dabs(rng, rng.uniform(0, np.pi, regions)[labels], width, width * rng.uniform(2, 4))
    return marks * rng.uniform(0.4, 1.4, regions).astype(np.float32)[labels]


def dabs(
    rng: np.random.Generator, direction: FloatArray, width: float, length: float
) -> FloatArray:
    """Dabs of paint (H, W) of about unit variance, ``width`` by ``length`` pixels.

    Each has one tone and is thicker in its middle than at its border: the cells of jittered grid
    points, drawn out along ``direction`` (H, W, radians).
    """
    shape = direction.shape[0], direction.shape[1]
    rows, columns = (axis + width * smooth_noise(rng, shape, 6 * width) for axis in grid(shape))
    cosine, sine = np.cos(direction), np.sin(direction)
    across = ((rows * cosine - columns * sine) / width).astype(np.float32)
    along = ((columns * cosine + rows * sine) / length).astype(np.float32)
    tones = rng.standard_normal((_TILE, _TILE), dtype=np.float32)
    jitter = rng.uniform(0.1, 0.9, (2, _TILE, _TILE)).astype(np.float32)
    top, left = np.floor(across).astype(int), np.floor(along).astype(int)
    nearest, tone = np.full(shape, np.inf, np.float32), np.zeros(shape, np.float32)
    # As in `craquelure`, but for the nearest point alone.
    for step_down, step_right in product((-1, 0, 1), repeat=2):
        row, column = top + step_down, left + step_right
        place = row & _TILE - 1, column & _TILE - 1
        distance = (row + jitter[0][place] - across) ** 2 + (column + jitter[1][place] - along) ** 2
        tone = np.where(distance < nearest, tones[place], tone)
        nearest = np.minimum(nearest, distance)
    # The mean distance to the nearest point is a little over 0.4: thickness varies about 0.
    return np.asarray(0.9 * tone + 2.2 * (0.45 - np.sqrt(nearest)), np.float32)


def _motif(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Curves of one motif: a thing in outline, drawn twice, shading, ruled lines, a spiral."""
    choice = rng.random()
    if choice < 0.5:
        # Searching lines are drawn twice, a little apart.
        again = rng.normal(0, 0.03 * size, 2)
        closed = [np.concatenate([p, p[:1]]) for p in _thing(rng, centre, 0.7 * size)]
        return [curve + shift for curve in closed for shift in (0, again)]
    if choice < 0.7:
        return [_zigzag(rng, centre, 0.5 * size)]
    if choice < 0.85:
        ends = centre + size * rng.normal(0, 0.7, (4, 2))
        return [np.stack([centre, end]) for end in ends]
    return [_spiral(rng, centre, 0.5 * size)]


def _zigzag(rng: np.random.Generator, centre: FloatArray, radius: float) -> FloatArray:
    """Shading to and fro without lifting the pencil."""
    turns = max(6, int(radius / rng.uniform(2, 4)))
    to_and_fro = np.resize([-1.0, 1.0], turns) * rng.uniform(0.6, 1, turns)
    line = radius * np.stack([np.linspace(-1, 1, turns), 0.6 * to_and_fro], axis=1)
    angle = rng.uniform(0, np.pi)
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(centre + line @ np.array([[c, s], [-s, c]]))


def _spiral(rng: np.random.Generator, centre: FloatArray, radius: float) -> FloatArray:
    """A loop that winds outward, flattened."""
    t = np.linspace(0.15, 1, 80)
    angle = 2 * np.pi * rng.uniform(2, 3.5) * t + rng.uniform(0, 2 * np.pi)
    curve = radius * np.stack([t * np.sin(angle), t * np.cos(angle)], axis=1)
    return np.asarray(centre + curve * rng.uniform(0.5, 1, 2))


def _script(rng: np.random.Generator, start: FloatArray, length: float, size: float) -> FloatArray:
    """A line of angular, slanted writing: strokes up and down of many heights."""
    count = max(8, round(3 * length / size))
    heights = rng.choice([0.3, 0.5, 0.55, 1.0], count) * np.resize([-1.0, 1.0], count)
    columns = np.cumsum(rng.uniform(0.5, 1.5, count)) * length / count
    slanted = columns - 0.3 * size * heights
    return np.asarray(start + np.stack([size * heights, slanted], axis=1))


def _form(rng: np.random.Generator, centre: FloatArray, size: float) -> list[FloatArray]:
    """Outlines of a thing, or of a plane with three to six corners."""
    if rng.random() < 0.6:
        return _thing(rng, centre, 0.75 * size)
    count = int(rng.integers(3, 7))
    angle = 2 * np.pi / count * (np.arange(count) + rng.uniform(-0.3, 0.3, count) + rng.random())
    corners = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return [centre + size * rng.uniform(0.7, 1, (count, 1)) * corners]


MODERNS_MANNER = Manner(
    compose=compose,
    brush=_brush,
    motif=_motif,
    script=_script,
    form=_form,
    set_up=set_up,
    modelling=(0.1, 0.45),
    streaks=(0.9, -0.5, 0.3, -0.6),
    relief=0.14,
)
