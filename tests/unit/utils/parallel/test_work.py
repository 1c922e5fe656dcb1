"""Work in this process and in others, with the same outcomes."""

import logging
import os
from pathlib import Path

import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.utils.parallel.work import each, in_order, outcomes_of, results_of
from tests.helpers.parallel_work import odd_fail, of_this_process, things


@pytest.mark.parametrize("jobs", [1, 2])
def test_outcomes_are_in_order_and_warnings_are_shown(
    tmp_path: Path, jobs: int, caplog: pytest.LogCaptureFixture
) -> None:
    items, done = things(tmp_path, *"012345"), []
    with caplog.at_level(logging.WARNING, "artextract"):
        outcomes = outcomes_of(odd_fail, items, jobs, done.append)
    assert sorted(done) == list("012345")
    assert [outcome.result for outcome in outcomes] == ["00", None, "22", None, "44", None]
    assert [o.sentence for o in outcomes if o.failure] == [
        f"{name}: {tmp_path / name} is odd" for name in "135"
    ]
    assert sorted(caplog.messages) == [f"{name} is even" for name in "024"]


def test_one_job_or_one_item_needs_no_other_process(tmp_path: Path) -> None:
    for names, jobs in (("ab", 1), ("a", 5), ("", 3)):
        outcomes = list(each(of_this_process, things(tmp_path, *names), jobs))
        assert [outcome.result for outcome in outcomes] == [os.getpid()] * len(names)


def test_there_must_be_a_job(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jobs must be 1 or more, not 0"):
        each(of_this_process, things(tmp_path, "a"), 0)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_are_in_order_unless_one_fails(tmp_path: Path, jobs: int) -> None:
    assert results_of(odd_fail, things(tmp_path, *"0246"), jobs) == ["00", "22", "44", "66"]
    with pytest.raises(InputError, match=r"3 is odd$"):
        results_of(odd_fail, things(tmp_path, *"0234"), jobs)


def test_nothing_is_begun_after_a_failure(tmp_path: Path) -> None:
    done: list[str] = []
    with pytest.raises(InputError):
        results_of(odd_fail, things(tmp_path, *"0123"), 1, done.append)
    assert done == ["0", "1"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_outcomes_in_the_order_of_the_items(
    tmp_path: Path, jobs: int, caplog: pytest.LogCaptureFixture
) -> None:
    items = things(tmp_path, *map(str, range(20)))
    with caplog.at_level(logging.WARNING, "artextract"):
        outcomes = list(in_order(odd_fail, items, jobs))
    assert [outcome.name for outcome in outcomes] == [item.name for item in items]
    assert (outcomes[4].result, outcomes[5].failure) == ("44", f"{tmp_path / '5'} is odd")
    assert len(caplog.messages) == 10
