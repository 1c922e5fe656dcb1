"""Outcomes of work on one item."""

from pathlib import Path

import pytest
import torch
from threadpoolctl import threadpool_limits

from artextract_cli.utils.parallel.outcome import Outcome, outcome_of
from tests.helpers.parallel_work import Thing, has_a_bug, odd_fail, torch_and_blas_threads


def test_bad_input_is_an_outcome_and_other_errors_are_not(tmp_path: Path) -> None:
    assert outcome_of(odd_fail, Thing("2", tmp_path)) == Outcome(name="2", result="22")
    failed = outcome_of(odd_fail, Thing("3", tmp_path))
    assert (failed.result, failed.sentence) == (None, f"3: {tmp_path / '3'} is odd")
    with pytest.raises(IndexError):
        outcome_of(has_a_bug, Thing("4", tmp_path))


def test_work_has_one_thread_and_gives_the_others_back(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with threadpool_limits(limits=2, user_api="blas"):
            outcome = outcome_of(torch_and_blas_threads, Thing("a", tmp_path))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert outcome.result == (1, {1})
