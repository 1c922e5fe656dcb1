"""Progress on stderr: a bar on a terminal, plain lines elsewhere, with the time that is left."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import rich.console
import rich.progress

from artextract_cli.utils.events import Advance, inform

# Between progress lines without a terminal: at most 720 lines an hour in a log, and still a sign of
# life before anyone suspects a hang.
LINE_INTERVAL_S = 5
# Weight of an item relative to the next one: the last ten count about two thirds, so that a change
# of speed shows soon, and a single slow item does not.
DECAY = 0.9
# Before that, items of parallel processes that end together would count as fast.
SHORTEST_SAMPLE_S = 5


@dataclass
class _Running:
    """The progress currently displayed, which may be nested."""

    depth: int = 0
    bar: rich.progress.Progress | None = None


_running = _Running()


@contextmanager
def show_progress(label: str, total: int | None) -> Iterator[Advance]:
    """Show progress on stderr: a bar on a terminal, plain lines elsewhere.

    Without ``total`` it only counts. Nested progress is a second bar below the first, or lines only
    if it takes long. Threads other than the main one show nothing.
    """
    # Rich shows one live display at a time, and threads would interleave their lines.
    if threading.current_thread() is not threading.main_thread():
        yield lambda note="": None
        return
    _running.depth += 1
    try:
        if sys.stderr.isatty():
            yield from _bar(label, total)
        else:
            yield _Lines(label, total, is_inner=_running.depth > 1)
    finally:
        _running.depth -= 1


def _bar(label: str, total: int | None) -> Iterator[Advance]:
    if (bar := _running.bar) is not None:
        task = bar.add_task(label, total=total, note="", left="")
        try:
            yield _Bar(bar, task, total)
        finally:
            bar.remove_task(task)
        return
    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TextColumn("{task.fields[left]}"),
        rich.progress.TextColumn("{task.fields[note]}"),
    )
    console = rich.console.Console(stderr=True)
    # Transient: the bars disappear, so that the terminal keeps only results and messages.
    with rich.progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total, note="", left="")
        _running.bar = bar
        try:
            yield _Bar(bar, task, total)
        finally:
            _running.bar = None


class TimeLeft:
    """Estimates the remaining time from the items done so far, recent ones above all.

    The first item is left out: during it, models are loaded and loops compiled.
    """

    def __init__(self, total: int | None, now: float) -> None:
        self.total, self.done = total, 0
        self.first = self.last = now
        self.seconds = self.weight = 0.0

    def count(self, now: float) -> None:
        """Count one more item as done."""
        if self.done:
            self.seconds = DECAY * self.seconds + now - self.last
            self.weight = DECAY * self.weight + 1
        else:
            self.first = now
        self.done, self.last = self.done + 1, now

    @property
    def words(self) -> str:
        """The estimate in words; empty if there is none yet, or nothing is left."""
        is_short = self.last - self.first < SHORTEST_SAMPLE_S
        if self.total is None or is_short or self.done >= self.total:
            return ""
        left = self.seconds / self.weight * (self.total - self.done)
        return f"about {duration(left)} left"


class _Bar:
    """Advances a bar on a terminal."""

    def __init__(
        self, bar: rich.progress.Progress, task: rich.progress.TaskID, total: int | None
    ) -> None:
        self.bar, self.task = bar, task
        self.left = TimeLeft(total, time.monotonic())

    def __call__(self, note: str = "", /) -> None:
        self.left.count(time.monotonic())
        self.bar.update(self.task, advance=1, note=note, left=self.left.words)


class _Lines:
    """Progress without a terminal: one line per interval at most, and the last outer one."""

    def __init__(self, label: str, total: int | None, *, is_inner: bool = False) -> None:
        self.label, self.total, self.is_inner = label, total, is_inner
        self.reported_at = time.monotonic()
        self.left = TimeLeft(total, self.reported_at)

    def __call__(self, note: str = "", /) -> None:
        now = time.monotonic()
        self.left.count(now)
        is_last = self.left.done == self.total and not self.is_inner
        if is_last or now - self.reported_at > LINE_INTERVAL_S:
            self.reported_at = now
            of = "" if self.total is None else f"/{self.total}"
            line = f"{self.label}: {self.left.done}{of} {note}".rstrip()
            inform("; ".join(part for part in (line, self.left.words) if part))


def duration(seconds: float) -> str:
    """A duration rounded for reading: 40 s, 3 min, 2 h 5 min."""
    # Up to 90 of a unit: "1 min" would hide up to half of what it stands for.
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
