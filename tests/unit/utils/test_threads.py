"""Cores are shared out while scenes are prepared, and given back."""

import os
import sys

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from artextract_cli.utils import threads
from artextract_cli.utils.threads import cores, reserve_cores, single_threaded


def blas_threads() -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_only_cores_that_this_process_may_use_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5, 7}, raising=False)
    assert cores() == 3


@pytest.mark.parametrize(("counted", "found"), [(6, 6), (None, 1)])
def test_a_system_without_affinities(
    monkeypatch: pytest.MonkeyPatch, counted: int | None, found: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: counted)
    assert cores() == found


@pytest.mark.parametrize(
    ("available", "before", "workers", "left"),
    [(8, 8, 3, 5), (8, 2, 3, 2), (4, 4, 4, 1), (2, 2, 5, 1)],
)
def test_torch_takes_what_the_workers_leave(
    monkeypatch: pytest.MonkeyPatch, available: int, before: int, workers: int, left: int
) -> None:
    """Never more threads than it had, never none."""
    asked: list[int] = []
    monkeypatch.setattr(threads, "cores", lambda: available)
    monkeypatch.setattr(torch, "get_num_threads", lambda: before)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    with reserve_cores(workers):
        assert asked == [left]
    assert asked == [left, before]


def test_linear_algebra_takes_one_thread_meanwhile() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        before = blas_threads()
        with reserve_cores(1):
            assert blas_threads() <= {1}
        assert blas_threads() == before


def test_everything_is_given_back_after_an_error() -> None:
    before = torch.get_num_threads(), blas_threads()
    with pytest.raises(ZeroDivisionError), reserve_cores(cores()):
        raise ZeroDivisionError
    assert (torch.get_num_threads(), blas_threads()) == before


def test_without_torch_only_linear_algebra_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch")
    with threadpool_limits(limits=2, user_api="blas"), single_threaded():
        assert blas_threads() <= {1}


def test_torch_and_linear_algebra_have_one_thread_meanwhile() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with single_threaded():
            assert (torch.get_num_threads(), blas_threads() <= {1}) == (1, True)
        assert torch.get_num_threads() == 3
        with pytest.raises(ZeroDivisionError), single_threaded():
            raise ZeroDivisionError
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
