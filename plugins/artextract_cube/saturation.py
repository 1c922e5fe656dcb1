"""Finding the count at which the camera of a cube of raw counts saturates."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import warn
from artextract_cube.averaging import row_blocks
from artextract_cube.checks import check_scale
from artextract_cube.cube_data import Cube

MAX_SATURATED_SHARE = 0.001
"""Largest share of saturated counts in a cube before a warning (fraction)."""

MIN_BITS = 8
"""Fewest bits of a camera; smaller maxima of the form 2^n − 1 are taken for chance."""


@dataclass(frozen=True, kw_only=True)
class _Use:
    """How a cube uses the range of its camera."""

    cube: Cube
    largest: float
    at_largest: float
    """Share of counts equal to the largest."""

    full: float
    """Share of counts at full scale or above."""


def saturation(cube: Cube, white: Cube) -> float:
    """The count from which a pixel is saturated; infinity if it cannot be determined.

    A given scale has priority; otherwise it is the largest count of cube and white frame, if that
    is the maximum of some number of bits, such as 4095.

    Raises
    ------
    InputError
        If the given scale is far above all counts.
    """
    uses = [_use(each, cube.full_scale) for each in (white, cube)]
    largest = max(use.largest for use in uses)
    # The other cube does not reach the largest count of both: nothing of it is saturated.
    at_largest = [use.at_largest if use.largest == largest else 0.0 for use in uses]
    fills = largest == cube.full_scale or _fills_bits(largest)
    if cube.scale_is_given:
        check_scale(cube, largest)
        if fills and largest < cube.full_scale:
            given = f"the largest of all, but {cube.full_scale:g} is given, so they are not masked"
            _warn_of(uses, at_largest, largest, given)
        at_full = [use.full for use in uses]
        _warn_of(uses, at_full, cube.full_scale, "the given full scale, and are masked")
        return cube.full_scale
    if fills:
        _warn_of(
            uses, at_largest, largest, "assumed to be the full scale of the camera, and are masked"
        )
        return largest
    warn(
        f"the count at which the camera of {cube.path} saturates is unknown, and the largest count "
        f"of cube and white frame, {largest:g}, does not reveal it: no pixel is masked as "
        "saturated; give that count, -o scale=NUMBER, such as 4095 for 12 bits"
    )
    return math.inf


def _warn_of(uses: Sequence[_Use], shares: Sequence[float], count: float, what: str) -> None:
    for use, share in zip(uses, shares, strict=True):
        if share > MAX_SATURATED_SHARE:
            warn(
                f"{use.cube.path} is saturated: {share:.1%} of its counts are {count:g} or more, "
                f"{what}; use a shorter exposure, or give the count at which the camera saturates, "
                "-o scale=NUMBER"
            )


def _fills_bits(count: float) -> bool:
    """Whether ``count`` is 2^n − 1."""
    return count >= 2**MIN_BITS - 1 and math.log2(count + 1).is_integer()


def _use(cube: Cube, full_scale: float) -> _Use:
    """Scan all counts once in chunks: a cube may be larger than memory."""
    largest, n_largest, n_full, n_counts = 0.0, 0, 0, 0
    for block in _counts(cube):
        # `fmax` ignores NaN, of which a cube of floats may contain some.
        highest = float(np.fmax.reduce(block, axis=None, initial=0))
        if highest > largest:
            largest, n_largest = highest, 0
        n_largest += int(np.count_nonzero(block >= largest))
        n_full += int(np.count_nonzero(block >= full_scale))
        n_counts += block.size
    n = max(n_counts, 1)
    return _Use(cube=cube, largest=largest, at_largest=n_largest / n, full=n_full / n)


def _counts(cube: Cube) -> Iterator[NDArray[Any]]:
    """Yield the measured counts of the good bands in row chunks."""
    for rows in row_blocks(cube.values.shape):
        block = cube.values[:, rows]
        block = block if cube.good is None else block[cube.good]
        yield block if cube.missing is None else block[block != cube.missing]
