"""What the library says while it works: messages, warnings and progress, for others to show.

Messages go to the logger ``artextract``: warnings as WARNING, what goes on as INFO, the rest as
DEBUG. Progress goes to the renderer that `on_progress` names. Nothing is printed from here: who
uses the library from Python hears of it by `logging`, and the command line shows it on stderr.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

LOGGER = logging.getLogger("artextract")
LOGGER.addHandler(logging.NullHandler())


class Advance(Protocol):
    """Counts one more item as done, with a word on it."""

    def __call__(self, note: str = "", /) -> None:
        """Count one more item."""


Renderer = Callable[[str, int | None], AbstractContextManager[Advance]]


@contextmanager
def _unseen(label: str, total: int | None) -> Iterator[Advance]:
    yield lambda note="": None


_renderer: Renderer = _unseen


def on_progress(renderer: Renderer | None) -> None:
    """Have all progress of this process shown by ``renderer``, or by nobody.

    Parameters
    ----------
    renderer
        Called as ``renderer(label, total)`` where work begins; ``total`` is the number of items, or
        None where it is not known. Returns a context manager that lasts as long as the work and
        gives a function to call after every item, with a word on it.
    """
    global _renderer
    _renderer = renderer or _unseen


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Advance]:
    """Report the progress of some work; within another progress, that of one of its items.

    Parameters
    ----------
    label
        What is being done, as "building graphs".
    total
        Number of items, where it is known.

    Yields
    ------
    Advance
        Call it after every item, perhaps with the item's name.
    """
    with _renderer(label, total) as advance:
        yield advance


def warn(message: str) -> None:
    """Warn in one sentence of what may be wrong, while the work goes on.

    Parameters
    ----------
    message
        The sentence, for the logger ``artextract``.
    """
    LOGGER.warning("%s", message)


def inform(message: str) -> None:
    """Say in one sentence what is being done."""
    LOGGER.info("%s", message)


def detail(message: str) -> None:
    """Say what only a reader of every detail wants to know."""
    LOGGER.debug("%s", message)


class _Kept(logging.Handler):
    """Keeps the warnings of a worker process, whose stderr nobody reads."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


_kept = _Kept()


def keep_warnings() -> None:
    """Keep the warnings of this process for `kept_warnings`; for worker processes."""
    LOGGER.addHandler(_kept)


def kept_warnings() -> tuple[str, ...]:
    """Take the warnings since the last call; none in a process that does not keep them."""
    messages = tuple(_kept.messages)
    _kept.messages.clear()
    return messages
