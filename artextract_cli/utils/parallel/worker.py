"""One process that works on items sent to it."""

import multiprocessing
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.events import keep_warnings, kept_warnings
from artextract_cli.utils.memory import prepare_worker
from artextract_cli.utils.parallel.outcome import Named, Outcome, outcome_of

# Of -1000..1000 (proc(5)): large enough that a worker, which is replaced, is ended before the
# process that started it; small enough that other programs are not all spared for it.
OOM_SCORE = b"300"

# Starting registers the process with `multiprocessing`, which is not made for several threads.
_starting = threading.Lock()


class WorkerDiedError(Exception):
    """The process ended during the work, with its exit code or signal as the text."""


class Worker:
    """A process that calls ``work`` on items; it starts with the first, and again after a death."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self._work = work
        self._process: BaseProcess | None = None
        self._pipe: Any = None  # a connection, whose type depends on the system

    def outcome(self, item: Named) -> Outcome[Any]:
        """The outcome of the work on one item.

        Raises
        ------
        WorkerDiedError
            If the process was ended meanwhile.
        Exception
            Whatever the work raises, except for input errors.
        """
        try:
            pipe = self._pipe or self._start()
            pipe.send(item)
            answer: Outcome[Any] | Exception = pipe.recv()
        # The other end of the pipe is closed when its process ends, however that happens.
        except (EOFError, ConnectionError) as error:
            raise WorkerDiedError(self._death()) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(self) -> None:
        """Wait for the process to end by itself, as it does when there are no more items."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.join()

    def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()

    def _start(self) -> Any:
        # Spawned, since a process with threads may deadlock after a fork.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _starting:
            process.start()
        self._process = process
        # While it is open here too, the death of the process would not be noticed.
        theirs.close()
        try:
            # Once for all items: the work may hold a model.
            self._pipe.send(self._work)
            error: Exception | None = self._pipe.recv()
        except (EOFError, ConnectionError):
            _check_killed(process)
            raise
        if error is not None:
            raise error
        return self._pipe

    def _death(self) -> str:
        """Clear up after the process, and say how it ended."""
        process = self._process
        self.end()
        self._process = self._pipe = None
        code = 0 if process is None else process.exitcode or 0
        return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _check_killed(process: BaseProcess) -> None:
    """Refuse to try again if a process could not start, unless it was killed."""
    process.join()
    if process.exitcode is None or process.exitcode > 0:
        msg = (
            "a process for --jobs could not start: use --jobs 1, or keep the work of a script "
            'under if __name__ == "__main__":'
        )
        raise ArtextractError(msg)


def _serve(pipe: Any) -> None:
    """Answer every item that comes through the pipe with its outcome, or with an error."""
    # Ctrl-C reaches all processes of a terminal; the item in progress is finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare_worker()
    keep_warnings()
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_bytes(OOM_SCORE)
    with suppress(EOFError, ConnectionError):  # no more items, or nobody who waits for answers
        work = _received_work(pipe)
        while True:
            answer = _answer(work, pipe.recv())
            try:
                pipe.send(answer)
            except ConnectionError:
                raise
            except Exception as error:  # noqa: BLE001 - an error of a plugin may hold anything
                pipe.send(ArtextractError(f"{type(answer).__name__}: {answer} ({error})"))


def _received_work(pipe: Any) -> Callable[[Any], Any]:
    """The work, whose arrival is confirmed: to read it may mean to open a model, which can fail."""
    try:
        work: Callable[[Any], Any] = pipe.recv()
    except EOFError:
        raise
    except Exception as error:
        pipe.send(error)
        raise EOFError from error
    pipe.send(None)
    return work


def _answer(work: Callable[[Any], Any], item: Named) -> Outcome[Any] | Exception:
    try:
        return replace(outcome_of(work, item), warnings=kept_warnings())
    except Exception as error:  # noqa: BLE001 - raised again by the process that asked
        # Tracebacks cannot be sent; --debug shows notes.
        error.add_note(traceback.format_exc())
        return error
