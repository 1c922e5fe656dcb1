"""The outcome of a benchmark: times, the ratios that matter, and single figures."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
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
class Check:
    """How far a result is from the right one, and how far it may be."""

    difference: float
    at_most: float

    @property
    def passed(self) -> bool:
        """Whether the result is right; NaN is not."""
        return self.difference <= self.at_most


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All results of one benchmark."""

    what: str
    settings: Mapping[str, Any]
    timed: Mapping[str, Timed] = field(default_factory=dict)
    ratios: Mapping[str, Ratio] = field(default_factory=dict)
    figures: Mapping[str, float | None] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """All of it, as plain data."""
        return {
            "what": self.what.strip(),
            "settings": self.settings,
            "ratios": {key: asdict(ratio) for key, ratio in self.ratios.items()},
            "figures": self.figures,
            "timed": {key: timed.summary() for key, timed in self.timed.items()},
            **(
                {"checks": {key: _checked(check) for key, check in self.checks.items()}}
                if self.checks
                else {}
            ),
        }


def _checked(check: Check) -> dict[str, Any]:
    return asdict(check) | {"passed": check.passed}


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
