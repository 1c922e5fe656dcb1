"""Compiled loops of SLIC.

Centres are kept as fields (F, R, K) over the R × K cells of the initial grid: C colours, row,
column, and the weight of a squared colour difference (1 but for SLICO).
"""

import numpy as np
from numpy.typing import NDArray

from artextract_cli import compiled

FloatArray = NDArray[np.float32]
LabelMap = NDArray[np.int32]


@compiled
def assign(
    rows: FloatArray,
    centres: FloatArray,
    near_rows: NDArray[np.int32],
    near_columns: NDArray[np.int32],
    pull: np.float32,
    labels: LabelMap,
    step: int,
    offset: int,
) -> None:
    """Label every ``step``-th row of pixels with the nearest centre of the cells around them.

    ``rows`` is the picture as (H, C, W); ``near_rows`` (S, H) and ``near_columns`` (S, W) say which
    cells are around; ``pull`` weighs a squared distance in pixels.
    """
    height, _, width = rows.shape
    reach = len(near_rows)
    fields = np.empty((reach, reach, len(centres), width), np.float32)
    names = np.empty((reach, reach, width), np.int32)
    spread = np.full(reach, -1)
    nearest = np.empty(width, np.float32)
    distance = np.empty(width, np.float32)
    for y in range(offset, height, step):
        for x in range(width):
            nearest[x] = np.inf
        for i in range(reach):
            cell_row = near_rows[i, y]
            slot = cell_row % reach
            if spread[slot] != cell_row:
                _spread(centres, cell_row, near_columns, fields[slot], names[slot])
                spread[slot] = cell_row
            for j in range(reach):
                _measure(rows[y], y, fields[slot, j], pull, distance)
                _keep_nearer(distance, names[slot, j], nearest, labels[y])


@compiled
def _spread(
    centres: FloatArray,
    cell_row: int,
    near_columns: NDArray[np.int32],
    fields: FloatArray,
    names: LabelMap,
) -> None:
    """Write the fields (S, F, W) of a row of cells beside the pixels that look at them.

    Instead of a column, the squared distance to it: it is the same in all rows of pixels.
    """
    n_columns = centres.shape[2]
    for i in range(len(near_columns)):
        column, name = near_columns[i], names[i]
        for x in range(len(column)):
            name[x] = cell_row * n_columns + column[x]
        for f in range(len(centres)):
            source, target = centres[f, cell_row], fields[i, f]
            for x in range(len(column)):
                target[x] = source[column[x]]
        across = fields[i, -2]
        for x in range(len(column)):
            across[x] = (np.float32(x) - across[x]) ** 2


@compiled
def _measure(
    pixels: FloatArray, y: int, fields: FloatArray, pull: np.float32, distance: FloatArray
) -> None:
    """Squared distances (W,) of a row of ``pixels`` (C, W) to a centre each."""
    channels = len(pixels)
    for x in range(len(distance)):
        distance[x] = 0
    for c in range(channels):
        pixel, colour = pixels[c], fields[c]
        for x in range(len(distance)):
            difference = pixel[x] - colour[x]
            distance[x] += difference * difference
    row, across, weight = fields[channels], fields[channels + 1], fields[channels + 2]
    here = np.float32(y)
    for x in range(len(distance)):
        down = here - row[x]
        distance[x] = distance[x] * weight[x] + (down * down + across[x]) * pull


@compiled
def _keep_nearer(
    distance: FloatArray, names: LabelMap, nearest: FloatArray, labels: LabelMap
) -> None:
    """Take the names of centres that are nearer than the nearest so far."""
    for x in range(len(distance)):
        # Loads before the choice: only then is this loop compiled to vector instructions.
        new, old, name, label = distance[x], nearest[x], names[x], labels[x]
        nearer = new < old
        nearest[x] = new if nearer else old
        labels[x] = name if nearer else label


@compiled
def update(
    image: FloatArray, labels: LabelMap, centres: FloatArray, step: int, offset: int
) -> None:
    """Move centres to the mean of their pixels in every ``step``-th row of ``image`` (H, W, C)."""
    height, width, channels = image.shape
    flat = centres.reshape(len(centres), -1)
    n = flat.shape[1]
    total = np.zeros((n, channels + 2))
    count = np.zeros(n)
    for y in range(offset, height, step):
        for x in range(width):
            k = labels[y, x]
            for c in range(channels):
                total[k, c] += image[y, x, c]
            total[k, channels] += y
            total[k, channels + 1] += x
            count[k] += 1
    for k in range(n):
        if count[k] > 0:
            for f in range(channels + 2):
                flat[f, k] = total[k, f] / count[k]


@compiled
def largest_colour_distances(
    image: FloatArray, labels: LabelMap, centres: FloatArray, step: int, offset: int
) -> FloatArray:
    """How far (R, K) in colour the furthest pixel of each centre is, squared."""
    height, width, channels = image.shape
    flat = centres.reshape(len(centres), -1)
    furthest = np.zeros(flat.shape[1], np.float32)
    for y in range(offset, height, step):
        for x in range(width):
            k = labels[y, x]
            squared = np.float32(0)
            for c in range(channels):
                difference = image[y, x, c] - flat[c, k]
                squared += difference * difference
            furthest[k] = max(furthest[k], squared)
    return furthest.reshape(centres.shape[1:])
