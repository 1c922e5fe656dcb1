"""Finding the painting in an image: the largest object on a uniform backdrop.

The backdrop is connected to the border of the image and has one colour in the photograph and in
every band, apart from a slow change of illumination. The largest remaining piece is the painting if
it has four straight sides; a colour chart is a smaller piece. A frame belongs to the painting. An
object of another shape, or one that is cut off by the border, is found on a light backdrop without
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
"""Longest side in px; larger images are reduced by averaging first."""

RING_SHARE = 0.02
"""Width of the ring along the border that should be backdrop, as a share of the shorter side."""

BACKDROP_SHARE = 0.6
"""Smallest share of backdrop in the ring; the painting may touch one side of the image."""

MIN_PAINTING, MAX_PAINTING = 0.1, 0.98
"""Smallest and largest share of the image that is painting."""

MIN_AGREEMENT = 0.965
"""Smallest intersection over union of the remaining piece and its quadrilateral."""

MAX_NOISE = 0.035
"""Largest noise of the backdrop, in square roots of tones: cloth reaches 0.03. Rooms, and parchment
with writing, have 0.04 to 0.2; within such a tolerance the painting would count as backdrop."""

MAX_SECOND = 0.35
"""Largest size of the second piece relative to the first; of two similar ones neither is chosen."""

MARGIN_SHARE = 0.003
"""Width that is trimmed from the painting, as a share of the longer side: edges are blurred and
cast shadows."""

MIN_MARGIN = 3
"""Smallest width that is trimmed, in px of the reduced image: how far smoothing spreads an edge."""

FREE_MARGIN = 1
"""Width that is trimmed from an object without straight sides, in px of the reduced image."""

_TOLERANCE, _NOISE_TIMES = 0.02, 5.0
"""Allowed deviation from the backdrop, in square roots of tones and in units of its noise."""

_ROUNDS, _KEPT = 4, 3.0
"""Rounds of the fit to the ring, and robust deviations beyond which a pixel is left out."""

_SAMPLES = 200
"""Number of bins along a side to which a line is fitted."""


def find_painting(images: Iterable[FloatArray]) -> NDArray[np.bool_] | None:
    """Find the painting in images (H, W) or (H, W, C) of one size, 0..1; True (H, W) inside.

    The first is the photograph (H, W, 3). None if there is no uniform backdrop, or if the remaining
    piece does not have four straight sides and the backdrop is not certain.
    """
    shape: tuple[int, ...] = ()
    small = []
    for image in images:
        shape = image.shape[:2]
        small.append(averaged(image))
    channels = np.concatenate(small, axis=2)
    # First, because its mask follows the outline; straight sides would cut off what protrudes.
    painting = _of_any_shape(channels)
    if painting is None:
        painting = _with_straight_sides(channels)
    if painting is None:
        return None
    factor = _factor(shape, LONGEST_SIDE)
    whole = painting.repeat(factor, axis=0).repeat(factor, axis=1)
    return np.ascontiguousarray(whole[: shape[0], : shape[1]])


def _with_straight_sides(channels: FloatArray) -> NDArray[np.bool_] | None:
    """A painting (H, W) with four straight sides on a backdrop of any colour."""
    piece = _largest_piece(_backdrop(channels))
    if piece is None:
        return None
    painting = _quadrilateral(piece)
    if np.count_nonzero(piece & painting) < MIN_AGREEMENT * np.count_nonzero(piece | painting):
        return None
    return _eroded(painting, _margin(painting.shape))


def _of_any_shape(channels: FloatArray) -> NDArray[np.bool_] | None:
    """An object (H, W) of any shape on a light, plain backdrop."""
    backdrop = find_plain_backdrop(np.sqrt(np.maximum(channels, 0)))
    return None if backdrop is None else _eroded(~backdrop, FREE_MARGIN)


def _factor(shape: tuple[int, ...], longest: int) -> int:
    """Number of pixels of an image (H, W), along a side, that are averaged to one."""
    return -(-max(shape) // longest)


def _margin(shape: tuple[int, ...]) -> int:
    return max(MIN_MARGIN, round(MARGIN_SHARE * max(shape)))


def averaged(image: FloatArray, longest: int = LONGEST_SIDE) -> FloatArray:
    """Reduce an image (H, W) or (H, W, C) to (h, w, C) with at most ``longest`` px a side."""
    image = np.atleast_3d(image)
    factor = _factor(image.shape[:2], longest)
    height, width = (-side % factor for side in image.shape[:2])
    padded = np.pad(image, ((0, height), (0, width), (0, 0)), mode="edge")
    blocks = padded.reshape(
        padded.shape[0] // factor, factor, padded.shape[1] // factor, factor, image.shape[2]
    )
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def _backdrop(channels: FloatArray) -> NDArray[np.bool_]:
    """The area (H, W) connected to the border with the colour of the backdrop in all channels.

    Empty if the border does not have one colour, or is rough.
    """
    shape = channels.shape[:2]
    ring = np.ones(shape, np.bool_)
    width = max(2, round(RING_SHARE * min(shape)))
    ring[width:-width, width:-width] = False
    terms = _slow_changes(shape)
    similar = np.ones(shape, np.bool_)
    for channel in np.moveaxis(channels, 2, 0):
        # The square root makes photon noise uniform.
        tones = np.sqrt(np.maximum(ndimage.gaussian_filter(channel, 1), 0))
        expected, noise = _fitted(terms, tones, ring)
        if noise > MAX_NOISE:
            return np.zeros(shape, np.bool_)
        similar &= abs(tones - expected) <= max(_TOLERANCE, _NOISE_TIMES * noise)
    if similar[ring].mean() < BACKDROP_SHARE:
        return np.zeros(shape, np.bool_)
    # Only what is connected to the ring: paint of the same colour inside remains painting.
    labels, _ = ndimage.label(similar)
    connected = np.unique(labels[ring & similar])
    return np.isin(labels, connected)


def _slow_changes(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Polynomials (H, W, 6) of degree 2: the possible falloff of the illumination."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)


def _fitted(
    terms: NDArray[np.float64], tones: FloatArray, ring: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """Tones (H, W) of the backdrop, fitted to most of the ring, and their noise."""
    ring_terms, ring_tones = terms[ring], tones[ring].astype(np.float64)
    residuals = ring_tones - np.median(ring_tones)
    coefficients = np.zeros(terms.shape[2])
    noise = 0.0
    # Pixels are left out here, not weighted as in `robust_regression.reweighted`: a painting that
    # reaches into the ring must not pull on the backdrop at all.
    for _ in range(_ROUNDS):
        noise = robust_deviation(residuals)
        kept = abs(residuals) <= max(_TOLERANCE, _KEPT * noise)
        solution = np.linalg.lstsq(ring_terms[kept], ring_tones[kept], rcond=None)
        coefficients = np.asarray(solution[0], np.float64)
        residuals = ring_tones - ring_terms @ coefficients
    return terms @ coefficients, noise


def _largest_piece(backdrop: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The largest piece (H, W) outside the backdrop, without holes and thin extensions."""
    if not backdrop.any():
        return None
    width = _margin(backdrop.shape)
    # Eroded, labelled and grown back: thin bridges, as to a colour chart, are cut.
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
    """Pixels (H, W) farther than ``distance`` from the outside; the border is not outside."""
    return np.asarray(ndimage.distance_transform_edt(mask) > distance)


def _quadrilateral(piece: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The area (H, W) between four straight lines along the sides of a piece.

    Each line is fitted to most of its side, so that a corner as dark as the backdrop, or something
    that protrudes, has no influence.
    """
    outline = np.argwhere(piece & ~ndimage.binary_erosion(piece)).astype(np.float64)
    centre = outline.mean(axis=0)
    axes = _upright(outline - centre)
    points = (outline - centre) @ axes
    grid = (np.moveaxis(np.indices(piece.shape), 0, 2) - centre) @ axes
    inside = np.ones(piece.shape, np.bool_)
    for along, across in ((0, 1), (1, 0)):
        for side in (-1, 1):
            slope, offset = _line(points[:, along], side * points[:, across])
            inside &= side * grid[..., across] <= slope * grid[..., along] + offset
    return inside


def _upright(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Axes (2, 2) of the smallest rectangle around points (N, 2), to half a degree."""
    # Every quarter turn repeats; half a degree suffices, as lines are fitted afterwards.
    angles = np.radians(np.arange(-45, 45, 0.5))
    rotations = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    extents = np.ptp(np.einsum("nd,dea->nea", points, rotations), axis=0)
    return np.asarray(rotations[..., int(np.argmin(extents.prod(axis=0)))])


def _line(along: NDArray[np.float64], outward: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset of the line along the outermost points (Theil-Sen estimator).

    Corners, which may be round or dark, are excluded.
    """
    edges = np.linspace(along.min(), along.max(), _SAMPLES + 1)
    bins = np.clip(np.digitize(along, edges) - 1, 0, _SAMPLES - 1)
    outermost = np.full(_SAMPLES, -np.inf)
    np.maximum.at(outermost, bins, outward)
    corner = _SAMPLES // 10
    x, y = ((edges[:-1] + edges[1:]) / 2)[corner:-corner], outermost[corner:-corner]
    known = np.isfinite(y)
    x, y = x[known], y[known]
    # All pairs of at most 160 bins: 12 720 slopes, of which 29 % may be outliers.
    a, b = np.triu_indices(len(x), 1)
    slope = float(np.median((y[b] - y[a]) / (x[b] - x[a])))
    return slope, float(np.median(y - slope * x))
