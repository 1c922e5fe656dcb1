"""Compiled loops over the pixels of each centre of SLIC.

Centres are fields (F, R, K), as in `artextract_slic.kernels`.
"""

import numpy as np
from numpy.typing import NDArray

from artextract_cli import compiled
from artextract_slic.kernels import FloatArray, LabelMap


def update(
    image: FloatArray,
    labels: LabelMap,
    centres: FloatArray,
    total: NDArray[np.float64],
    step: int,
    offset: int,
) -> None:
    """Move centres to the mean of their pixels in every ``step``-th row of ``image`` (H, W, C).

    ``total`` (R × K, C + 3) is a buffer for sums of colour, row, column and pixels.
    """
    total[:] = 0
    add = _add_colours if image.shape[2] == 3 else _add_channels
    add(image, labels, total, step, offset)
    _move(centres.reshape(len(centres), -1), total)


@compiled
def _move(centres: FloatArray, total: NDArray[np.float64]) -> None:
    """Move centres (C + 3, R × K) to the means of their pixels, if they have any."""
    for k in range(len(total)):
        sums = total[k]
        # A centre without pixels keeps its place and may get some later.
        if sums[-1] > 0:
            share = 1 / sums[-1]
            for f in range(len(sums) - 1):
                centres[f, k] = sums[f] * share


@compiled
def _add_channels(
    image: FloatArray, labels: LabelMap, total: NDArray[np.float64], step: int, offset: int
) -> None:
    height, width, channels = image.shape
    for y in range(offset, height, step):
        for x in range(width):
            pixel, sums = image[y, x], total[np.uint32(labels[y, x])]
            for c in range(channels):
                sums[c] += pixel[c]
            sums[channels] += y
            sums[channels + 1] += x
            sums[channels + 2] += 1


@compiled
def _add_colours(
    image: FloatArray, labels: LabelMap, total: NDArray[np.float64], step: int, offset: int
) -> None:
    """`_add_channels` for three channels, without a loop over them."""
    height, width, _ = image.shape
    for y in range(offset, height, step):
        for x in range(width):
            pixel, sums = image[y, x], total[np.uint32(labels[y, x])]
            sums[0] += pixel[0]
            sums[1] += pixel[1]
            sums[2] += pixel[2]
            sums[3] += y
            sums[4] += x
            sums[5] += 1


def largest_colour_distances(
    image: FloatArray, labels: LabelMap, centres: FloatArray, step: int, offset: int
) -> FloatArray:
    """Squared colour distance (R, K) of the furthest pixel of each centre."""
    furthest = np.zeros(centres.shape[1:], np.float32)
    flat = centres.reshape(len(centres), -1)
    _furthest(image, labels, flat, step, offset, furthest.reshape(-1))
    return furthest


@compiled
def _furthest(
    image: FloatArray,
    labels: LabelMap,
    centres: FloatArray,
    step: int,
    offset: int,
    furthest: FloatArray,
) -> None:
    height, width, channels = image.shape
    for y in range(offset, height, step):
        for x in range(width):
            k = labels[y, x]
            squared = np.float32(0)
            for c in range(channels):
                difference = image[y, x, c] - centres[c, k]
                squared += difference * difference
            if squared > furthest[k]:
                furthest[k] = squared
