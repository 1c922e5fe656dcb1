"""Processes that train together, forked from this warm one."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.training import processes
from artextract_cli.training.place import Place
from artextract_cli.training.ranks import Ranks, joined


@contextmanager
def forking() -> Iterator[None]:
    """Let `Launch` fork instead of importing torch in every process anew."""
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        patched.setattr(processes, "START_METHOD", "fork")
        # Of threads, which hold no lock of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def in_ranks(folder: Path, count: int, call: Callable[[Ranks], Any]) -> list[Any]:
    """What ``call`` returned or raised in each process; None where one was killed."""
    context = get_context("fork")
    pipes = []
    with forking():
        for rank in range(count):
            ours, theirs = context.Pipe(duplex=False)
            place = Place(rank=rank, count=count, meeting=folder / "meeting", is_child=True)
            context.Process(target=_answer, args=(theirs, place, call), daemon=True).start()
            theirs.close()
            pipes.append(ours)
    return [_received(pipe) for pipe in pipes]


def _answer(pipe: Any, place: Place, call: Callable[[Ranks], Any]) -> None:
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    try:
        with joined(place, "cpu") as ranks, ranks.together():
            found = call(ranks)
    except BaseException as error:  # noqa: BLE001 - for the test to look at
        found = error
    pipe.send(found)
    os._exit(0)


def _received(pipe: Any) -> Any:
    assert pipe.poll(60), "a process hangs"
    try:
        return pipe.recv()
    except EOFError:
        return None
