"""Processes that are started, watched, interrupted and started again, with toy work."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.errors import ArtextractError, InputError
from artextract_cli.training.place import Place
from artextract_cli.training.processes import Launch, supervise
from artextract_cli.training.ranks import joined
from artextract_cli.utils.events import inform
from tests.helpers.ranks import forking

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks")


def launch(
    work: Callable[..., Any], on_epoch: Callable[[Any], None] = print, **given: Any
) -> Launch:
    made = {"name": "run", "count": 2, "n_sharing": 2, "max_restarts": 0} | given
    return Launch(work=work, on_epoch=on_epoch, **made)


def ended(*launches: Launch, jobs: int = 1) -> list[Any]:
    """The outcome of each: a result, or an error."""
    with forking():
        supervise(launches, jobs)
    found = []
    for each in launches:
        try:
            found.append(each.outcome())
        except BaseException as error:  # noqa: BLE001 - for the test to look at
            found.append(error)
    return found


def two_epochs(place: Place, on_epoch: Callable[[Any], None]) -> Any:
    with joined(place, "cpu") as ranks:
        for epoch in (1, 2):
            ranks.agree()
            if ranks.is_first:
                inform(f"epoch {epoch} begins")
                on_epoch({"epoch": epoch})
        return place


def test_the_first_process_reports(caplog: pytest.LogCaptureFixture) -> None:
    rows: list[Any] = []
    with caplog.at_level(logging.INFO, "artextract"):
        (place,) = ended(launch(two_epochs, rows.append))
    assert rows == [{"epoch": 1}, {"epoch": 2}]
    assert [message for message in caplog.messages if "begins" in message][-1] == "epoch 2 begins"
    assert (place.rank, place.count, place.n_sharing, place.is_child) == (0, 2, 2, True)


def dying(folder: Path, n_deaths: int, place: Place, on_epoch: Callable[[Any], None]) -> Any:
    """The second process dies in the second epoch, that many times."""
    marks = folder / "deaths"
    n_before = len(marks.read_text()) if marks.exists() else 0
    assert place.is_restart == (n_before > 0)
    with joined(place, "cpu") as ranks:
        ranks.agree()
        if ranks.rank == 1 and n_before < n_deaths:
            marks.write_text("x" * (n_before + 1))
            os.kill(os.getpid(), signal.SIGKILL)
        ranks.agree()
    return n_before


@pytest.mark.parametrize(("max_restarts", "n_deaths"), [(2, 2), (1, 2)])
def test_a_killed_process_starts_all_of_them_again(
    tmp_path: Path, max_restarts: int, n_deaths: int
) -> None:
    (found,) = ended(launch(partial(dying, tmp_path, n_deaths), max_restarts=max_restarts))
    if max_restarts >= n_deaths:
        assert found == n_deaths
        return
    assert type(found) is ArtextractError
    assert str(found) == (
        "process 2 of 2 that trained run was ended (SIGKILL): continue with --resume; "
        "--max-restarts lets it go on by itself"
    )


def failing(place: Place, on_epoch: Callable[[Any], None]) -> Any:
    with joined(place, "cpu") as ranks, ranks.together():
        if ranks.rank == 1:
            msg = "t0.npz is damaged"
            raise InputError(msg)
        ranks.agree()


def test_an_error_is_raised_and_does_not_start_again() -> None:
    failed, other = ended(launch(failing, max_restarts=3), launch(two_epochs), jobs=2)
    assert isinstance(failed, InputError)
    assert str(failed) == "t0.npz is damaged"
    assert isinstance(other, Place)


def failing_oddly(place: Place, on_epoch: Callable[[Any], None]) -> Any:
    raise ValueError(threading.Lock())


def test_an_error_that_cannot_be_sent_is_told() -> None:
    (failed,) = ended(launch(failing_oddly, count=1))
    assert str(failed).startswith("ValueError: <unlocked")


def until_interrupted(place: Place, on_epoch: Callable[[Any], None]) -> Any:
    with joined(place, "cpu") as ranks:
        if ranks.is_first:
            on_epoch({"epoch": 1})
        while True:
            ranks.agree()


def interrupt_soon(row: Any) -> None:
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_ctrl_c_ends_all_processes_after_their_step() -> None:
    work = launch(until_interrupted, interrupt_soon)
    with pytest.raises(KeyboardInterrupt):
        ended(work)
    with pytest.raises(KeyboardInterrupt):
        work.outcome()


def deaf(place: Place, on_epoch: Callable[[Any], None]) -> Any:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    on_epoch({})
    while True:
        signal.pause()


def test_a_second_ctrl_c_kills_them() -> None:
    def twice(row: Any) -> None:
        for delay in (0.1, 0.5):
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()

    work = launch(deaf, twice, count=1)
    with pytest.raises(KeyboardInterrupt):
        ended(work)
    assert not list(work.pipes) or not any(process.is_alive() for process in work._processes)
