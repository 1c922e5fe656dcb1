"""At which count the camera of a cube of raw counts is saturated."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, warn
from artextract_cube.averaging import Cube, row_blocks

SATURATED_SHARE = 0.001
"""Of the counts of a cube, above which saturation is warned of."""

LEAST_USE = 0.01
"""Of full scale: where no count reaches it, what is given cannot be the full scale."""

FEWEST_BITS = 8


def saturation(cube: Cube, white: Cube) -> float:
    """The count from which on a pixel is saturated; infinity where that cannot be known.

    What is given counts, else the largest count of both if it is the largest that some number of
    bits holds, such as 4095.

    Raises
    ------
    InputError
        If what is given is far above all counts.
    """
    largest = max(_largest(cube), _largest(white))
    fills = largest == cube.full_scale or _fills_bits(largest)
    if cube.tells_scale:
        _check_use(cube, largest)
        if fills and largest < cube.full_scale:
            given = f"the largest of all, but {cube.full_scale:g} is given, and they are not masked"
            _warn_of(cube, white, largest, given)
        _warn_of(cube, white, cube.full_scale, "the full scale given, and masked")
        return cube.full_scale
    if fills:
        _warn_of(cube, white, largest, "taken for the full scale of the camera, and masked")
        return largest
    warn(
        f"nothing says at which count the camera of {cube.path} is saturated, and the largest of "
        f"it and its white, {largest:g}, does not tell: no pixel is masked as saturated; give that "
        "count, -o scale=NUMBER, such as 4095 for 12 bits"
    )
    return math.inf


def _check_use(cube: Cube, largest: float) -> None:
    if largest < LEAST_USE * cube.full_scale:
        msg = (
            f"{cube.full_scale:g} cannot be the count at which the camera of {cube.path} is "
            f"saturated: the largest of it and its white is {largest:g}; give another, "
            "-o scale=NUMBER"
        )
        raise InputError(msg)


def _warn_of(cube: Cube, white: Cube, count: float, what: str) -> None:
    for each in (white, cube):
        share = _share_from(each, count)
        if share > SATURATED_SHARE:
            warn(
                f"{each.path} is saturated: {share:.1%} of its counts are {count:g} or more, "
                f"{what}; expose it shorter, or give the count at which the camera is saturated, "
                "-o scale=NUMBER"
            )


def _fills_bits(count: float) -> bool:
    """Whether ``count`` is 2^n − 1."""
    return count >= 2**FEWEST_BITS - 1 and math.log2(count + 1).is_integer()


def _largest(cube: Cube) -> float:
    return max(float(np.fmax.reduce(block, axis=None, initial=0)) for block in _counts(cube))


def _share_from(cube: Cube, count: float) -> float:
    """The share of all counts that are ``count`` or more."""
    n_found = n_counts = 0
    for block in _counts(cube):
        n_found += int(np.count_nonzero(block >= count))
        n_counts += block.size
    return n_found / max(n_counts, 1)


def _counts(cube: Cube) -> Iterator[NDArray[Any]]:
    """The counts of the good bands that were measured, some rows at a time."""
    for rows in row_blocks(cube.values.shape):
        block = cube.values[:, rows]
        block = block if cube.good is None else block[cube.good]
        yield block if cube.missing is None else block[block != cube.missing]
