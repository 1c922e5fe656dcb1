"""Terminal output: results on stdout, messages and progress on stderr."""

import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import rich.console
import rich.markup
import rich.table

from artextract_cli.cli.progress import show_progress
from artextract_cli.cli.table_layout import fit
from artextract_cli.utils.events import LOGGER, command_line, on_progress, shell_line
from artextract_cli.utils.stdout import prints_to_stderr, results_stream

SHORT_CELL = 26  # characters; longer cells may wrap, shorter ones such as names never do
# Columns if stdout is not a terminal and COLUMNS is not set, enough for our widest tables.
PIPE_WIDTH = 160


@dataclass
class _Settings:
    as_json: bool = False
    verbosity: int = 0
    words: tuple[str, ...] = ()


_settings = _Settings()


def configure(*, as_json: bool = False, verbosity: int = 0, words: Sequence[str] = ()) -> None:
    """Display messages of the library: verbosity -1 shows only warnings, 1 every detail.

    With ``as_json``, `emit` writes results as JSON. ``words`` is the command line.
    """
    _settings.as_json = as_json
    _settings.verbosity = verbosity
    _settings.words = tuple(words)
    # Verbosity -1 picks the last entry.
    LOGGER.setLevel((logging.INFO, logging.DEBUG, logging.WARNING)[verbosity])
    LOGGER.addHandler(_messages)
    on_progress(None if verbosity < 0 else show_progress)


def mute() -> None:
    """Show no messages and progress of this process any more; another one shows the same."""
    LOGGER.removeHandler(_messages)
    on_progress(None)


@contextmanager
def only_results() -> Iterator[None]:
    """With --json, let only `emit` write to stdout."""
    with prints_to_stderr() if _settings.as_json else nullcontext():
        yield


def error(message: str) -> None:
    """Report an error in one line."""
    sys.stderr.write(f"error: {message}\n")


def suggest(*words: str | Path) -> None:
    """Name the command that usually comes next, on stderr; not with --json or --quiet.

    Parameters
    ----------
    words
        Its words after ``artextract``; they are quoted for a shell.
    """
    suggest_line(command_line(*words))


def suggest_line(line: str) -> None:
    """Name the line to be typed next, such as a command of another program; as `suggest`."""
    if not _settings.as_json and _settings.verbosity >= 0:
        sys.stderr.write(f"next: {line}\n")


def free(name: str) -> Path:
    """A path for the output of a suggested command, which does not exist yet."""
    path, number = Path(name), 2
    while path.exists():
        path, number = Path(name).with_stem(f"{Path(name).stem}-{number}"), number + 1
    return path


def suggest_without(flag: str) -> None:
    """Name the command line of this process without a flag such as --dry-run."""
    suggest(*(word for word in _settings.words if word != flag))


def suggest_instead(option: str, flag: str) -> None:
    """Name the command line of this process with ``flag`` instead of an option and its value."""
    words = list(_settings.words)
    if option in words:
        at = words.index(option)
        del words[at : at + 2]
    suggest(*(word for word in words if not word.startswith(f"{option}=")), flag)


def suggest_opening(page: Path, *otherwise: str | Path) -> None:
    """Name the command that opens a page or figure; ``otherwise`` where there is no desktop."""
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is not None:
        suggest_line(shell_line(Path(opener).name, page))
    elif otherwise:
        suggest(*otherwise)


def pair_words(results: Path) -> tuple[str | Path, ...]:
    """The words of the command that draws a scene, for a suggestion."""
    return "visualize", "pair", results, "--out", free("pair.png")


def suggest_serving(folder: Path, url: str) -> None:
    """Name the command that serves a folder on this machine, if its address is of this machine."""
    parts = urlsplit(url)
    if parts.hostname in ("localhost", "127.0.0.1") and parts.path in ("", "/"):
        port = str(parts.port or 80)
        suggest_line(shell_line("python", "-m", "http.server", port, "--directory", folder))


def interrupted(*added: str, continues: bool = False) -> None:
    """Report an interruption, and the command line that continues the work, if there is one."""
    error("interrupted")
    if continues:
        words = [*_settings.words, *(word for word in added if word not in _settings.words)]
        sys.stderr.write(f"to continue: {command_line(*words)}\n")


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
