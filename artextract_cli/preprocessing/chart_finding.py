"""Finding a ColorChecker Classic in a photograph: where its 24 patches are, and which is which."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.imaging.colour.correction import (
    CHART_COLUMNS,
    CHART_ROWS,
    ReferenceChart,
    chart_correction,
)
from artextract_cli.imaging.painting_mask import averaged
from artextract_cli.scenes.checks.colour_chart import SPACING, even_patches, neighbouring

SIDES = (512, 1024)
"""Longest sides in px of the reduced photographs that are searched, the second for small charts."""

MIN_FOUND = 12
"""Smallest number of the 24 patches that must be seen as such; the others follow from these."""

MAX_DIFFERENCE = 10.0
"""Largest mean ΔE00 of the patches after the correction. Of 27 real scenes, the two with a whole
chart have 2.5 and 5.5, and another grid of colours has 26."""

PATCH_SHARE = 0.5
"""Share of the distance of two patches whose inside is measured, clear of the edges."""

MAX_TURN = 0.35
"""Largest slope of the rows of a chart."""


@dataclass(frozen=True, kw_only=True)
class FoundChart:
    """A chart in a photograph."""

    centres: NDArray[np.float64]
    """(24, 2) row and column of the patches in px, in the order of the reference."""

    measured: NDArray[np.float64]
    """(24, 3) median linear sRGB inside the patches."""


def find_chart(linear: FloatArray, reference: ReferenceChart) -> FoundChart | None:
    """Find the chart in a photograph (H, W, 3), linear sRGB; None if there is none."""
    for side in SIDES:
        small = averaged(coded_rgb(linear), side)
        # Images are reduced by whole factors, the last pixels in each direction standing for fewer.
        factor = -(-max(linear.shape[:2]) // max(small.shape[:2]))
        best, found = MAX_DIFFERENCE, None
        patches = even_patches(small)
        for group in neighbouring(patches):
            if len(group) < MIN_FOUND:
                break
            for centres in _placements(patches[group]):
                full = (centres + 0.5) * factor - 0.5
                chart = _measured(linear, full)
                difference = _difference(chart, reference)
                if difference < best:
                    best, found = difference, chart
        if found is not None:
            return found
    return None


def _difference(chart: FoundChart | None, reference: ReferenceChart) -> float:
    """Mean ΔE00 of the patches after the best correction; infinity if there is none."""
    if chart is None:
        return np.inf
    correction = chart_correction(chart.measured, reference)
    return np.inf if correction is None else float(correction.after.mean())


def _placements(patches: NDArray[np.floating]) -> Iterator[NDArray[np.float64]]:
    """Centres (24, 2) of every chart, in any position and orientation, that has these patches."""
    places = _grid_places(patches)
    points = patches[:, :2]
    terms = np.column_stack([places, np.ones(len(places))])
    affine = np.linalg.lstsq(terms, points, rcond=None)[0]
    last = places.max(axis=0)
    for shape in ((CHART_ROWS, CHART_COLUMNS), (CHART_COLUMNS, CHART_ROWS)):
        first_row, first_column = (last - shape + 1).tolist()
        for top in range(min(first_row, 0), max(first_row, 0) + 1):
            for left in range(min(first_column, 0), max(first_column, 0) + 1):
                rows, columns = np.mgrid[top : top + shape[0], left : left + shape[1]]
                grid = np.stack([rows, columns, np.ones_like(rows)], axis=-1) @ affine
                yield from _orientations(grid)


def _orientations(grid: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """The grid (rows, columns, 2) in the order of a chart, upright and upside down."""
    if grid.shape[0] != CHART_ROWS:
        grid = np.rot90(grid)
    yield grid.reshape(-1, 2)
    yield grid[::-1, ::-1].reshape(-1, 2)


def _grid_places(patches: NDArray[np.floating]) -> NDArray[np.intp]:
    """Row and column (N, 2) of patches in their grid, from 0, by steps from one to the next."""
    step = _step(patches)
    places = np.full((len(patches), 2), np.iinfo(np.intp).min)
    places[0] = 0
    waiting = deque([0])
    while waiting:
        at = waiting.popleft()
        offsets = (patches[:, :2] - patches[at, :2]) / step
        steps = np.rint(offsets).astype(np.intp)
        is_next = (abs(steps).sum(axis=1) == 1) & (abs(offsets - steps).max(axis=1) < MAX_TURN)
        for other in np.flatnonzero(is_next & (places[:, 0] == np.iinfo(np.intp).min)).tolist():
            places[other] = places[at] + steps[other]
            waiting.append(other)
    # Patches that no step leads to take the nearest place.
    lost = places[:, 0] == np.iinfo(np.intp).min
    places[lost] = np.rint((patches[lost, :2] - patches[0, :2]) / step).astype(np.intp)
    return np.asarray(places - places.min(axis=0))


def _step(patches: NDArray[np.floating]) -> float:
    """Distance of neighbouring patches: the median distance to the nearest one."""
    distances = np.linalg.norm(patches[:, None, :2] - patches[None, :, :2], axis=2)
    side = np.sqrt(np.median(patches[:, 2] * patches[:, 3]))
    distances[distances < SPACING[0] * side * 0.9] = np.inf
    return float(np.median(distances.min(axis=1)))


def _measured(linear: FloatArray, centres: NDArray[np.float64]) -> FoundChart | None:
    """The chart with patches at these centres; None if it does not lie in the photograph."""
    grid = centres.reshape(CHART_ROWS, CHART_COLUMNS, 2)
    steps = np.linalg.norm(np.diff(grid, axis=1), axis=2)
    reach = max(1, round(float(steps.mean()) * PATCH_SHARE / 2))
    height, width = linear.shape[:2]
    rows, columns = np.rint(centres).astype(int).T
    if rows.min() < reach or columns.min() < reach:
        return None
    if rows.max() >= height - reach or columns.max() >= width - reach:
        return None
    measured = [
        np.median(linear[r - reach : r + reach + 1, c - reach : c + reach + 1], axis=(0, 1))
        for r, c in zip(rows, columns, strict=True)
    ]
    return FoundChart(centres=centres, measured=np.array(measured, float))
