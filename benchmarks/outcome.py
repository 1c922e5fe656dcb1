"""The outcome of a benchmark: times, the ratios that matter, and single figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interleaved import Timed


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Speed-up of ours over another side, or another number that has a target.

    ``low`` and ``high`` are the smallest and the largest value within one turn.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    what: str = ""
    skipped: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All results of one benchmark."""

    what: str
    settings: Mapping[str, Any]
    timed: Mapping[str, Timed] = field(default_factory=dict)
    ratios: Mapping[str, Ratio] = field(default_factory=dict)
    figures: Mapping[str, float | None] = field(default_factory=dict)


def ratio_of(timed: Timed, slower: str, faster: str) -> Ratio:
    """The ratio of two sides, or the reason why it was skipped."""
    missing = [side for side in (slower, faster) if side in timed.skipped]
    if missing:
        reason = f"{missing[0]}: {timed.skipped[missing[0]]}"
        return Ratio(value=None, what=f"{slower} / {faster}", skipped=reason)
    low, high = timed.spread(slower, faster) or (None, None)
    slow, fast = (timed.milliseconds(side) or 0.0 for side in (slower, faster))
    what = f"{slower} {slow:.4g} ms / {faster} {fast:.4g} ms"
    return Ratio(value=timed.ratio(slower, faster), low=low, high=high, what=what)
