"""Where in a picture the painting is: what a uniform backdrop leaves.

Backdrop is what is joined to the border of the picture and has one colour in the photograph and in
every band, but for a slow change of light. Of what is left the largest piece is the painting, if
four straight sides bound it; a colour chart is a smaller piece. A frame belongs to the painting.
What has another outline, or is not whole in the picture, is found before a light backdrop without
texture.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.plain_backdrop import find_plain_backdrop
from artextract_cli.imaging.robust_regression import robust_deviation

LONGEST_SIDE = 1024
"""In px: larger pictures are averaged before they are looked at."""

RING_SHARE = 0.02
"""Of the shorter side: how wide the ring is in which the backdrop is looked for."""

BACKDROP_SHARE = 0.6
"""Of the ring that must be backdrop; a painting may reach one side of the picture."""

MIN_PAINTING, MAX_PAINTING = 0.1, 0.98
"""Share of the picture."""

MIN_AGREEMENT = 0.965
"""Intersection over union of the piece that is left and its quadrilateral."""

MAX_NOISE = 0.035
"""Of the backdrop, in roots of tones: cloth reaches 0.03; parchment with writing and rooms have
0.04 to 0.2, and would count whatever lies on them as backdrop."""

MAX_SECOND = 0.35
"""Of the largest piece that the next may have: which of two like ones is the painting?"""

MARGIN_SHARE = 0.003
"""Of the longer side, by which the painting is trimmed: edges are blurred and cast shadows."""

MIN_MARGIN = 3
"""In px of what is looked at: as far as smoothing carries an edge."""

FREE_MARGIN = 1
"""In px of what is looked at, by which what has no straight sides is trimmed."""

_TOLERANCE, _NOISE_TIMES = 0.02, 5.0
_ROUNDS, _KEPT = 4, 3.0
_SAMPLES = 200
"""Points along a side."""


def find_painting(pictures: Iterable[FloatArray]) -> NDArray[np.bool_] | None:
    """Find the painting in pictures (H, W) or (H, W, C) of one size, 0..1; True (H, W) inside.

    The first is the photograph (H, W, 3). None where there is no uniform backdrop, or where what
    it leaves has no four straight sides and it is not sure that it is one.
    """
    shape: tuple[int, ...] = ()
    small = []
    for picture in pictures:
        shape = picture.shape[:2]
        small.append(_averaged(np.atleast_3d(picture)))
    channels = np.concatenate(small, axis=2)
    painting = _free(channels)
    if painting is None:
        painting = _straight(channels)
    if painting is None:
        return None
    factor = _factor(shape)
    whole = painting.repeat(factor, axis=0).repeat(factor, axis=1)
    return np.ascontiguousarray(whole[: shape[0], : shape[1]])


def _straight(channels: FloatArray) -> NDArray[np.bool_] | None:
    """A painting (H, W) with four straight sides on a backdrop of any colour."""
    piece = _largest_piece(_backdrop(channels))
    if piece is None:
        return None
    painting = _quadrilateral(piece)
    if np.count_nonzero(piece & painting) < MIN_AGREEMENT * np.count_nonzero(piece | painting):
        return None
    return _eroded(painting, _margin(painting.shape))


def _free(channels: FloatArray) -> NDArray[np.bool_] | None:
    """What (H, W) stands before a light, plain backdrop, whatever its outline."""
    backdrop = find_plain_backdrop(np.sqrt(np.maximum(channels, 0)))
    return None if backdrop is None else _eroded(~backdrop, FREE_MARGIN)


def _factor(shape: tuple[int, ...]) -> int:
    """How many pixels of a picture (H, W), along a side, are averaged to one."""
    return -(-max(shape) // LONGEST_SIDE)


def _margin(shape: tuple[int, ...]) -> int:
    return max(MIN_MARGIN, round(MARGIN_SHARE * max(shape)))


def _averaged(picture: FloatArray) -> FloatArray:
    """A picture (H, W, C) whose longest side is at most that which is looked at."""
    factor = _factor(picture.shape[:2])
    height, width = (-side % factor for side in picture.shape[:2])
    padded = np.pad(picture, ((0, height), (0, width), (0, 0)), mode="edge")
    blocks = padded.reshape(
        padded.shape[0] // factor, factor, padded.shape[1] // factor, factor, picture.shape[2]
    )
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def _backdrop(channels: FloatArray) -> NDArray[np.bool_]:
    """What (H, W) is joined to the border and has the colour of the backdrop in all channels.

    Nothing where the border has no one colour, or a rough one.
    """
    shape = channels.shape[:2]
    ring = np.ones(shape, np.bool_)
    width = max(2, round(RING_SHARE * min(shape)))
    ring[width:-width, width:-width] = False
    light = _slow_changes(shape)
    alike = np.ones(shape, np.bool_)
    for channel in np.moveaxis(channels, 2, 0):
        # The root evens out photon noise.
        tones = np.sqrt(np.maximum(ndimage.gaussian_filter(channel, 1), 0))
        expected, noise = _fitted(light, tones, ring)
        if noise > MAX_NOISE:
            return np.zeros(shape, np.bool_)
        alike &= abs(tones - expected) <= max(_TOLERANCE, _NOISE_TIMES * noise)
    if alike[ring].mean() < BACKDROP_SHARE:
        return np.zeros(shape, np.bool_)
    labels, _ = ndimage.label(alike)
    joined = np.unique(labels[ring & alike])
    return np.isin(labels, joined)


def _slow_changes(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Polynomials (H, W, 6) of degree 2: how light may fall off."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)


def _fitted(
    light: NDArray[np.float64], tones: FloatArray, ring: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """Tones (H, W) of the backdrop as most of the ring has them, and their noise."""
    terms, seen = light[ring], tones[ring].astype(np.float64)
    left = seen - np.median(seen)
    coefficients = np.zeros(terms.shape[1])
    noise = 0.0
    # Pixels are left out here, not weighted as in `robust_regression.reweighted`: a painting that
    # reaches into the ring must not pull on the backdrop at all.
    for _ in range(_ROUNDS):
        noise = robust_deviation(left)
        kept = abs(left) <= max(_TOLERANCE, _KEPT * noise)
        solved = np.linalg.lstsq(terms[kept], seen[kept], rcond=None)
        coefficients = np.asarray(solved[0], np.float64)
        left = seen - terms @ coefficients
    return light @ coefficients, noise


def _largest_piece(backdrop: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The largest piece (H, W) that the backdrop leaves, without holes and threads."""
    if not backdrop.any():
        return None
    width = _margin(backdrop.shape)
    kept = _eroded(~backdrop, width)
    labels, n_pieces = ndimage.label(kept)
    if not n_pieces:
        return None
    sizes = np.bincount(labels.ravel())[1:]
    if n_pieces > 1 and np.partition(sizes, -2)[-2] > MAX_SECOND * sizes.max():
        return None
    largest = labels == 1 + int(np.argmax(sizes))
    piece = ndimage.binary_fill_holes(~_eroded(~largest, width))
    share = float(piece.mean())
    return piece if MIN_PAINTING <= share <= MAX_PAINTING else None


def _eroded(mask: NDArray[np.bool_], distance: int) -> NDArray[np.bool_]:
    """What (H, W) is farther than ``distance`` from the outside; the border is none."""
    return np.asarray(ndimage.distance_transform_edt(mask) > distance)


def _quadrilateral(piece: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The area (H, W) between four straight lines along the sides of a piece.

    Each line is the one that most of its side lies on, so that a corner as dark as the backdrop,
    and what sticks out, do not count.
    """
    outline = np.argwhere(piece & ~ndimage.binary_erosion(piece)).astype(np.float64)
    middle = outline.mean(axis=0)
    axes = _upright(outline - middle)
    points = (outline - middle) @ axes
    grid = (np.moveaxis(np.indices(piece.shape), 0, 2) - middle) @ axes
    inside = np.ones(piece.shape, np.bool_)
    for along, across in ((0, 1), (1, 0)):
        for side in (-1, 1):
            slope, offset = _line(points[:, along], side * points[:, across])
            inside &= side * grid[..., across] <= slope * grid[..., along] + offset
    return inside


def _upright(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Axes (2, 2) of the smallest rectangle around points (N, 2), to half a degree."""
    angles = np.radians(np.arange(-45, 45, 0.5))
    turns = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    extents = np.ptp(np.einsum("nd,dea->nea", points, turns), axis=0)
    return np.asarray(turns[..., int(np.argmin(extents.prod(axis=0)))])


def _line(along: NDArray[np.float64], outward: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset of the line along the outermost points, by the medians of Theil and Sen.

    Corners, which may be round or dark, are left out.
    """
    edges = np.linspace(along.min(), along.max(), _SAMPLES + 1)
    bins = np.clip(np.digitize(along, edges) - 1, 0, _SAMPLES - 1)
    outermost = np.full(_SAMPLES, -np.inf)
    np.maximum.at(outermost, bins, outward)
    cut = _SAMPLES // 10
    x, y = ((edges[:-1] + edges[1:]) / 2)[cut:-cut], outermost[cut:-cut]
    known = np.isfinite(y)
    x, y = x[known], y[known]
    a, b = np.triu_indices(len(x), 1)
    slope = float(np.median((y[b] - y[a]) / (x[b] - x[a])))
    return slope, float(np.median(y - slope * x))
