"""What pictures show: flat shapes, still lifes, landscapes, rooms, figures, photographs."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from scipy import ndimage

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.content import photographs
from artextract_cli.simulate.workshop.content.picture import Picture, brushwork, tone
from artextract_cli.simulate.workshop.content.sheets import document, ornament
from artextract_cli.simulate.workshop.noise import (
    Shape,
    Sheet,
    blob,
    blurred,
    cloud,
    curve,
    grid,
    highest,
)


def _backdrop(rng: np.random.Generator, picture: Picture, lightness: tuple[float, float]) -> None:
    rows, columns = grid(picture.shape)
    slope = rng.uniform(-0.5, 0.5) * (rows - 0.5) + rng.uniform(-0.5, 0.5) * (columns - 0.5)
    slope = slope + 0.08 * cloud(rng, picture.shape, max(picture.shape) / 4)
    colour = tone(rng, lightness)
    # Backgrounds are greyer than what stands before them.
    colour = (0.6 * colour + 0.4 * colour.mean()) * (1 + slope[..., None])
    picture.fill(np.ones(picture.shape, np.float32), np.clip(colour, 0.03, 0.97))


def _lit(
    rng: np.random.Generator, mask: FloatArray, colour: FloatArray, depth: float
) -> FloatArray:
    """Colours (H, W, 3) of a rounded form, lit from one side."""
    # The mask blurred by a fifth of its size stands for the height of a rounded body; its slope
    # towards the lamp is the light on it.
    round_ = blurred(mask, max(1.0, 0.18 * float(np.sqrt(mask.sum()))))
    angle = rng.uniform(-2.6, -0.5)
    down, right = np.gradient(round_) if min(mask.shape) > 1 else (round_, round_)
    light = down * np.sin(angle) + right * np.cos(angle)
    # The guard is for a mask without an edge in the picture.
    light = light / max(float(np.abs(light).max()), 1e-6) * depth
    shade = 1 - 0.5 * depth * (1 - round_) - light
    return np.asarray(np.clip(colour * shade[..., None], 0.03, 0.97))


def flat(rng: np.random.Generator, shape: Shape) -> Picture:
    """Flat shapes side by side, some straight and some rounded."""
    picture = Picture(shape=shape)
    _backdrop(rng, picture, (0.3, 1.0))
    for _ in range(int(rng.integers(5, 16))):
        centre, other = rng.uniform(0, 1, 2) * shape, rng.random() < 0.4
        radius = min(shape) * rng.uniform(0.08, 0.35)
        outline = blob(rng, centre, radius, rng.choice([0.0, 0.25]))
        if rng.random() < 0.45:
            # Few points of a round outline make a polygon of 4 to 8 corners.
            outline = outline[:: int(rng.integers(9, 22))]
        picture.polygon(outline / shape, tone(rng), other)
    return picture


def still_life(rng: np.random.Generator, shape: Shape) -> Picture:
    """Rounded things on a table."""
    picture = Picture(shape=shape)
    _backdrop(rng, picture, (0.0, 0.7))
    edge = rng.uniform(0.5, 0.7)
    table = np.array(
        [[edge, -0.1], [edge + rng.uniform(-0.04, 0.04), 1.1], [1.2, 1.1], [1.2, -0.1]]
    )
    picture.polygon(table, tone(rng, (0.3, 0.95)))
    for _ in range(int(rng.integers(3, 9))):
        centre = np.array([rng.uniform(edge - 0.1, 0.9), rng.uniform(0.05, 0.95)]) * shape
        outline = blob(rng, centre, min(shape) * rng.uniform(0.06, 0.2), 0.12)
        shadow, body = Sheet(shape), Sheet(shape)
        shadow.polygon(outline * [0.5, 1.15] + [0.55 * centre[0], -0.1 * centre[1]])
        body.polygon(outline)
        dark = 0.7 * blurred(shadow.mask(), 2)[..., None]
        picture.colours = picture.colours * (1 - dark)
        mask = body.mask()
        picture.fill(mask, _lit(rng, mask, tone(rng), rng.uniform(0.3, 0.7)), rng.random() < 0.4)
    return picture


def landscape(rng: np.random.Generator, shape: Shape) -> Picture:
    """Sky, ridges one behind the other, and trees."""
    picture = Picture(shape=shape)
    rows, _ = grid(shape)
    sky, low = tone(rng, (0.5, 0.9)), tone(rng, (0.8, 1.0))
    picture.fill(np.ones(shape, np.float32), sky + (low - sky) * rows[..., None])
    clouds = highest(cloud(rng, shape, max(shape) / 6, 3.5), rng.uniform(0.1, 0.4))
    picture.fill(0.7 * blurred(clouds, max(shape) / 60), tone(rng, (0.8, 1.0)), True)
    levels = np.sort(rng.uniform(0.3, 0.85, int(rng.integers(2, 6))))
    for place, level in enumerate(levels):
        _ridge(rng, picture, float(level), nearness=(place + 1) / len(levels))
    return picture


def _ridge(rng: np.random.Generator, picture: Picture, level: float, nearness: float) -> None:
    height, width = picture.shape
    profile = cloud(rng, (4, width), width / 5, 3.0)[1] * 0.05 * height + level * height
    mask = np.clip(np.arange(height)[:, None] - profile[None] + 0.5, 0, 1).astype(np.float32)
    leaves = cloud(rng, picture.shape, 4 + 10 * nearness, 2.0)
    earth = 0.35 * tone(rng, (0.2, 0.6)) + 0.65 * np.array([0.36, 0.35, 0.2])
    # Aerial perspective: distant ridges are pale and bluish, near ones have the colour of earth.
    haze = np.array([0.6, 0.66, 0.7]) * (1 - nearness) + earth * nearness
    picture.fill(mask, np.clip(haze * (1 + 0.25 * nearness * leaves[..., None]), 0.03, 0.97))
    for _ in range(int(rng.integers(0, 5))):
        column = int(rng.integers(width))
        size = height * rng.uniform(0.04, 0.16) * nearness
        outline = blob(rng, (profile[column] - 0.5 * size, column), max(size, 1.0), 0.25)
        sheet = Sheet(picture.shape)
        sheet.polygon(outline)
        crown = sheet.mask() * np.clip(0.9 + 0.4 * leaves, 0, 1)
        picture.fill(crown, _lit(rng, crown, tone(rng, (0.2, 0.55)), 0.5), True)


def interior(rng: np.random.Generator, shape: Shape) -> Picture:
    """A room in perspective: walls, a tiled floor, windows and furniture."""
    picture = Picture(shape=shape)
    _backdrop(rng, picture, (0.4, 0.9))
    top, bottom = rng.uniform(0.1, 0.25), rng.uniform(0.6, 0.75)
    left, right = rng.uniform(0.12, 0.3), rng.uniform(0.7, 0.9)
    side, base = tone(rng, (0.3, 0.8)), tone(rng, (0.3, 0.8))
    picture.polygon(np.array([[0, 0], [top, left], [bottom, left], [1, 0]]), side * 0.8)
    picture.polygon(np.array([[0, 1], [top, right], [bottom, right], [1, 1]]), side)
    picture.polygon(np.array([[bottom, left], [bottom, right], [1, 1], [1, 0]]), base)
    picture.polygon(np.array([[top, left], [top, right], [0, 1], [0, 0]]), side * 0.6, True)
    _tiles(rng, picture, (bottom, left, right), tone(rng, (0.2, 0.6)))
    for _ in range(int(rng.integers(2, 6))):
        row, column = rng.uniform(top, 0.75), rng.uniform(0.05, 0.8)
        high, wide = rng.uniform(0.08, 0.3), rng.uniform(0.05, 0.22)
        _board(rng, picture, row, column, high, wide)
    return picture


def _tiles(
    rng: np.random.Generator,
    picture: Picture,
    floor: tuple[float, float, float],
    colour: FloatArray,
) -> None:
    bottom, left, right = floor
    depths = bottom + (1 - bottom) * np.linspace(0, 1, int(rng.integers(4, 8))) ** 1.7
    edges = np.linspace(0, 1, int(rng.integers(5, 10)))
    for i, (near, far) in enumerate(zip(depths[1:], depths, strict=False)):
        shares = [(depth - bottom) / (1 - bottom) for depth in (far, near)]
        starts = [left * (1 - share) for share in shares]
        widths = [right + (1 - right) * share - s for share, s in zip(shares, starts, strict=True)]
        for j in range(i % 2, len(edges) - 1, 2):
            a, b = edges[j], edges[j + 1]
            upper = [[far, starts[0] + widths[0] * a], [far, starts[0] + widths[0] * b]]
            lower = [[near, starts[1] + widths[1] * b], [near, starts[1] + widths[1] * a]]
            picture.polygon(np.array(upper + lower), colour)


def _board(
    rng: np.random.Generator, picture: Picture, row: float, column: float, high: float, wide: float
) -> None:
    """A framed window, a picture on the wall, or the front of a chest."""
    corners = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    frame = [row, column] + corners * [high, wide]
    picture.polygon(frame, tone(rng, (0.15, 0.5)), rng.random() < 0.5)
    inner = [row, column] + (0.12 + 0.76 * corners) * [high, wide]
    mask = picture.polygon(inner, tone(rng), rng.random() < 0.5)
    if rng.random() < 0.5:
        picture.fill(mask, _lit(rng, mask, tone(rng), 0.3))


def figures(rng: np.random.Generator, shape: Shape) -> Picture:
    """One to three people in draped clothes before a dark ground."""
    picture = Picture(shape=shape)
    _backdrop(rng, picture, (0.1, 0.7))
    n_people = int(rng.integers(1, 4))
    for place in range(n_people):
        column = (place + rng.uniform(0.35, 0.65)) / n_people
        _person(rng, picture, column, rng.uniform(0.45, 0.8) / n_people**0.5)
    return picture


def _person(rng: np.random.Generator, picture: Picture, column: float, size: float) -> None:
    shape = picture.shape
    unit = size * min(shape)
    neck = np.array([rng.uniform(0.3, 0.45) * shape[0], column * shape[1]])
    # Row and half width of neck, shoulders, waist and hem, in units of the figure.
    half = np.array([[0, 0.08], [0.12, 0.32], [0.5, 0.38], [1.0, 0.5], [1.6, 0.55]])
    half = half * (1 + 0.12 * rng.standard_normal(half.shape)) * unit
    sides = np.concatenate([half, (half * [1, -1])[::-1]])
    robe = _shape_of(shape, curve(neck + sides, 60))
    picture.fill(robe, _folds(rng, robe, tone(rng), unit), True)
    head = _shape_of(shape, blob(rng, neck - [0.14 * unit, 0], 0.15 * unit, 0.05))
    hair = _shape_of(shape, blob(rng, neck - [0.2 * unit, 0], 0.18 * unit, 0.08))
    picture.fill(hair, _lit(rng, hair, tone(rng, (0.1, 0.5)), 0.3))
    flesh = np.array([0.87, 0.69, 0.56]) * rng.uniform(0.75, 1.05)
    picture.fill(head, _lit(rng, head, flesh, 0.35))
    for side in (-1, 1):
        hand = neck + np.array([0.7, side * rng.uniform(0.05, 0.3)]) * unit
        mask = _shape_of(shape, blob(rng, hand, 0.06 * unit, 0.1))
        picture.fill(mask, _lit(rng, mask, flesh, 0.3))


def _shape_of(shape: Shape, outline: FloatArray) -> FloatArray:
    sheet = Sheet(shape)
    sheet.polygon(outline)
    return sheet.mask()


def _folds(
    rng: np.random.Generator, mask: FloatArray, colour: FloatArray, unit: float
) -> FloatArray:
    """Colours (H, W, 3) of hanging cloth."""
    _, columns = grid(mask.shape)
    wave = columns * mask.shape[1] / max(unit, 4.0) * rng.uniform(10, 22)
    wave = wave + 1.2 * cloud(rng, mask.shape, max(unit / 2, 2.0), 3.5)
    lit = _lit(rng, mask, colour, 0.35)
    return np.asarray(np.clip(lit * (1 + 0.28 * np.sin(wave))[..., None], 0.03, 0.97))


def photograph(rng: np.random.Generator, shape: Shape) -> Picture:
    """A photograph as painted: with fewer details and tones."""
    picture = Picture(shape=shape)
    colours = photographs.crop(rng, shape)
    # A median removes details but keeps edges, as copying by hand does.
    size = int(rng.choice([1, 3, 5]))
    picture.colours = np.asarray(ndimage.median_filter(colours, (size, size, 1)))
    n_tones = int(rng.integers(4, 9))
    # Forms are steps of lightness, regions what is rather blue than red: another palette paints it.
    picture.forms = np.round(blurred(picture.colours.mean(axis=2), 2) * n_tones)
    picture.regions = (picture.colours[..., 2] > picture.colours[..., 0]).astype(np.float32)
    return picture


COMPOSITIONS: Mapping[str, Callable[[np.random.Generator, Shape], Picture]] = MappingProxyType(
    {
        "flat": flat,
        "still_life": still_life,
        "landscape": landscape,
        "interior": interior,
        "figures": figures,
        "photograph": photograph,
        "ornament": ornament,
    }
)
# In the order of `COMPOSITIONS`.
_ODDS = (0.1, 0.16, 0.18, 0.14, 0.18, 0.16, 0.08)
_DOCUMENT_ODDS = 0.55  # of what is made on paper and parchment


def compose(rng: np.random.Generator, shape: Shape, on_paper: bool = False) -> Picture:
    """A picture of any kind; on paper and parchment half are documents with bare ground."""
    is_document = rng.random() < _DOCUMENT_ODDS
    name = str(rng.choice(list(COMPOSITIONS), p=_ODDS))
    picture = COMPOSITIONS[name](rng, shape)
    brushwork(rng, picture, rng.uniform(0.01, 0.06))
    return document(rng, picture) if on_paper and is_document else picture
