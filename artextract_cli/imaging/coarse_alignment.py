"""Where a band may lie whose size, turn and place tell nothing about its photograph.

What is compared are the directions of outlines, as complex numbers of twice the angle: a line that
is dark on light in one picture and light on dark in the other has the same direction, and lines
that cross by chance cancel out.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from artextract_cli._typing import FloatArray

Field = NDArray[np.complex64]
"""Directions (H, W) of outlines, 0 where there are none or the picture does not reach."""

Pose = tuple[float, float]
"""Pixels of the band for one of the photograph, and degrees."""

Seen = Callable[[float, float, tuple[int, int]], tuple[FloatArray, NDArray[np.bool_]]]
"""``seen(scale, degrees, window)`` is the band on a window (H, W) of the photograph's pixels, the
middles of both on each other, and where it reaches."""

SMALLEST_OVERLAP = 0.12
"""Share of the photograph that a band must show; from less, chance agrees as well."""

SMALLEST_VIEW, LARGEST_VIEW = 0.45, 2.2
"""How much larger the photograph, or a pixel of it, may be than a band shows it to be."""

SCALE_STEP, TURN_STEP = 0.05, 3.0
"""In log scale and degrees: half a step is a pixel at the border of 64 px about the middle."""

LARGEST_TURN = 12.0
"""In degrees, to either side."""

QUARTER_VIEW, LARGEST_QUARTER_TURN = 1.25, 6.0
"""As above for bands turned by quarters, which are scans that were laid down otherwise."""

N_BEST = 6
"""Candidates that are worth refining."""

_SIGMA, _CONTRAST_SIDE = 1.0, 13
_ALIKE_SCALE, _ALIKE_TURN, _ALIKE_SHIFT = 0.11, 6.5, 0.08


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A similarity about the middles of photograph and band, and how well it explains them."""

    scale: float
    """Pixels of the band for one of the photograph."""

    degrees: float
    right: float
    down: float
    """From where the middles lie on each other, in px of the shrunk photograph."""

    score: float


@dataclass(frozen=True, kw_only=True)
class _Reference:
    """What all candidates are compared with, in a window (H, W) of twice the photograph's sides."""

    spectrum: NDArray[Any]
    """Of the directions."""

    strength: NDArray[Any]
    """Of their squares."""

    reach: NDArray[Any]
    """Of where the photograph is."""

    size: tuple[int, int]
    """Of the photograph."""


def directions(picture: FloatArray) -> Field:
    """Draw the directions of the outlines of ``picture`` (H, W), at equal local contrast."""
    smooth = ndimage.gaussian_filter(np.sqrt(np.maximum(picture, 0)), _SIGMA, mode="nearest")
    down, right = np.gradient(smooth)
    squared = down**2 + right**2
    # A box, for it is taken hundreds of times.
    contrast = np.sqrt(np.maximum(ndimage.uniform_filter(squared, _CONTRAST_SIDE), 0))
    even = contrast + 0.1 * contrast.mean() + np.finfo(np.float32).tiny
    weight = even * (np.sqrt(squared) + 1e-3 * even)
    doubled = np.empty(picture.shape, np.complex64)
    doubled.real, doubled.imag = (right**2 - down**2) / weight, 2 * right * down / weight
    return doubled


def agreement(ours: Field, theirs: Field) -> float:
    """How far directions (H, W) agree where both are known: 1 where equal, 0 by chance."""
    both = (ours != 0) & (theirs != 0)
    ours, theirs = ours[both], theirs[both]
    norm = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return float(np.vdot(ours, theirs).real) / norm if norm else 0.0


def search(photograph: FloatArray, seen: Seen, poses: Iterable[Pose]) -> list[Candidate]:
    """Find the likeliest similarities between a small photograph (H, W) and a band, best first."""
    reference = _reference(photograph)
    found = []
    for scale, degrees in poses:
        picture, known = seen(scale, degrees, _window(reference.size))
        candidate = _placed(reference, picture, known, scale, degrees)
        if candidate is not None:
            found.append(candidate)
    return list(_distinct(found, max(reference.size)))[:N_BEST]


def poses_about(*likely: float) -> list[Pose]:
    """All scales that the ``likely`` ones leave open, at every turn."""
    low, high = math.log(min(likely) * SMALLEST_VIEW), math.log(max(likely) * LARGEST_VIEW)
    return _poses(low, high, LARGEST_TURN)


def poses_turned(same: float) -> list[Pose]:
    """Quarter turns of a band that shows about the ``same`` as its photograph."""
    spread = math.log(QUARTER_VIEW)
    few = _poses(math.log(same) - spread, math.log(same) + spread, LARGEST_QUARTER_TURN)
    return [(scale, quarter + turn) for quarter in (90.0, 180.0, 270.0) for scale, turn in few]


def _poses(low: float, high: float, turn: float) -> list[Pose]:
    """Steps between two scales, by their logarithms, and of turns to either side."""
    scales = np.exp(np.linspace(low, high, 1 + math.ceil((high - low) / SCALE_STEP)))
    turns = np.linspace(-turn, turn, 1 + round(2 * turn / TURN_STEP))
    return list(product(scales.tolist(), turns.tolist()))


def poses_near(one: Candidate) -> list[Pose]:
    """What lies between the steps next to a candidate."""
    parts = np.linspace(-0.5, 0.5, 5)
    scales = one.scale * np.exp(SCALE_STEP * parts)
    return list(product(scales.tolist(), (one.degrees + TURN_STEP * parts).tolist()))


def _window(size: tuple[int, int]) -> tuple[int, int]:
    return 2 * size[0], 2 * size[1]


def _reference(photograph: FloatArray) -> _Reference:
    height, width = photograph.shape
    window = _window((height, width))
    place = np.s_[height // 2 : height // 2 + height, width // 2 : width // 2 + width]
    field, reach = np.zeros(window, np.complex64), np.zeros(window, np.float32)
    field[place], reach[place] = directions(photograph), 1
    return _Reference(
        spectrum=fft.fft2(field).conj(),
        strength=fft.rfft2(abs(field) ** 2).conj(),
        reach=fft.rfft2(reach).conj(),
        size=(height, width),
    )


def _placed(
    reference: _Reference,
    picture: FloatArray,
    known: NDArray[np.bool_],
    scale: float,
    degrees: float,
) -> Candidate | None:
    """The shift at which a band, seen at one scale and turn, agrees best with its photograph."""
    window = picture.shape
    field = directions(picture) * known
    reached = fft.rfft2(known.astype(np.float32))
    together = fft.ifft2(reference.spectrum * fft.fft2(field)).real
    ours = fft.irfft2(reference.strength * reached, window)
    theirs = fft.irfft2(reference.reach * fft.rfft2(abs(field) ** 2), window)
    shared = fft.irfft2(reference.reach * reached, window) / math.prod(reference.size)
    possible = (shared > SMALLEST_OVERLAP) & (ours > 0) & (theirs > 0)
    if not possible.any():
        return None
    norm = np.sqrt(np.maximum(ours * theirs, np.finfo(np.float32).tiny))
    # By the root of what is shared, as chance grows fainter: little that agrees proves little.
    score = np.where(possible, together / norm * np.sqrt(np.maximum(shared, 0)), -1)
    row, column = np.unravel_index(int(score.argmax()), window)
    down, right = (
        (int(p) + n // 2) % n - n // 2 for p, n in zip((row, column), window, strict=True)
    )
    return Candidate(
        scale=scale, degrees=degrees, right=right, down=down, score=float(score[row, column])
    )


def _distinct(found: list[Candidate], side: int) -> Iterator[Candidate]:
    """The best of each group that differs by a step or two, best first."""
    kept: list[Candidate] = []
    for one in sorted(found, key=lambda candidate: -candidate.score):
        if not any(_alike(one, other, side) for other in kept):
            kept.append(one)
            yield one


def _alike(one: Candidate, other: Candidate, side: int) -> bool:
    turn = (one.degrees - other.degrees + 180) % 360 - 180
    return (
        abs(math.log(one.scale / other.scale)) < _ALIKE_SCALE
        and abs(turn) < _ALIKE_TURN
        and math.hypot(one.right - other.right, one.down - other.down) < _ALIKE_SHIFT * side
    )
