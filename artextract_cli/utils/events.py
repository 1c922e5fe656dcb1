"""Messages, warnings and progress of the library, for its user to display.

Messages go to the logger ``artextract``: warnings as WARNING, progress messages as INFO, details as
DEBUG. Progress goes to the renderer set by `on_progress`. Nothing is printed from here: users of
the Python library receive messages by `logging`, and the command line shows them on stderr.
"""

import logging
import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

LOGGER = logging.getLogger("artextract")
# Without any handler, logging would write warnings to stderr even if nobody asked for them.
LOGGER.addHandler(logging.NullHandler())


class Advance(Protocol):
    """Counts one more item as done, with an optional note."""

    def __call__(self, note: str = "", /) -> None:
        """Count one more item."""


Renderer = Callable[[str, int | None], AbstractContextManager[Advance]]


@contextmanager
def _no_progress(label: str, total: int | None) -> Iterator[Advance]:
    yield lambda note="": None


# One per process, as there is one terminal.
_renderer: Renderer = _no_progress


def on_progress(renderer: Renderer | None) -> None:
    """Show all progress of this process by ``renderer``; None hides it.

    Parameters
    ----------
    renderer
        Called as ``renderer(label, total)`` when work begins; ``total`` is the number of items, or
        None if unknown. Returns a context manager that lasts as long as the work and yields a
        function to call after every item, with an optional note.
    """
    global _renderer
    _renderer = renderer or _no_progress


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Advance]:
    """Report the progress of some work; nested, that of one item of the outer work.

    Parameters
    ----------
    label
        What is being done, such as "building graphs".
    total
        Number of items, if known.

    Yields
    ------
    Advance
        Call it after every item, with the name of the item if useful.
    """
    with _renderer(label, total) as advance:
        yield advance


def warn(message: str) -> None:
    """Warn in one sentence of a possible problem; the work continues.

    Parameters
    ----------
    message
        The sentence, for the logger ``artextract``.
    """
    # The message is an argument, not the format: a path in it may contain a percent sign.
    LOGGER.warning("%s", message)


def inform(message: str) -> None:
    """Report in one sentence what is being done."""
    LOGGER.info("%s", message)


def detail(message: str) -> None:
    """Report a detail, shown only by --verbose."""
    LOGGER.debug("%s", message)


def command_line(*words: str | Path) -> str:
    """A command for a message, which can be pasted into a shell; empty words are left out."""
    return shell_line("artextract", *(word for word in words if str(word)))


def shell_line(*words: str | Path) -> str:
    """A line for a shell, in which a path that begins with a dash is not read as an option."""
    return shlex.join(
        f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)
        for word in words
    )


class _WarningBuffer(logging.Handler):
    """Collects the warnings of a worker process, whose stderr is not shown."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


_kept = _WarningBuffer()


def keep_warnings() -> None:
    """Collect the warnings of this process for `kept_warnings`; for worker processes."""
    LOGGER.addHandler(_kept)


def kept_warnings() -> tuple[str, ...]:
    """Return and clear the warnings collected since the last call."""
    messages = tuple(_kept.messages)
    _kept.messages.clear()
    return messages
