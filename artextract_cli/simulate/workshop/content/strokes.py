"""Strokes of a pencil, pen or brush, drawn until they cover a given share of the picture."""

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.content.writing import scroll, write
from artextract_cli.simulate.workshop.noise import Shape, Sheet, blob, curve

# Each covers something, so that this only bounds the time where all fall outside.
_MOST_MOTIFS = 4000
_TOUCHED = 0.05  # of a pixel: the truth marks it from here on


def limited(mask: FloatArray, order: FloatArray, share: float) -> FloatArray:
    """The mask where ``order`` is highest, so that ``share`` of the picture is covered at most."""
    # Pixels are taken in this order until enough of the mask is covered: the share is met exactly,
    # which no choice of whole strokes would do. Stable, so that ties break alike on every machine.
    ranked = np.argsort(-order.ravel(), kind="stable")
    covered = np.cumsum(mask.ravel()[ranked] >= _TOUCHED)
    n_kept = int(np.searchsorted(covered, share * mask.size, side="right"))
    kept = np.zeros(mask.size, mask.dtype)
    kept[ranked[:n_kept]] = 1
    return np.asarray(mask * kept.reshape(mask.shape))


def along(edges: FloatArray, width: float) -> FloatArray:
    """Lines of a width in px along the edges (H, W), which are 1."""
    from scipy import ndimage

    if not edges.any():
        return np.zeros(edges.shape, np.float32)
    distance = ndimage.distance_transform_edt(edges == 0)
    return np.asarray(np.clip(width / 2 + 0.5 - distance, 0, 1), np.float32)


def drawn(
    rng: np.random.Generator, shape: Shape, share: float, width: float, written: float = 0.0
) -> FloatArray:
    """Mask of contours, hatching and, with odds of ``written``, lines of writing."""
    sheet = Sheet(shape)
    wanted = share * shape[0] * shape[1]
    for _ in range(_MOST_MOTIFS):
        if wanted <= 0:
            break
        if rng.random() < written:
            wanted -= _note(rng, sheet, width)
        else:
            wanted -= _motif(rng, sheet, width)
    return sheet.mask()


def _note(rng: np.random.Generator, sheet: Sheet, width: float) -> float:
    height, breadth = sheet.shape
    size = float(rng.uniform(3, 7)) * max(width, 1.0)
    top, left = rng.uniform(-0.1, 0.8) * height, rng.uniform(-0.1, 0.6) * breadth
    box = (top, left, top + size * rng.uniform(3, 12), left + breadth * rng.uniform(0.3, 0.8))
    # The 1 makes progress certain, even for writing outside the picture.
    return write(rng, sheet, box, size, width) + 1.0


def _motif(rng: np.random.Generator, sheet: Sheet, width: float) -> float:
    """Draw one motif and return about how many px it covers."""
    centre = rng.uniform(0, 1, 2) * sheet.shape
    radius = float(np.clip(min(sheet.shape) * rng.uniform(0.04, 0.3), 2, 160))
    kind = int(rng.choice(4, p=[0.35, 0.25, 0.25, 0.15]))
    if kind == 0:
        lines = [blob(rng, centre, radius, 0.2)[: int(rng.integers(25, 66))]]
    elif kind == 1:
        lines = _hatching(rng, centre, radius, width)
    elif kind == 2:
        lines = [curve(centre + radius * rng.standard_normal((4, 2)), 40)]
    else:
        lines = [scroll(rng, centre, 3 * radius, rng.uniform(0.3, 1.5))]
    return sum(_stroke(rng, sheet, line, width) for line in lines) + 1.0


def _stroke(rng: np.random.Generator, sheet: Sheet, points: FloatArray, width: float) -> float:
    points = points + 0.15 * width * rng.standard_normal(points.shape)
    pressure = 1 + 0.35 * np.sin(np.linspace(0, np.pi, len(points) - 1) + rng.uniform(-0.8, 0.8))
    sheet.brushed(points, 0.75 * width * pressure, value=rng.uniform(0.7, 1.0))
    # Only what lies within the picture counts towards the share.
    inside = np.all((points >= 0) & (points < sheet.shape), axis=1)[1:]
    return float((np.hypot(*np.diff(points, axis=0).T) * inside).sum()) * 0.9 * width


def _hatching(
    rng: np.random.Generator, centre: FloatArray, radius: float, width: float
) -> list[FloatArray]:
    angle, step = rng.uniform(0, np.pi), width * rng.uniform(1.8, 3.5)
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([along[1], -along[0]])
    offsets = np.arange(-radius, radius, step)[:60]
    reach = np.sqrt(np.maximum(radius**2 - offsets**2, 0)) * rng.uniform(0.7, 1.0, len(offsets))
    ends = np.linspace(-1, 1, 8)[None, :, None] * reach[:, None, None] * along
    return list(centre + offsets[:, None, None] * across + ends)
