"""Work on a cluster: outcomes, deaths, errors, interruptions and lost schedulers."""

import logging
import os
from concurrent.futures import CancelledError
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.errors import ArtextractError, InputError
from artextract_cli.utils.parallel import dask_client
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.work import each, outcomes_of, results_of
from tests.helpers.parallel_work import (
    CountedOpening,
    Unreadable,
    bad_dies,
    has_a_bug,
    interrupting,
    odd_fail,
    of_this_process,
    things,
    weak_dies_once,
)

posix = pytest.mark.skipif(os.name != "posix", reason="kills by a signal")


def test_outcomes_and_warnings_are_those_of_this_process(
    tmp_path: Path, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    items = things(tmp_path, *"0123")
    with caplog.at_level(logging.WARNING, "artextract"):
        outcomes = outcomes_of(odd_fail, items, cluster)
    assert [outcome.result for outcome in outcomes] == ["00", None, "22", None]
    assert outcomes[3].sentence == f"3: {tmp_path / '3'} is odd"
    assert sorted(caplog.messages) == ["0 is even", "2 is even"]


def test_only_workers_work_and_all_of_them(tmp_path: Path, cluster: Cluster) -> None:
    items = things(tmp_path, *map(str, range(12)))
    processes = set(results_of(of_this_process, items, cluster))
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_work_is_opened_once_per_worker(tmp_path: Path, cluster: Cluster) -> None:
    items = things(tmp_path, *map(str, range(12)))
    assert len(results_of(CountedOpening(tmp_path), items, cluster)) == 12
    assert len((tmp_path / "openings").read_text()) <= 2


def test_nothing_to_do_starts_nothing(tmp_path: Path) -> None:
    assert list(each(odd_fail, things(tmp_path), Cluster(address="tcp://127.0.0.1:1"))) == []


@posix
def test_an_item_that_ends_its_workers_is_a_failure_and_the_others_are_done(
    tmp_path: Path, cluster: Cluster
) -> None:
    items = things(tmp_path, "bad", "b", "c", "d")
    bad, *others = outcomes_of(bad_dies, items, cluster)
    assert [outcome.result for outcome in others] == ["b", "c", "d"]
    assert bad.failure.startswith("each of 3 workers that worked on bad alone was ended")
    processes = items[0].marks("begun")
    assert len(processes) == len(set(processes)) >= 3


@posix
def test_an_item_whose_worker_was_killed_is_tried_again(tmp_path: Path, cluster: Cluster) -> None:
    items = things(tmp_path, "weak", "b")
    assert results_of(weak_dies_once, items, cluster) == ["weak", "b"]
    assert len(set(items[0].marks("begun"))) == 2


def test_other_errors_end_the_work_and_say_where_they_are_from(
    tmp_path: Path, cluster: Cluster
) -> None:
    with pytest.raises(IndexError) as raised:
        results_of(has_a_bug, things(tmp_path, "first", "second"), cluster)
    assert "in has_a_bug" in raised.value.__notes__[0]


def test_work_that_a_worker_cannot_open_is_an_error(tmp_path: Path, cluster: Cluster) -> None:
    with pytest.raises(InputError, match=r"model\.safetensors is missing"):
        results_of(Unreadable(tmp_path), things(tmp_path, "first", "second"), cluster)


def test_on_an_interruption_items_in_progress_are_finished(
    tmp_path: Path, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    items = things(tmp_path, *"abcdef")
    outcomes = each(interrupting, items, cluster)
    with caplog.at_level(logging.INFO, "artextract"), closing(outcomes):
        next(outcomes)
    begun = [item.name for item in items if item.marks("begun")]
    assert begun == [item.name for item in items if item.marks("done")]
    assert 2 <= len(begun) < 6
    assert "waiting for the scenes in progress" in caplog.text


@pytest.mark.parametrize("error", [CancelledError(), OSError("closed")])
def test_a_lost_scheduler_is_one_sentence(
    tmp_path: Path, cluster: Cluster, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*given: object) -> None:
        raise error

    monkeypatch.setattr(dask_client.Tasks, "answers", lost)
    with pytest.raises(ArtextractError, match=r"the connection to the scheduler of tcp://.* lost"):
        results_of(odd_fail, things(tmp_path, "2"), cluster)


class Empty:
    """A client of a cluster whose workers have ended."""

    def nthreads(self) -> dict[str, int]:
        """The threads of each worker."""
        return {}


def tasks(is_local: bool, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Tasks of a cluster without workers, whose patience has ended."""
    cluster = Cluster(address="local:1" if is_local else "scheduler.json")
    found = dask_client.Tasks(Empty(), cluster, "scenes")
    found._alive_at -= dask_client.WITHOUT_WORKERS_S + 1
    return found


def test_local_workers_that_do_not_return(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArtextractError, match="do not start again"):
        tasks(True, monkeypatch).n_workers()


def test_other_workers_are_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = tasks(False, monkeypatch)
    with caplog.at_level(logging.INFO, "artextract"):
        assert [waiting.n_workers(), waiting.n_workers()] == [0, 0]
    assert caplog.messages == ["the cluster has no workers: waiting for one"]
