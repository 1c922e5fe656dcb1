"""Processes of this machine that train: started, watched, interrupted, and started again.

Not torch's own launcher: its server listens on all networks, and it unpickles what it is sent.
"""

import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Literal

from artextract_cli.errors import ArtextractError
from artextract_cli.training.place import Place
from artextract_cli.training.ranks import LostRankError
from artextract_cli.training.run_directory import EpochRow, TrainingResult
from artextract_cli.utils.events import LOGGER, inform
from artextract_cli.utils.memory import prepare_worker

# A process with threads may deadlock after a fork.
START_METHOD: Literal["spawn"] = "spawn"

Work = Callable[[Place, Callable[[EpochRow], None]], TrainingResult]


class Launch:
    """A training in ``count`` processes of this machine, and how it goes.

    Parameters
    ----------
    name
        Name of the run, for messages.
    work
        What every process calls with its place; picklable.
    count
        Number of processes.
    n_sharing
        Number of processes that share the cores, those of other trainings included.
    max_restarts
        How many times to start all of them again after one was killed.
    on_epoch
        Called after each epoch.
    """

    def __init__(
        self,
        *,
        name: str,
        work: Work,
        count: int,
        n_sharing: int,
        max_restarts: int,
        on_epoch: Callable[[EpochRow], None],
    ) -> None:
        self.name, self.work, self.count, self.n_sharing = name, work, count, n_sharing
        self.n_restarts_left, self.on_epoch = max_restarts, on_epoch
        self._processes: list[Any] = []  # of a class that depends on the system
        self._rank_of: dict[Any, int] = {}  # by the pipes of processes that have not ended
        self._is_interrupted = self._is_restart = False
        self._result: TrainingResult | None = None
        self._errors: dict[int, BaseException] = {}
        self._death = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def outcome(self) -> TrainingResult:
        """The result, when all processes have ended.

        Raises
        ------
        KeyboardInterrupt
            If the training was interrupted, or not started.
        Exception
            Its error otherwise.
        """
        if self._result is not None and not self._death:
            return self._result
        errors = [error for _, error in sorted(self._errors.items())]
        own = [error for error in errors if not isinstance(error, LostRankError)]
        if own:
            raise own[0]
        if self._is_interrupted or not (self._death or errors):
            raise KeyboardInterrupt
        if self._death:
            raise ArtextractError(self._death)
        raise errors[0]

    @property
    def pipes(self) -> Iterable[Any]:
        """Connections to the processes that have not ended."""
        return self._rank_of.keys()

    def start(self) -> None:
        """Start all processes."""
        context = multiprocessing.get_context(START_METHOD)
        self._folder = tempfile.TemporaryDirectory(prefix="artextract-")
        self._processes, self._errors, self._result, self._death = [], {}, None, ""
        before = _hold_interrupts()
        try:
            for rank in range(self.count):
                place = Place(
                    rank=rank,
                    count=self.count,
                    local_rank=rank,
                    n_local=self.count,
                    n_sharing=self.n_sharing,
                    meeting=Path(self._folder.name) / "meeting",
                    is_restart=self._is_restart,
                    is_child=True,
                )
                ours, theirs = context.Pipe(duplex=False)
                given = (theirs, self.work, place, LOGGER.getEffectiveLevel())
                process = context.Process(target=_serve, args=given, daemon=True)
                process.start()
                # While it is open here too, the end of the process would not be noticed.
                theirs.close()
                self._processes.append(process)
                self._rank_of[ours] = rank
        finally:
            _release_interrupts(before)

    def receive(self, pipe: Any) -> None:
        """Take what a process sent, or note its end; after the last one, start again if needed."""
        try:
            kind, value = pipe.recv()
        except (EOFError, ConnectionError):
            self._note_end(self._rank_of.pop(pipe))
            pipe.close()
            return
        if kind == "epoch":
            self.on_epoch(value)
        elif kind == "message":
            LOGGER.log(*value)
        elif kind == "error":
            self._errors[self._rank_of[pipe]] = value
        else:
            self._result = value

    def interrupt(self) -> None:
        """End the training after the step in progress; its best model is kept."""
        self._is_interrupted = True
        for process in self._processes:
            if process.is_alive() and sys.platform != "win32":  # where consoles tell all
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End all processes at once."""
        for process in self._processes:
            process.kill()
            process.join()
        if self._folder is not None:
            self._folder.cleanup()

    def _note_end(self, rank: int) -> None:
        process = self._processes[rank]
        process.join()
        code = process.exitcode or 0
        if code:
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            self._note_death(rank, how)
        if self._rank_of:
            return
        self.kill()
        if self._death and self.n_restarts_left and not self._is_interrupted:
            self.n_restarts_left -= 1
            self._is_restart = True
            inform(f"{self._death.split(':')[0]}: starting again")
            self.start()

    def _note_death(self, rank: int, how: str) -> None:
        if self._death:
            return
        which = f"process {rank + 1} of {self.count} that trained {self.name} was ended ({how})"
        self._death = f"{which}: continue with --resume; --max-restarts lets it go on by itself"
        # The others wait for it, and can do nothing else.
        self.kill()


def supervise(launches: Sequence[Launch], jobs: int = 1) -> None:
    """Start trainings, ``jobs`` at a time, and return when all have ended.

    Ctrl-C ends them after the step in progress, a second one at once.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C.
    """
    waiting, active = deque(launches), list[Launch]()
    try:
        _watch(waiting, active, jobs)
    except KeyboardInterrupt:
        for launch in active:
            launch.interrupt()
        inform("keeping what is done; interrupt again to stop at once")
        _watch(deque(), active, jobs)
        raise
    finally:
        for launch in active:
            launch.kill()


def _watch(waiting: deque[Launch], active: list[Launch], jobs: int) -> None:
    while waiting or active:
        while waiting and len(active) < jobs:
            active.append(waiting.popleft())
            active[-1].start()
        ready = wait([pipe for launch in active for pipe in launch.pipes])
        for launch in active:
            for pipe in [pipe for pipe in launch.pipes if pipe in ready]:
                launch.receive(pipe)
        active[:] = [launch for launch in active if launch.pipes]


def _hold_interrupts() -> Any:
    """Let Ctrl-C wait until a new process is ready for it; it inherits this."""
    if sys.platform == "win32":
        return None
    return signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _release_interrupts(before: Any) -> None:
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Forwarder(logging.Handler):
    """Sends messages of the library to the process that shows them."""

    def __init__(self, pipe: Any) -> None:
        super().__init__()
        self.pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        self.pipe.send(("message", (record.levelno, "%s", record.getMessage())))


def _serve(pipe: Any, work: Work, place: Place, level: int) -> None:
    """Train in a process of its own, and send what happens."""
    prepare_worker()
    if place.rank == 0:
        LOGGER.setLevel(level)
        LOGGER.addHandler(_Forwarder(pipe))
    if place.count > 1 and sys.platform != "win32":
        # Connections are made by the loopback interface only.
        name = "lo0" if sys.platform == "darwin" else "lo"
        os.environ.setdefault("GLOO_SOCKET_IFNAME", name)
    try:
        result = work(place, lambda row: pipe.send(("epoch", row)))
        if place.rank == 0:
            pipe.send(("result", result))
    except BaseException as error:  # noqa: BLE001 - raised again by the process that asked
        # Tracebacks cannot be sent; --debug shows notes.
        error.add_note(traceback.format_exc())
        try:
            pipe.send(("error", error))
        except Exception:  # noqa: BLE001 - an error of a plugin may hold anything
            pipe.send(("error", ArtextractError(f"{type(error).__name__}: {error}")))
    pipe.close()
