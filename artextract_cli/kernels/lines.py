"""Compiled oriented line filters: second derivatives across a line, averaged along it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.jit import compiled_sums, inlined

# A line is at most 7.5° off a direction: 8 px along it (one σ) these are 1.05 px, less than the σ
# of 1.3 px across.
N_DIRECTIONS = 12  # steps of 15 degrees
# The taps beyond weigh under 14 % of the central one; a longer reach would need a wider margin.
REACH = 2.0  # half length of the filter, in standard deviations of its length
TAPS_AT_ONCE = 4  # pairs of taps; the row of sums is then loaded and stored once for eight


def line_strength(
    image: FloatArray, width: float, length: float, inside: tuple[slice, slice] | None = None
) -> FloatArray:
    """Strength of lines in ``image`` (H, W): (4, H, W) dark, light, and the axis of the stronger.

    With rows and columns ``inside``, only those of them: (4, h, w).

    The filter is the second derivative of a Gaussian of standard deviation ``width`` px across the
    line and a Gaussian of standard deviation ``length`` px along it, in `N_DIRECTIONS` directions
    (Freeman & Adelson, IEEE Trans. PAMI 13, 891, 1991, for the derivative at any angle). ``dark``
    is the largest response of a line darker than its surroundings, ``light`` of a lighter one. The
    axis is (cos 2θ, sin 2θ) times the larger of the two, for lines at θ from the columns' axis.
    """
    # One blur serves all directions: second derivatives at any angle follow from three of them.
    smooth = blur(image[..., None], width)[..., 0]
    taps = line_taps(width, length)
    # One pixel more than the taps, for the differences.
    margin = taps.reach + 1
    padded = np.pad(smooth, margin, mode="symmetric")
    if inside is not None:
        rows, columns = (slice(part.start, part.stop + 2 * margin) for part in inside)
        padded = np.ascontiguousarray(padded[rows, columns])
    height, across = (size - 2 * margin for size in padded.shape)
    strength = np.zeros((4, height, across), np.float32)
    _strengths(
        padded,
        taps.reach,
        taps.offsets,
        taps.weights,
        taps.directions,
        np.empty((padded.shape[0] - 2, padded.shape[1] - 2), np.float32),
        np.empty(across, np.float32),
        strength,
    )
    return strength


class LineTaps(NamedTuple):
    """The taps of line filters in D directions, T on one side: the others mirror them."""

    offsets: NDArray[np.int64]  # (D, T, 2) rows and columns from the pixel
    weights: FloatArray  # (T,), the first of the pixel itself; taps of weight zero fill groups
    directions: FloatArray  # (D, 2) sine and cosine
    reach: int  # margin in pixels


def line_taps(width: float, length: float) -> LineTaps:
    """The taps of `line_strength`."""
    # Blurred by σ = width, the image is smooth enough for a tap every width pixels.
    step = max(1, round(width))
    # The taps on one side; those on the other have the same weights.
    taps = np.arange(int(REACH * length / step) + 1) * step
    weights = np.exp(-0.5 * (taps / length) ** 2)
    weights /= weights[0] + 2 * weights[1:].sum()
    reach = int(taps[-1]) + step
    angles = np.arange(N_DIRECTIONS) * np.pi / N_DIRECTIONS
    directions = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    # Taps without weight, at the centre, complete the last group.
    taps, weights = (np.pad(a, (0, -len(taps[1:]) % TAPS_AT_ONCE)) for a in (taps, weights))
    # sin 30° and cos 60° differ in their last digit: rounding first makes halves go to the same
    # side, so that the filters of an image rotated by 90° are the rotated filters.
    offsets = np.rint(np.round(taps[:, None] * directions[:, None], 6)).astype(int)
    return LineTaps(offsets, weights.astype(np.float32), directions.astype(np.float32), reach)


@compiled_sums
def _strengths(
    padded: FloatArray,
    reach: int,
    offsets: NDArray[np.int64],
    weights: FloatArray,
    directions: FloatArray,
    curved: FloatArray,
    total: FloatArray,
    result: FloatArray,
) -> None:
    """`line_strength` of an image padded by ``reach`` + 1 pixels on every side.

    ``result`` starts as zeros. ``curved``, one pixel smaller on every side than ``padded``, and
    ``total`` (W,) are buffers.
    """
    _, height, width = result.shape
    for d in range(len(directions)):
        sine, cosine = directions[d, 0], directions[d, 1]
        # Second differences across the direction, computed once for all taps.
        _curve_across(padded, sine, cosine, curved)
        double_cosine, double_sine = cosine * cosine - sine * sine, 2 * sine * cosine
        for y in range(height):
            # A row of sums stays in the nearest cache while all taps are added.
            centre = curved[y + reach, reach : reach + width]
            for x in range(width):
                total[x] = weights[0] * centre[x]
            for k in range(1, len(weights), TAPS_AT_ONCE):
                _add_taps(curved, y + reach, reach, offsets[d], weights, k, total)
            _keep_strongest(total, result, y, double_cosine, double_sine)


@inlined
def _add_taps(
    curved: FloatArray,
    y: int,
    x: int,
    offsets: NDArray[np.int64],
    weights: FloatArray,
    k: int,
    total: FloatArray,
) -> None:
    """Add taps ``k`` to ``k`` + 3, on both sides, to the sums of a row that begins at (y, x)."""
    n = len(total)
    a, b = _row(curved, y, x, offsets, k, 1, n), _row(curved, y, x, offsets, k, -1, n)
    c, d = _row(curved, y, x, offsets, k + 1, 1, n), _row(curved, y, x, offsets, k + 1, -1, n)
    e, f = _row(curved, y, x, offsets, k + 2, 1, n), _row(curved, y, x, offsets, k + 2, -1, n)
    g, h = _row(curved, y, x, offsets, k + 3, 1, n), _row(curved, y, x, offsets, k + 3, -1, n)
    first, second, third, fourth = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
    for i in range(n):
        near = first * (a[i] + b[i]) + second * (c[i] + d[i])
        total[i] += near + third * (e[i] + f[i]) + fourth * (g[i] + h[i])


@inlined
def _row(
    curved: FloatArray,
    y: int,
    x: int,
    offsets: NDArray[np.int64],
    k: int,
    side: int,
    n: int,
) -> FloatArray:
    """The ``n`` values that tap ``k`` on one ``side``, 1 or -1, adds to a row from (y, x)."""
    left = x + side * offsets[k, 1]
    return curved[y + side * offsets[k, 0], left : left + n]


@inlined
def _keep_strongest(
    total: FloatArray, result: FloatArray, y: int, cosine: np.float32, sine: np.float32
) -> None:
    """Update row ``y`` of `line_strength` by the responses ``total`` (W,) in one direction."""
    dark, light, first, second = result[0, y], result[1, y], result[2, y], result[3, y]
    for x in range(len(total)):
        value, positive, negative = total[x], dark[x], light[x]
        size, before = abs(value), positive if positive > negative else negative
        stronger, along, aslant = size > before, first[x], second[x]
        first[x] = cosine * size if stronger else along
        second[x] = sine * size if stronger else aslant
        dark[x] = value if value > positive else positive
        light[x] = -value if -value > negative else negative


@inlined
def _curve_across(
    padded: FloatArray, sine: np.float32, cosine: np.float32, out: FloatArray
) -> None:
    """Second differences across a line along (cosine, sine): in the direction (−sine, cosine).

    ``out`` is one pixel smaller than ``padded`` on every side.
    """
    of_down, of_across = cosine * cosine, sine * sine
    # A quarter, because a mixed difference is one over two pixels each way.
    of_mixed = np.float32(-0.5) * sine * cosine
    for y in range(out.shape[0]):
        above, here, below, row = padded[y], padded[y + 1], padded[y + 2], out[y]
        for x in range(len(row)):
            middle = 2 * here[x + 1]
            down = above[x + 1] + below[x + 1] - middle
            across = here[x] + here[x + 2] - middle
            mixed = above[x] + below[x + 2] - above[x + 2] - below[x]
            row[x] = of_down * down + of_across * across + of_mixed * mixed
