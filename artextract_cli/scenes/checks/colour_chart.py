"""Finding colour charts: regular grids of even patches of different colours, or grey scales."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray

MAX_GRADIENT = 0.02
"""Largest gradient per px within a patch, in sRGB values."""

MIN_SIDE, MAX_SIDE_SHARE = 5, 0.2
"""Shortest side of a patch in px, and its longest side as a share of the longest of the image."""

MIN_FILLED = 0.75
"""Smallest share of its rectangle that a patch fills."""

MAX_PATCHES = 1000
"""Number of candidates from which the largest are used."""

SIMILAR_SIZE, ALIGNED = 1.35, 0.25
"""Largest ratio of the sides of neighbouring patches, and the offset of their rows in sides."""

SPACING = (1.0, 2.2)
"""Distance of neighbouring patches in sides."""

MIN_GRID, MIN_GREY_SCALE = 8, 5
"""Smallest number of patches of a grid of colours, and of a grey scale."""

DISTINCT = 0.08
"""Smallest distance of different colours, in sRGB values."""

MAX_GREY_CHROMA, MIN_GREY_RANGE = 0.08, 0.3
"""Largest difference of the channels of a grey patch, and smallest range of a grey scale."""


@dataclass(frozen=True, kw_only=True)
class ColourChart:
    """A colour chart in an image: rows and columns that its patches span, in px."""

    n_patches: int
    rows: tuple[int, int]
    columns: tuple[int, int]


def find_colour_chart(photograph: FloatArray) -> ColourChart | None:
    """Find the largest colour chart in a photograph (H, W, 3) of at most about 512 px a side."""
    patches = even_patches(photograph)
    for group in neighbouring(patches):
        chart = patches[group]
        if _is_grid(chart) or _is_grey_scale(chart):
            (top, left), (bottom, right) = (
                (chart[:, :2] - chart[:, 2:4] / 2).min(axis=0),
                (chart[:, :2] + chart[:, 2:4] / 2).max(axis=0),
            )
            return ColourChart(
                n_patches=len(chart),
                rows=(round(top), round(bottom)),
                columns=(round(left), round(right)),
            )
    return None


def even_patches(photograph: FloatArray) -> NDArray[np.floating]:
    """Even rectangles (N, 7): row and column of the centre, height, width, and colour."""
    from scipy import ndimage

    gradients = [
        ndimage.gaussian_gradient_magnitude(photograph[..., channel], 1.0) for channel in range(3)
    ]
    labels, _ = ndimage.label(np.maximum.reduce(gradients) < MAX_GRADIENT)
    longest = MAX_SIDE_SHARE * max(labels.shape)
    rows = []
    for label, place in enumerate(ndimage.find_objects(labels), 1):
        height, width = (part.stop - part.start for part in place)
        if min(height, width) < MIN_SIDE or max(height, width) > min(
            longest, 2 * min(height, width)
        ):
            continue
        inside = labels[place] == label
        if inside.mean() >= MIN_FILLED:
            centre = (place[0].start + height / 2, place[1].start + width / 2)
            colour = np.median(photograph[place][inside], axis=0)
            rows.append((*centre, height, width, *colour))
    found = np.array(rows).reshape(-1, 7)
    return found[np.argsort(-found[:, 2] * found[:, 3], kind="stable")[:MAX_PATCHES]]


def neighbouring(patches: NDArray[np.floating]) -> list[NDArray[np.intp]]:
    """Indices of patches that are neighbours in a row or column, the largest groups first."""
    from scipy.sparse.csgraph import connected_components

    side = np.sqrt(patches[:, 2] * patches[:, 3])
    smaller = np.minimum(side[:, None], side)
    similar = np.maximum(side[:, None], side) <= SIMILAR_SIZE * smaller
    down, right = (
        abs(patches[:, None, axis] - patches[None, :, axis]) / smaller for axis in (0, 1)
    )
    beside = similar & (_next_to(down, right) | _next_to(right, down))
    n_groups, group_of = connected_components(beside, directed=False)
    groups = [np.flatnonzero(group_of == group) for group in range(n_groups)]
    return sorted((g for g in groups if len(g) >= MIN_GREY_SCALE), key=len, reverse=True)


def _next_to(across: NDArray[np.floating], along: NDArray[np.floating]) -> NDArray[np.bool_]:
    return (across < ALIGNED) & (along > SPACING[0]) & (along < SPACING[1])


def _is_grid(chart: NDArray[np.floating]) -> bool:
    """Whether patches are of many different colours, in two or more rows and columns."""
    side = np.sqrt(chart[:, 2] * chart[:, 3]).mean()
    if len(chart) < MIN_GRID or min(np.ptp(chart[:, :2], axis=0)) < side:
        return False
    distances = np.linalg.norm(chart[:, None, 4:] - chart[None, :, 4:], axis=2)
    repeated = np.tril(distances < DISTINCT, -1).any(axis=1)
    return int(np.count_nonzero(~repeated)) >= max(MIN_GRID, len(chart) // 2)


def _is_grey_scale(chart: NDArray[np.floating]) -> bool:
    """Whether patches are grey, in one line, and steadily brighter or darker."""
    side = np.sqrt(chart[:, 2] * chart[:, 3]).mean()
    extent = np.ptp(chart[:, :2], axis=0)
    along = int(extent.argmax())
    levels = chart[np.argsort(chart[:, along]), 4:].mean(axis=1)
    steps = np.diff(levels)
    return bool(
        len(chart) >= MIN_GREY_SCALE
        and extent[1 - along] < side
        and np.ptp(chart[:, 4:], axis=1).max() < MAX_GREY_CHROMA
        and np.ptp(levels) > MIN_GREY_RANGE
        and abs(np.sign(steps).sum()) == len(steps)
    )
