"""Alternative implementations ("sides") of one task, timed in turns.

The sides alternate (A B A B ...), so that a temporary slowdown of the machine affects all of them.
A turn is one call. Work of a single thread is measured by processor time, which depends less on
other programs than wall-clock time; work of several processes is measured by wall-clock time. Both
are recorded.

Sides run in this process, or each in a process of its own (`Apart`) if they need different states
of the memory allocator; only one of them runs at a time in either case.
"""

import gc
import importlib
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from typing import Any, Literal

Clock = Literal["processor", "wall"]
LEAST_TURNS = 5
# Fast sides take more turns than requested: until this time has passed, but at most MOST_TURNS.
LEAST_SECONDS = 4.0
MOST_TURNS = 50


@dataclass(frozen=True)
class Skipped:
    """A side that cannot be measured here, and why."""

    reason: str


class Apart:
    """A side in a process of its own, where ``make``, a function of a module, prepares it."""

    def __init__(self, make: Callable[[], "Side"]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, served = context.Pipe()
        self.process = context.Process(target=_serve, args=(served, make), daemon=True)
        self.process.start()
        served.close()
        self.skipped: Skipped | None = self.pipe.recv()

    def timed(self) -> "dict[Clock, float]":
        """Milliseconds of one call in that process."""
        self.pipe.send(True)
        elapsed: dict[Clock, float] = self.pipe.recv()
        return elapsed

    def close(self) -> None:
        """End the process."""
        self.pipe.close()
        self.process.join()


Side = Callable[[], object] | Skipped | Apart


@dataclass(frozen=True, kw_only=True)
class Timed:
    """Milliseconds of every turn of every side, by both clocks, and the skipped sides."""

    clock: Clock
    samples: Mapping[str, Mapping[Clock, list[float]]]
    skipped: Mapping[str, str]

    def milliseconds(self, side: str) -> float | None:
        """The median of a side, None if it was skipped."""
        return median(self._of(side)) if side in self.samples else None

    def ratio(self, slower: str, faster: str) -> float | None:
        """Time of ``slower`` divided by that of ``faster``; None if one was skipped."""
        if slower not in self.samples or faster not in self.samples:
            return None
        return median(self._of(slower)) / median(self._of(faster))

    def spread(self, slower: str, faster: str) -> tuple[float, float] | None:
        """Smallest and largest ratio within one turn."""
        if slower not in self.samples or faster not in self.samples:
            return None
        both = zip(self._of(slower), self._of(faster), strict=True)
        ratios = [slow / fast for slow, fast in both]
        return min(ratios), max(ratios)

    def summary(self) -> dict[str, Any]:
        """Medians and all samples, as plain data."""
        sides = {
            side: {
                "median_ms": round(median(self._of(side)), 4),
                "turns": len(self._of(side)),
                **{f"{clock}_ms": [round(ms, 4) for ms in by[clock]] for clock in by},
            }
            for side, by in self.samples.items()
        }
        return {"clock": self.clock, "sides": sides, "skipped": dict(self.skipped)}

    def _of(self, side: str) -> list[float]:
        return self.samples[side][self.clock]


def interleaved(
    sides: Mapping[str, Side],
    *,
    turns: int = LEAST_TURNS,
    clock: Clock = "processor",
    least_seconds: float = LEAST_SECONDS,
) -> Timed:
    """Call every side once to warm up, then all in turns, at least ``turns`` times."""
    run = {name: _timer(side) for name, side in sides.items() if not isinstance(side, Skipped)}
    samples: dict[str, dict[Clock, list[float]]] = {
        name: {"processor": [], "wall": []} for name in run
    }
    for call in run.values():
        call()
    started = time.perf_counter()
    for turn in range(max(turns, MOST_TURNS)):
        if turn >= turns and time.perf_counter() - started > least_seconds:
            break
        for name, call in run.items():
            for which, ms in call().items():
                samples[name][which].append(ms)
    skipped = {name: side.reason for name, side in sides.items() if isinstance(side, Skipped)}
    return Timed(clock=clock, samples=samples, skipped=skipped)


@contextmanager
def all_apart(make: Mapping[str, Callable[[], Side]]) -> Iterator[dict[str, Side]]:
    """Run sides in processes of their own, which end with the context."""
    started = {name: Apart(prepare) for name, prepare in make.items()}
    try:
        yield {name: side.skipped or side for name, side in started.items()}
    finally:
        for side in started.values():
            side.close()


def _serve(pipe: Connection, make: Callable[[], Side]) -> None:
    """Prepare a side, and time one call on every request until the pipe is closed."""
    side = make()
    if isinstance(side, Skipped):
        pipe.send(side)
        return
    pipe.send(None)
    timer = _timer(side)
    while True:
        try:
            pipe.recv()
        except EOFError:
            return
        pipe.send(timer())


def _timer(side: Callable[[], object] | Apart) -> "Callable[[], dict[Clock, float]]":
    return side.timed if isinstance(side, Apart) else lambda: timed(side)


def timed(call: Callable[[], object]) -> dict[Clock, float]:
    """Milliseconds of one call by both clocks; its result is freed outside the measurement."""
    gc.collect()
    wall, processor = time.perf_counter(), time.process_time()
    result = call()
    elapsed: dict[Clock, float] = {
        "processor": 1e3 * (time.process_time() - processor),
        "wall": 1e3 * (time.perf_counter() - wall),
    }
    del result
    return elapsed


def with_peer(module: str, make: Callable[[], Callable[[], object]]) -> Side:
    """The side that ``make`` prepares; skipped, with the reason, if ``module`` is not available."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        return Skipped(f"{module} cannot be imported ({error})")
    return make()
