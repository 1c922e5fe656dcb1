"""Processes that train one model together: meeting, agreeing, and exchanging tensors.

They exchange tensors only, never pickles. Whatever one process meets, an error or Ctrl-C, all of
them learn of it at their next agreement, and end together.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import Tensor, distributed
from torch.distributed import FileStore  # type: ignore[attr-defined]
from torch.distributed.rendezvous import rendezvous

from artextract_cli.errors import (
    INTERRUPTED,
    ArtextractError,
    DependencyError,
    DivergedError,
    InputError,
    UsageError,
)
from artextract_cli.training.place import Place

# Nodes of a job start within minutes of each other.
MEETING_TIME = timedelta(minutes=5)
# Others wait while the first process calibrates a model, which may take hours; a process that ends
# closes its connections, and so is noticed at once.
WAITING_TIME = timedelta(days=7)
SENTENCE_BYTES = 2000
_ERRORS = {
    error.exit_code: error
    for error in (ArtextractError, UsageError, InputError, DependencyError, DivergedError)
}


class MeetingError(ArtextractError):
    """The processes of a training do not find each other."""


class LostRankError(ArtextractError):
    """Another process of the training has ended."""


class Ranks:
    """The processes that train a model together, as one of them sees them.

    All must call the same methods in the same order. With one process they do nothing, except that
    `agree` raises ``KeyboardInterrupt`` if Ctrl-C came since.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.rank, self.count = place.rank, place.count
        self.is_interrupted = threading.Event()
        self._have_parted = False

    @property
    def is_first(self) -> bool:
        """Whether this process does what is done once."""
        return self.rank == 0

    def agree(self, error: BaseException | None = None) -> None:
        """Wait for all; raise an error everywhere if it occurred anywhere.

        Raises
        ------
        KeyboardInterrupt
            If any process was interrupted.
        ArtextractError
            The error of another process; the one that passes ``error`` raises it itself.
        """
        code = 0 if error is None else getattr(error, "exit_code", 1)
        if self.is_interrupted.is_set() or isinstance(error, KeyboardInterrupt):
            code = code if isinstance(error, ArtextractError) else INTERRUPTED
        codes = [int(found) for found in self._from_all(torch.tensor([code]))]
        if not any(codes):
            return
        self._have_parted = True
        failed = [rank for rank, found in enumerate(codes) if found not in (0, INTERRUPTED)]
        if not failed:
            raise KeyboardInterrupt
        sentences = self._from_all(_encoded("" if error is None else self._sentence(error)))
        if error is None:
            raise _ERRORS.get(codes[failed[0]], ArtextractError)(_decoded(sentences[failed[0]]))

    def _sentence(self, error: BaseException) -> str:
        if isinstance(error, ArtextractError):
            return str(error)
        return f"process {self.rank + 1} of {self.count}: {type(error).__name__}: {error}"

    @contextmanager
    def together(self) -> Iterator[None]:
        """Tell the others of an exception that ends the block here, so that they end theirs."""
        try:
            yield
        except LostRankError:
            raise
        except BaseException as error:
            if self.count > 1 and not self._have_parted:
                self.agree(error)
            raise

    def wait(self) -> None:
        """Wait for all, also after an error."""
        self._from_all(torch.zeros(1, dtype=torch.int64))

    def from_first(self, value: float) -> float:
        """The value of the first process."""
        self.agree()
        return float(self._from_all(torch.tensor([value], dtype=torch.float64))[0])

    def added(self, values: Mapping[str, float]) -> dict[str, float]:
        """The sums of values over all processes, which have the same names."""
        self.agree()
        found = self._from_all(torch.tensor([*values.values()], dtype=torch.float64))
        return dict(zip(values, torch.stack(found).sum(0).tolist(), strict=True))

    def copy_from_first(self, tensors: Mapping[str, Tensor]) -> None:
        """Give tensors on the CPU the values that they have in the first process."""
        self.agree()
        if self.count == 1:
            return
        with _noticing_deaths(), torch.no_grad():
            for tensor in tensors.values():
                distributed.broadcast(tensor, 0)

    def gathered(self, own: Tensor, n: int) -> Tensor:
        """``n`` rows (n, W), of which ``own`` are every ``count``-th, from ``rank`` on."""
        self.agree()
        n_each = -(-n // self.count)
        padded = torch.cat([own, own.new_zeros(n_each - len(own), own.shape[1])])
        # Row i is that of process i % count, which computed it as its (i // count)-th.
        return torch.stack(self._from_all(padded), dim=1).flatten(0, 1)[:n]

    def _from_all(self, tensor: Tensor) -> list[Tensor]:
        """A tensor of all processes, in their order."""
        if self.count == 1:
            return [tensor]
        found = [torch.empty_like(tensor) for _ in range(self.count)]
        with _noticing_deaths():
            distributed.all_gather(found, tensor)
        return found


def _encoded(sentence: str) -> Tensor:
    content = sentence.encode()[:SENTENCE_BYTES]
    return torch.tensor([*content.ljust(SENTENCE_BYTES)], dtype=torch.uint8)


def _decoded(content: Tensor) -> str:
    return bytes(content.tolist()).decode(errors="ignore").rstrip()


@contextmanager
def _noticing_deaths() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        msg = "another process of this training has ended: continue with --resume"
        raise LostRankError(msg) from error


@contextmanager
def joined(place: Place, device: str) -> Iterator[Ranks]:
    """Meet the other processes of a training; they part at the end of the block.

    Raises
    ------
    MeetingError
        If they do not find each other.
    """
    ranks = Ranks(place)
    with _interruptible(ranks):
        if place.count == 1:
            yield ranks
            return
        _meet(place, device)
        try:
            yield ranks
        finally:
            distributed.destroy_process_group()


def _meet(place: Place, device: str) -> None:
    try:
        if place.meeting is not None:
            # Processes of one machine need no server: nothing listens beyond it.
            store = FileStore(str(place.meeting), place.count)
        else:
            store, _, _ = next(rendezvous("env://", timeout=MEETING_TIME))
        # Here, since a process group waits for missing processes as long as for messages.
        store.set(f"here/{place.rank}", "")
        store.wait([f"here/{rank}" for rank in range(place.count)], MEETING_TIME)
        distributed.init_process_group(
            "cpu:gloo,cuda:nccl" if device != "cpu" and torch.cuda.is_available() else "gloo",
            store=store,
            rank=place.rank,
            world_size=place.count,
            timeout=WAITING_TIME,
        )
    except (RuntimeError, ValueError, OSError) as error:
        where = "each other"
        if place.meeting is None:
            where = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = (
            f"process {place.rank + 1} of {place.count} cannot reach {where} ({first}): start all "
            "of them at about the same time, with the same address and a free port"
        )
        raise MeetingError(msg) from error


@contextmanager
def _interruptible(ranks: Ranks) -> Iterator[None]:
    """Leave Ctrl-C to `agree`, where several processes or one that started this must agree."""
    if not (ranks.count > 1 or ranks.place.is_child):
        yield
        return
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Once more changes nothing: a terminal and torchrun may both send it.
    before = signal.signal(signal.SIGINT, lambda *_: ranks.is_interrupted.set())
    if ranks.place.is_child and sys.platform != "win32":
        # Held back until here by the process that started this one.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
