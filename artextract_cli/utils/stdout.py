"""Redirecting what plugins print, so that stdout carries only results."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


# contextlib.redirect_stdout restores what it found on entry: if two threads overlap, stdout would
# stay redirected after both. Counting them restores it with the last one.
class _Redirection:
    """Number of threads whose prints go to stderr, and the original stdout."""

    def __init__(self) -> None:
        self.lock, self.depth, self.stdout = threading.Lock(), 0, sys.stdout

    def enter(self) -> None:
        with self.lock:
            if self.depth == 0:
                self.stdout, sys.stdout = sys.stdout, sys.stderr
            self.depth += 1

    def leave(self) -> None:
        with self.lock:
            self.depth -= 1
            if self.depth == 0:
                sys.stdout = self.stdout


_redirection = _Redirection()


@contextmanager
def prints_to_stderr() -> Iterator[None]:
    """Send prints to stderr inside the ``with`` block; safe for any thread."""
    _redirection.enter()
    try:
        yield
    finally:
        _redirection.leave()


def results_stream() -> TextIO:
    """The stream that results are written to: stdout, even while prints go to stderr."""
    return _redirection.stdout if _redirection.depth else sys.stdout
