"""Light, neutral backdrops behind objects of any shape, which the border may cut off.

Unlike a painted ground such a backdrop has no texture, neither in the photograph nor in any band.
Its illumination may fall off and it may lie in shadow, since its colour is compared. Dark backdrops
are not searched for here: dark paint shows no texture either.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from artextract_cli._typing import FloatArray

LARGEST_TEXTURE = 0.004
"""Largest standard deviation of detail, in square roots of tones: paper reaches 0.0025, paint
begins at 0.003."""

LARGEST_CHROMA = 0.035
"""Largest difference of red, green and blue, in square roots of tones."""

LIGHT, DARKEST = 0.7, 0.5
"""Smallest square root of the tone of the backdrop: its median, and in shadow."""

SIDE_SHARE = 0.5
"""Smallest share of at least one side of the image that is backdrop."""

MIN_SHARE, MAX_SHARE = 0.03, 0.85
"""Smallest and largest share of the image that is backdrop."""

SHARP_SHARE, SHARP = 0.85, 0.05
"""Smallest share of the outline of the object that is sharp, and the smallest difference of tones
within 3 px that is sharp."""

_RATIO_TOLERANCE = 0.05
"""Half of the largest difference of the ratio of band to photograph from that of the backdrop."""

_GROWTH, _N_GROWTHS, _SIMILAR = 3, 4, 0.03
"""Pixels by which the backdrop grows at a time, how often, and over which difference of tones."""

_SPECK_SHARE = 0.001
"""Share of the image below which an object on the backdrop counts as dust."""


def find_plain_backdrop(tones: FloatArray) -> NDArray[np.bool_] | None:
    """Find the backdrop (H, W) in square roots of tones (H, W, C); None if it is not certain.

    The first three channels are red, green and blue; others are bands.
    """
    smooth = ndimage.gaussian_filter(tones, (1, 1, 0))
    flat = _flat(tones, smooth)
    # Thin connections of smooth paint to the backdrop are cut.
    joined = _joined_to_border(ndimage.binary_opening(flat, iterations=2))
    if joined is None or np.median(smooth[..., :3].mean(axis=2)[joined]) < LIGHT:
        return None
    even = _joined_to_border(_of_one_colour(smooth, joined))
    if even is None:
        return None
    backdrop = _without_specks(_grown(tones, even))
    return backdrop if _is_certain(backdrop, smooth) else None


def _flat(tones: FloatArray, smooth: FloatArray) -> NDArray[np.bool_]:
    """Mask (H, W) of light, neutral pixels without texture."""
    # Detail of σ from 0.7 to 2.5 px: noise of single pixels is finer, fall-off of light coarser.
    detail = ndimage.gaussian_filter(tones, (0.7, 0.7, 0)) - ndimage.gaussian_filter(
        tones, (2.5, 2.5, 0)
    )
    texture = np.sqrt(np.maximum(ndimage.uniform_filter(detail**2, (7, 7, 0)), 0)).max(axis=2)
    colour = smooth[..., :3]
    return np.asarray(
        (texture < LARGEST_TEXTURE)
        & (np.ptp(colour, axis=2) < LARGEST_CHROMA)
        & (colour.mean(axis=2) > DARKEST)
    )


def _joined_to_border(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The parts (H, W) of a mask that cover most of a side of the image; None if there are none."""
    labels, n_pieces = ndimage.label(mask)
    width = max(2, round(0.01 * min(mask.shape)))
    kept = {
        label
        for side in _sides(labels, width)
        for label in range(1, n_pieces + 1)
        if n_pieces and _share(side, label) >= SIDE_SHARE
    }
    return np.isin(labels, list(kept)) if kept else None


def _sides(labels: NDArray[np.int_], width: int) -> Iterator[NDArray[np.int_]]:
    """Strips (length, width) along the four sides."""
    for rotated in (labels, labels[::-1], labels.T, labels.T[::-1]):
        yield rotated[:width].T


def _share(strip: NDArray[np.int_], label: int) -> float:
    return float((strip == label).any(axis=1).mean())


def _of_one_colour(smooth: FloatArray, joined: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels (H, W) whose bands have the same ratio to the photograph as most of the backdrop."""
    tone = smooth[..., :3].mean(axis=2)
    similar = joined
    for band in np.moveaxis(smooth[..., 3:], 2, 0):
        # White paint that is dark in the infrared has another ratio; shadow has the same.
        ratio = band / np.maximum(tone, DARKEST)
        similar = similar & (abs(ratio - np.median(ratio[joined])) < _RATIO_TOLERANCE * 2)
    return similar


def _grown(tones: FloatArray, backdrop: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Grow the backdrop (H, W) up to the edge of the object, as long as tones are similar."""
    soft = ndimage.gaussian_filter(tones, (0.7, 0.7, 0))
    for _ in range(_N_GROWTHS):
        # The texture near an edge includes the edge: a rim of backdrop is missing at first.
        distance, nearest = ndimage.distance_transform_edt(~backdrop, return_indices=True)
        near = (distance <= _GROWTH) & ~backdrop
        rows, columns = nearest[:, near]
        differ = abs(soft[near] - soft[rows, columns]).max(axis=1)
        grown = backdrop.copy()
        grown[near] = differ < _SIMILAR
        # The opening removes single pixels of paint that happen to be similar.
        backdrop = ndimage.binary_opening(grown, iterations=1) | backdrop
    return backdrop


def _without_specks(backdrop: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The backdrop (H, W) with the dust on it."""
    labels, _ = ndimage.label(~backdrop)
    sizes = np.bincount(labels.ravel())
    return np.asarray(backdrop | (sizes < _SPECK_SHARE * backdrop.size)[labels])


def _is_certain(backdrop: NDArray[np.bool_], smooth: FloatArray) -> bool:
    """Whether the object on the backdrop (H, W) is large, in one piece, and sharp-edged."""
    labels, n_pieces = ndimage.label(~backdrop)
    if not n_pieces or not MIN_SHARE <= backdrop.mean() <= MAX_SHARE:
        return False
    sizes = np.bincount(labels.ravel())[1:]
    outline = ~backdrop & ndimage.binary_dilation(backdrop)
    # 7 px: within 3 px to either side.
    contrast = ndimage.maximum_filter(smooth, (7, 7, 1)) - ndimage.minimum_filter(smooth, (7, 7, 1))
    sharp = contrast.max(axis=2)[outline] > SHARP
    # Threads and splinters beside the object may take up a fifth.
    return bool(sizes.max() > 0.8 * sizes.sum() and sharp.mean() >= SHARP_SHARE)
