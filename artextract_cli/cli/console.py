"""Terminal output: results on stdout, messages and progress on stderr."""

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import rich.console
import rich.markup
import rich.progress
import rich.table

from artextract_cli.cli.table_layout import fit
from artextract_cli.utils.events import LOGGER, Advance, inform, on_progress
from artextract_cli.utils.stdout import prints_to_stderr, results_stream

SHORT_CELL = 26  # characters; longer cells may wrap, shorter ones such as names never do
# Columns if stdout is not a terminal and COLUMNS is not set, enough for our widest tables.
PIPE_WIDTH = 160
# Between progress lines without a terminal: at most 720 lines an hour in a log, and still a sign of
# life before anyone suspects a hang.
LINE_INTERVAL_S = 5


@dataclass
class _Settings:
    as_json: bool = False
    verbosity: int = 0


@dataclass
class _Running:
    """The progress currently displayed, which may be nested."""

    depth: int = 0
    bar: rich.progress.Progress | None = None


_settings = _Settings()
_running = _Running()


def configure(*, as_json: bool = False, verbosity: int = 0) -> None:
    """Display messages of the library: verbosity -1 shows only warnings, 1 every detail.

    With ``as_json``, `emit` writes results as JSON.
    """
    _settings.as_json = as_json
    _settings.verbosity = verbosity
    # Verbosity -1 picks the last entry.
    LOGGER.setLevel((logging.INFO, logging.DEBUG, logging.WARNING)[verbosity])
    LOGGER.addHandler(_messages)
    on_progress(show_progress)


@contextmanager
def only_results() -> Iterator[None]:
    """With --json, let only `emit` write to stdout."""
    with prints_to_stderr() if _settings.as_json else nullcontext():
        yield


def error(message: str) -> None:
    """Report an error in one line."""
    sys.stderr.write(f"error: {message}\n")


class _Messages(logging.Handler):
    """Writes messages of the library to stderr, one line each."""

    def emit(self, record: logging.LogRecord) -> None:
        prefix = "warning: " if record.levelno >= logging.WARNING else ""
        sys.stderr.write(f"{prefix}{record.getMessage()}\n")


_messages = _Messages()


def emit(data: Any, text: "str | rich.table.Table | Sequence[str | rich.table.Table]") -> None:
    """Write a result to stdout, as JSON or as text.

    Parameters
    ----------
    data
        The result, or a function that returns it; written as JSON with ``--json``.
    text
        Lines and tables, written otherwise.
    """
    stdout = results_stream()
    if _settings.as_json:
        value = data() if callable(data) else data
        # NaN is not JSON (RFC 8259): it would be a mistake of ours, which shows here and not in the
        # reader.
        stdout.write(json.dumps(value, indent=2, default=str, allow_nan=False) + "\n")
        return
    has_width = stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    width = None if has_width else PIPE_WIDTH
    # Without highlighting, which would colour numbers inside names.
    console = rich.console.Console(file=stdout, highlight=False, width=width)
    parts = [text] if isinstance(text, str | rich.table.Table) else text
    for part in parts:
        if isinstance(part, str):
            # A path may contain square brackets, which Rich would take for markup, and must not be
            # broken.
            console.print(part, markup=False, soft_wrap=True)
        else:
            for fitted in fit(part, console):
                console.print(fitted)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> rich.table.Table:
    """Create a table: numbers right-aligned, floats with three decimals, names not wrapped.

    Parameters
    ----------
    title
        Title.
    columns
        Column headers.
    rows
        Values of each row, in the order of the columns; None is shown as a dash.

    Returns
    -------
    rich.table.Table
        For `emit`.
    """
    result = rich.table.Table(title=rich.markup.escape(title), title_justify="left")
    for index, column in enumerate(columns):
        values = [row[index] for row in rows]
        is_numeric = all(isinstance(value, int | float | None) for value in values)
        is_short = max((len(_cell(value)) for value in values), default=0) <= SHORT_CELL
        header = rich.markup.escape(column)
        result.add_column(header, justify="right" if is_numeric else "left", no_wrap=is_short)
    for row in rows:
        result.add_row(*(rich.markup.escape(_cell(value)) for value in row))
    return result


def mapping_table(title: str, values: Mapping[str, Any]) -> rich.table.Table:
    """Create a table of names and values, without a header.

    Parameters
    ----------
    title
        Title.
    values
        Values by name.

    Returns
    -------
    rich.table.Table
        For `emit`.
    """
    result = table(title, ("", ""), [(key, _cell(value)) for key, value in values.items()])
    result.show_header = False
    return result


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


@contextmanager
def show_progress(label: str, total: int | None) -> Iterator[Advance]:
    """Show progress on stderr: a bar on a terminal, plain lines elsewhere, nothing if quiet.

    Without ``total`` it only counts. Nested progress is a second bar below the first, or lines only
    if it takes long. Threads other than the main one show nothing.
    """
    # Rich shows one live display at a time, and threads would interleave their lines.
    if _settings.verbosity < 0 or threading.current_thread() is not threading.main_thread():
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
        task = bar.add_task(label, total=total, note="")
        try:
            yield lambda note="": bar.update(task, advance=1, note=note)
        finally:
            bar.remove_task(task)
        return
    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TimeRemainingColumn(),
        rich.progress.TextColumn("{task.fields[note]}"),
    )
    console = rich.console.Console(stderr=True)
    # Transient: the bars disappear, so that the terminal keeps only results and messages.
    with rich.progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total, note="")
        _running.bar = bar
        try:
            yield lambda note="": bar.update(task, advance=1, note=note)
        finally:
            _running.bar = None


class _Lines:
    """Progress without a terminal: one line per interval at most, and the last outer one."""

    def __init__(self, label: str, total: int | None, *, is_inner: bool = False) -> None:
        self.label, self.total, self.done, self.is_inner = label, total, 0, is_inner
        self.began_at = self.reported_at = time.monotonic()

    def __call__(self, note: str = "", /) -> None:
        self.done += 1
        now = time.monotonic()
        is_last = self.done == self.total and not self.is_inner
        if is_last or now - self.reported_at > LINE_INTERVAL_S:
            self.reported_at = now
            of = "" if self.total is None else f"/{self.total}"
            line = f"{self.label}: {self.done}{of} {note}".rstrip()
            inform(line + self._time_left(now - self.began_at))

    def _time_left(self, seconds: float) -> str:
        """Estimated remaining time at the average speed so far."""
        if self.total is None or self.done >= self.total:
            return ""
        return f"; about {duration(seconds / self.done * (self.total - self.done))} left"


def duration(seconds: float) -> str:
    """A duration rounded for reading: 40 s, 3 min, 2 h 5 min."""
    # Up to 90 of a unit: "1 min" would hide up to half of what it stands for.
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
