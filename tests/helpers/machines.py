"""Machines that lack something, or whose clock ticks as a test asks."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch


def without_module(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let an optional library be missing."""
    monkeypatch.setitem(sys.modules, name, None)


def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PyTorch find no GPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def with_gpu_of_no_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every GPU be one that cannot compute in bfloat16."""
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Tesla T4")


def ticking(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let so many seconds pass between one look at the clock and the next."""
    now = iter(range(0, 1000 * seconds, seconds))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(now)))


@contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """Let no file of this process become larger, as if its disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
