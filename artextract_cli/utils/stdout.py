"""Keeping what plugins print away from the results on stdout."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class _Aside:
    """How many threads run code whose prints go to stderr, and where prints went before."""

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


_aside = _Aside()


@contextmanager
def prints_to_stderr() -> Iterator[None]:
    """Send what is printed to stderr, so that it does not mix with results; for any thread."""
    _aside.enter()
    try:
        yield
    finally:
        _aside.leave()


def results_stream() -> TextIO:
    """The stdout that results are written to, while prints of plugins go elsewhere."""
    return _aside.stdout if _aside.depth else sys.stdout
