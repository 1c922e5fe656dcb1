"""Several processes: shared items, deaths, errors and interruptions."""

import os
import threading
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.utils.parallel.team import MOST_DEATHS, Team
from tests.helpers.parallel_work import (
    Thing,
    Unreadable,
    bad_dies,
    has_a_bug,
    of_this_process,
    slow_in_workers,
    things,
    until,
    weak_dies_once,
)

posix = pytest.mark.skipif(os.name != "posix", reason="kills by a signal")


def test_this_process_works_too(tmp_path: Path) -> None:
    items = things(tmp_path, *(str(number) for number in range(200)))
    outcomes = list(Team(waiting_for_each_other, items, 1).outcomes())
    assert {outcome.name for outcome in outcomes} == {item.name for item in items}
    assert len({outcome.result for outcome in outcomes}) == 2
    assert os.getpid() in {outcome.result for outcome in outcomes}
    # Nothing is worked on twice.
    assert all(len(item.marks("begun")) == 1 for item in items)


def waiting_for_each_other(thing: Thing) -> int:
    """The last item, which this process takes first, waits until the worker has begun."""
    if thing.name == "199":
        until(lambda: bool(Thing("0", thing.folder).marks("begun")))
    return of_this_process(thing)


@posix
def test_an_item_that_ends_three_processes_is_a_failure_and_the_others_are_done(
    tmp_path: Path,
) -> None:
    items = things(tmp_path, "bad", "b", "last")
    by_name = {outcome.name: outcome for outcome in Team(bad_dies, items, 1).outcomes()}
    assert [by_name[name].result for name in ("bad", "b", "last")] == [None, "b", "last"]
    assert by_name["bad"].failure.startswith(
        "each of 3 processes that worked on bad was ended (SIGKILL)"
    )
    processes = items[0].marks("begun")
    assert len(set(processes)) == MOST_DEATHS == 3
    assert os.getpid() not in processes


@posix
def test_an_item_whose_process_was_killed_is_tried_again(tmp_path: Path) -> None:
    items = things(tmp_path, "weak", "last")
    by_name = {outcome.name: outcome for outcome in Team(weak_dies_once, items, 1).outcomes()}
    assert by_name["weak"].result == "weak"
    assert len(set(items[0].marks("begun"))) == 2


def test_other_errors_end_the_work_and_say_where_they_are_from(tmp_path: Path) -> None:
    with pytest.raises(IndexError, match="first") as raised:
        list(Team(has_a_bug, things(tmp_path, "first", "last"), 1).outcomes())
    assert "in has_a_bug" in raised.value.__notes__[0]


def test_work_that_another_process_cannot_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^model\.safetensors is missing"):
        list(Team(Unreadable(tmp_path), things(tmp_path, "first", "last"), 1).outcomes())


def test_on_an_interruption_items_in_progress_are_finished(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    items = things(tmp_path, "first", "second", "last")
    with caplog.at_level("INFO", "artextract"), pytest.raises(KeyboardInterrupt):
        list(Team(slow_in_workers, items, 1).outcomes())
    assert (len(items[0].marks("done")), items[1].marks("begun")) == (1, [])
    assert caplog.messages == [
        "waiting for the scenes in progress; interrupt again to stop at once"
    ]


@posix
def test_a_second_interruption_ends_the_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = things(tmp_path, "first", "second", "last")
    team = Team(slow_in_workers, items, 1)

    def interrupted(thread: threading.Thread, timeout: float | None = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(team._threads[0]), "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(team.outcomes())
    monkeypatch.undo()
    for thread in team._threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert items[0].marks("done") == []
