"""Dead lines of a sensor: rows or columns of a band that differ from both of their neighbours."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray

MIN_SHARE = 0.9
"""Smallest share of a line that deviates in one direction, as 2 × share − 1: 0.95 of its pixels."""

MIN_DEVIATION = 0.015
"""Smallest deviation in square roots of tones: the lines of cameras differ by up to 0.008."""

MIN_RATIO = 3.0
"""Smallest deviation relative to the changes beside the line and to that of the photograph: edges
and painted lines have soft sides, and are in the photograph too."""

MIN_TIMES_USUAL = 6.0
"""Smallest deviation relative to that of most lines of the image."""

MAX_WIDTH = 2
"""Largest number of adjacent lines; registration spreads one line over two."""

N_ALONG = 1024
"""Number of pixels along a line that are examined."""

MIN_PAINTED = 0.5
"""Smallest share of a line within the object mask."""

SHOWN = 5
"""Number of lines that are listed."""

_BESIDE = 2
"""Lines on each side that are compared with one another."""

_TINY = 1e-5


@dataclass(frozen=True)
class _Profiles:
    """Means along the lines, for each possible place of a dead line."""

    deviation: FloatArray
    """From the mean of both neighbours."""

    consistency: FloatArray
    """Mean sign of the deviation, without its own sign."""

    change: FloatArray
    """Largest difference between lines beside it."""

    def usual(self) -> float:
        return max(float(np.median(abs(self.deviation))), _TINY)


def dead_line_problems(
    path: Path, band: FloatArray, photograph: FloatArray, mask: BoolArray | None
) -> Iterator[str]:
    """Sentences about dead rows and columns of a band (H, W), compared with the photograph."""
    for what, transposed in (("row", False), ("column", True)):
        if transposed:
            band, photograph, mask = band.T, photograph.T, None if mask is None else mask.T
        lines = dead_lines(band, photograph, mask)
        if len(lines):
            listed = ", ".join(map(str, lines[:SHOWN])) + (", ..." if len(lines) > SHOWN else "")
            several = len(lines) > 1
            yield (
                f"{path} has {f'{len(lines)} dead {what}s' if several else f'a dead {what}'} "
                f"({listed}): {'they differ' if several else 'it differs'} from the {what}s on "
                "both sides over the whole length, unlike in the photograph, and would be scored "
                "as a hidden line; export the band with its dead pixels interpolated, or exclude "
                f"{'them' if several else 'it'} with the object mask"
            )


def dead_lines(
    band: FloatArray, photograph: FloatArray, mask: BoolArray | None = None
) -> NDArray[np.intp]:
    """Find dead rows of a band (H, W)."""
    step = max(1, band.shape[1] // N_ALONG)
    tones, reference = (np.sqrt(np.maximum(i[:, ::step], 0)) for i in (band, photograph))
    painted = np.ones(tones.shape, np.bool_) if mask is None else mask[:, ::step]
    found: set[int] = set()
    for width in range(1, MAX_WIDTH + 1):
        if len(tones) > width + 2 * _BESIDE:
            starts = _dead(tones, reference, painted, width) + _BESIDE
            runs = [range(start, start + width) for start in map(int, starts)]
            # Beside a single dead line, a pair with it deviates too.
            found.update(line for run in runs if found.isdisjoint(run) for line in run)
    return np.array(sorted(found), np.intp)


def _dead(
    tones: FloatArray, reference: FloatArray, painted: BoolArray, width: int
) -> NDArray[np.intp]:
    """First lines, counted from the first possible one, of dead lines of that width."""
    weights = _weights(painted, width)
    of_band, of_photograph = (_profiles(i, weights, width) for i in (tones, reference))
    deviation = abs(of_band.deviation)
    return np.flatnonzero(
        (of_band.consistency > MIN_SHARE)
        & (deviation > MIN_RATIO * np.maximum(of_band.change, abs(of_photograph.deviation)))
        & (deviation > max(MIN_DEVIATION, MIN_TIMES_USUAL * of_band.usual()))
    )


def _weights(painted: BoolArray, width: int) -> FloatArray:
    """Weights (n, W) along each line, of the sum 1; 0 where little is painted."""
    n = len(painted) - width - 2 * _BESIDE + 1
    inside = np.logical_and.reduce([painted[i : i + n] for i in range(width + 2 * _BESIDE)])
    counts = inside.sum(axis=1, keepdims=True)
    enough = counts >= MIN_PAINTED * painted.shape[1]
    return np.asarray(inside * enough / np.maximum(counts, 1), np.float32)


def _profiles(tones: FloatArray, weights: FloatArray, width: int) -> _Profiles:
    n = len(weights)
    lines = [tones[i : i + n] for i in range(width + 2 * _BESIDE)]
    far_before, before = lines[:_BESIDE]
    after, far_after = lines[-_BESIDE:]
    inner = np.mean(lines[_BESIDE:-_BESIDE], axis=0, dtype=np.float32)
    deviation = np.asarray(inner - (before + after) / 2, np.float32)
    changes = (before - far_before, after - before, far_after - after)

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray((values * weights).sum(axis=1), np.float32)

    return _Profiles(
        deviation=mean(deviation),
        consistency=abs(mean(np.sign(deviation))),
        change=np.maximum.reduce([abs(mean(change)) for change in changes]),
    )
