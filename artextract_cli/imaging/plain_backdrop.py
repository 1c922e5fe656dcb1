"""Light, neutral backdrops behind objects of any outline, which need not be whole in the picture.

Unlike a painted ground such a backdrop has no texture, neither in the photograph nor in any band.
It may fall off in light and lie in shadow, since what is compared is its colour. Dark backdrops
are not sought here: dark paint shows no texture either.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from artextract_cli._typing import FloatArray

LARGEST_TEXTURE = 0.004
"""Standard deviation of detail, in roots of tones: paper reaches 0.0025, paint begins at 0.003."""

LARGEST_CHROMA = 0.035
"""Between the most and least of red, green and blue, in roots of tones."""

LIGHT, DARKEST = 0.7, 0.5
"""Root of the tone that the backdrop has in the middle, and has at least in shadow."""

SIDE_SHARE = 0.5
"""Of one side of the picture at least that is backdrop."""

LEAST, MOST = 0.03, 0.85
"""Share of the picture."""

SHARP_SHARE, SHARP = 0.85, 0.05
"""Of the outline of what stands before it, and by how much tones differ there within 3 px."""

_RATIO_TOLERANCE = 0.05
_GROWTH, _GROWTH_TIMES, _ALIKE = 3, 4, 0.03
_SPECK_SHARE = 0.001


def find_plain_backdrop(tones: FloatArray) -> NDArray[np.bool_] | None:
    """Find what (H, W) is backdrop in roots of tones (H, W, C); None where that is not sure.

    The first three channels are red, green and blue; others are bands.
    """
    smooth = ndimage.gaussian_filter(tones, (1, 1, 0))
    flat = _flat(tones, smooth)
    joined = _joined_to_border(ndimage.binary_opening(flat, iterations=2))
    if joined is None or np.median(smooth[..., :3].mean(axis=2)[joined]) < LIGHT:
        return None
    even = _joined_to_border(_of_one_colour(smooth, joined))
    if even is None:
        return None
    backdrop = _without_specks(_grown(tones, even))
    return backdrop if _is_sure(backdrop, smooth) else None


def _flat(tones: FloatArray, smooth: FloatArray) -> NDArray[np.bool_]:
    """Where (H, W) there is no texture, and no colour but light."""
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
    """What (H, W) of a mask is joined to a side that is its for the most part."""
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
    for turned in (labels, labels[::-1], labels.T, labels.T[::-1]):
        yield turned[:width].T


def _share(strip: NDArray[np.int_], label: int) -> float:
    return float((strip == label).any(axis=1).mean())


def _of_one_colour(smooth: FloatArray, joined: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What (H, W) is as bright in every band, for its photograph, as the backdrop mostly is."""
    tone = smooth[..., :3].mean(axis=2)
    alike = joined
    for band in np.moveaxis(smooth[..., 3:], 2, 0):
        ratio = band / np.maximum(tone, DARKEST)
        alike = alike & (abs(ratio - np.median(ratio[joined])) < _RATIO_TOLERANCE * 2)
    return alike


def _grown(tones: FloatArray, backdrop: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The backdrop (H, W) up to the edge of what stands before it, as far as its tones go on."""
    soft = ndimage.gaussian_filter(tones, (0.7, 0.7, 0))
    for _ in range(_GROWTH_TIMES):
        away, nearest = ndimage.distance_transform_edt(~backdrop, return_indices=True)
        near = (away <= _GROWTH) & ~backdrop
        rows, columns = nearest[:, near]
        differ = abs(soft[near] - soft[rows, columns]).max(axis=1)
        grown = backdrop.copy()
        grown[near] = differ < _ALIKE
        backdrop = ndimage.binary_opening(grown, iterations=1) | backdrop
    return backdrop


def _without_specks(backdrop: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Dust on the backdrop (H, W) belongs to it."""
    labels, _ = ndimage.label(~backdrop)
    sizes = np.bincount(labels.ravel())
    return np.asarray(backdrop | (sizes < _SPECK_SHARE * backdrop.size)[labels])


def _is_sure(backdrop: NDArray[np.bool_], smooth: FloatArray) -> bool:
    """Whether what stands before the backdrop (H, W) is large, in one piece, and sharply cut."""
    labels, n_pieces = ndimage.label(~backdrop)
    if not n_pieces or not LEAST <= backdrop.mean() <= MOST:
        return False
    sizes = np.bincount(labels.ravel())[1:]
    outline = ~backdrop & ndimage.binary_dilation(backdrop)
    contrast = ndimage.maximum_filter(smooth, (7, 7, 1)) - ndimage.minimum_filter(smooth, (7, 7, 1))
    sharp = contrast.max(axis=2)[outline] > SHARP
    return bool(sizes.max() > 0.8 * sizes.sum() and sharp.mean() >= SHARP_SHARE)
