"""Compiled oriented line filters: second derivatives across a line, averaged along it."""

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.jit import compiled, inlined

# A line is at most 7.5° off a direction: 8 px along it (one σ) these are 1.05 px, less than the σ
# of 1.3 px across.
N_DIRECTIONS = 12  # steps of 15 degrees
# The taps beyond weigh under 14 % of the central one; a longer reach would need a wider margin.
REACH = 2.0  # half length of the filter, in standard deviations of its length


def line_strength(image: FloatArray, width: float, length: float) -> FloatArray:
    """Strength of lines in ``image`` (H, W): (H, W, 4) dark, light, and the axis of the stronger.

    The filter is the second derivative of a Gaussian of standard deviation ``width`` px across the
    line and a Gaussian of standard deviation ``length`` px along it, in `N_DIRECTIONS` directions
    (Freeman & Adelson, IEEE Trans. PAMI 13, 891, 1991, for the derivative at any angle). ``dark``
    is the largest response of a line darker than its surroundings, ``light`` of a lighter one. The
    axis is (cos 2θ, sin 2θ) times the larger of the two, for lines at θ from the columns' axis.
    """
    # One blur serves all directions: second derivatives at any angle follow from three of them.
    smooth = blur(image[..., None], width)[..., 0]
    # Blurred by σ = width, the image is smooth enough for a tap every width pixels.
    step = max(1, round(width))
    taps = np.arange(-int(REACH * length / step), int(REACH * length / step) + 1) * step
    weights = np.exp(-0.5 * (taps / length) ** 2)
    reach = int(np.abs(taps).max()) + step
    # One pixel more than the taps, for the differences.
    padded = np.ascontiguousarray(np.pad(smooth, reach + 1, mode="symmetric"), np.float32)
    angles = np.arange(N_DIRECTIONS) * np.pi / N_DIRECTIONS
    directions = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    # sin 30° and cos 60° differ in their last digit: rounding first makes halves go to the same
    # side, so that the filters of an image rotated by 90° are the rotated filters.
    offsets = np.rint(np.round(taps[:, None] * directions[:, None], 6)).astype(int)
    strength = np.zeros((*image.shape, 4), np.float32)
    _strengths(
        padded,
        reach,
        offsets,
        (weights / weights.sum()).astype(np.float32),
        directions.astype(np.float32),
        np.empty((4, padded.shape[0] - 2, padded.shape[1] - 2), np.float32),
        np.zeros(image.shape, np.float32),
        np.empty(image.shape[1], np.float32),
        strength,
    )
    return strength


@compiled
def _strengths(
    padded: FloatArray,
    reach: int,
    offsets: np.ndarray,
    weights: FloatArray,
    directions: FloatArray,
    buffers: FloatArray,
    best: FloatArray,
    total: FloatArray,
    result: FloatArray,
) -> None:
    """`line_strength` of an image padded by ``reach`` + 1 pixels on every side.

    ``best`` (H, W) and ``result`` start as zeros; ``buffers`` are four, one pixel smaller on every
    side than ``padded``; ``total`` (W,) is another.
    """
    height, width = best.shape
    down, across, mixed, curved = buffers[0], buffers[1], buffers[2], buffers[3]
    _second_differences(padded, down, across, mixed)
    for d in range(len(directions)):
        sine, cosine = directions[d, 0], directions[d, 1]
        # Second differences across the direction, computed once for all taps.
        _curve_across(down, across, mixed, sine, cosine, curved)
        double_cosine, double_sine = cosine * cosine - sine * sine, 2 * sine * cosine
        for y in range(height):
            # A row of sums stays in the nearest cache while all taps are added.
            for x in range(width):
                total[x] = 0
            for k in range(len(weights)):
                weight, left = weights[k], reach + offsets[d, k, 1]
                row = curved[y + reach + offsets[d, k, 0], left : left + width]
                for x in range(width):
                    total[x] += weight * row[x]
            out, strongest = result[y], best[y]
            for x in range(width):
                value = total[x]
                out[x, 0] = value if value > out[x, 0] else out[x, 0]
                out[x, 1] = -value if -value > out[x, 1] else out[x, 1]
                if abs(value) > strongest[x]:
                    strongest[x] = abs(value)
                    out[x, 2] = double_cosine * abs(value)
                    out[x, 3] = double_sine * abs(value)


@inlined
def _curve_across(
    down: FloatArray,
    across: FloatArray,
    mixed: FloatArray,
    sine: np.float32,
    cosine: np.float32,
    out: FloatArray,
) -> None:
    """Second differences across a line along (cosine, sine): in the direction (−sine, cosine)."""
    of_down, of_across, of_mixed = cosine * cosine, sine * sine, -2 * sine * cosine
    for y in range(out.shape[0]):
        row, a, b, c = out[y], down[y], across[y], mixed[y]
        for x in range(out.shape[1]):
            row[x] = of_down * a[x] + of_across * b[x] + of_mixed * c[x]


@inlined
def _second_differences(
    padded: FloatArray, down: FloatArray, across: FloatArray, mixed: FloatArray
) -> None:
    """Second differences down, across and mixed, of all but the outermost pixels."""
    for y in range(down.shape[0]):
        above, here, below = padded[y], padded[y + 1], padded[y + 2]
        for x in range(down.shape[1]):
            middle = 2 * here[x + 1]
            down[y, x] = above[x + 1] + below[x + 1] - middle
            across[y, x] = here[x] + here[x + 2] - middle
            mixed[y, x] = 0.25 * (above[x] + below[x + 2] - above[x + 2] - below[x])
