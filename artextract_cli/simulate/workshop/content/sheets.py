"""Sheets and surfaces that are covered by repetition: documents, miniatures and ornament."""

import numpy as np

from artextract_cli.simulate.workshop.content.picture import Picture, tone
from artextract_cli.simulate.workshop.content.writing import scroll, write
from artextract_cli.simulate.workshop.noise import Shape, Sheet, blob, blurred


def ornament(rng: np.random.Generator, shape: Shape) -> Picture:
    """A lattice of medallions with tendrils and bands of letters on a coloured field."""
    picture = Picture(shape=shape)
    picture.fill(np.ones(shape, np.float32), tone(rng, (0.2, 0.9)))
    step = max(6.0, min(shape) / rng.uniform(2.5, 5))
    inks, fields = tone(rng, (0.5, 1.0)), tone(rng)
    medallions, tendrils = Sheet(shape), Sheet(shape)
    width = max(1.0, step / 22)
    for row in np.arange(step / 2, shape[0] + step / 2, step):
        for column in np.arange(step / 2, shape[1] + step / 2, step):
            medallions.polygon(blob(rng, (row, column), 0.36 * step, 0.02))
            for _ in range(3):
                tendrils.line(scroll(rng, np.array([row, column]), step, 1.3), width)
    picture.fill(medallions.mask(), fields, True)
    picture.fill(tendrils.mask(), inks)
    _band(rng, picture)
    return picture


def _band(rng: np.random.Generator, picture: Picture) -> None:
    height, width = picture.shape
    top, high = rng.uniform(0, 0.85), rng.uniform(0.08, 0.16)
    corners = np.array([[top, 0], [top, 1], [top + high, 1], [top + high, 0]])
    picture.polygon(corners, tone(rng, (0.7, 1.0)))
    letters = Sheet(picture.shape)
    size = max(2.5, 0.3 * high * height)
    write(rng, letters, (top * height, 2, (top + high) * height, width - 2), size, size / 5)
    picture.fill(letters.mask(), tone(rng, (0.0, 0.4)))


def document(rng: np.random.Generator, picture: Picture) -> Picture:
    """Leave most of the ground bare: a miniature in a box, written lines, initials, body colour."""
    shape = picture.shape
    boxes = Sheet(shape)
    high, wide = rng.uniform(0.4, 0.75), rng.uniform(0.45, 0.8)
    top, left = rng.uniform(0.03, 0.97 - high), rng.uniform(0.03, 0.97 - wide)
    corners = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    boxes.polygon(([top, left] + corners * [high, wide]) * shape)
    for _ in range(int(rng.integers(1, 5))):
        centre = rng.uniform(0.05, 0.95, 2) * shape
        boxes.polygon(blob(rng, centre, min(shape) * rng.uniform(0.03, 0.1), 0.1))
    painted = boxes.mask()
    picture.writing = _lines(rng, shape) * (1 - painted)
    # Large only where a pixel is painted in part: thin colour along the edges of the boxes.
    washes = blurred(1 - np.abs(2 * painted - 1), min(shape) / 30)
    picture.cover = np.clip(painted + rng.choice([0.0, 0.15]) * washes, 0, 1).astype(np.float32)
    return picture


def _lines(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    sheet = Sheet(shape)
    height = float(np.clip(min(shape) / rng.uniform(35, 70), 2.5, 14))
    width = float(np.clip(height / 4.5, 1.0, 3.5))
    margin = 0.05 * min(shape)
    write(rng, sheet, (margin, margin, shape[0] - margin, shape[1] - margin), height, width)
    return sheet.mask()
