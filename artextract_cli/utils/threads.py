"""Thread limits, so that linear algebra, torch and data loading do not compete for cores."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Processes that work side by side, this one included.
_n_sharing = 1


def share_cores(n_processes: int) -> None:
    """Let `cores` count the share of this process, one of ``n_processes`` on this machine."""
    global _n_sharing
    _n_sharing = n_processes


def cores() -> int:
    """Number of processor cores that this process may use."""
    # A container or taskset may allow fewer cores than the machine has.
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (allowed or 1) // _n_sharing)


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Limit BLAS to one thread, since matrices are small here.

    With more threads BLAS spins, most of all beside another process: one minute became ten. Also,
    results would depend on the number of cores.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield


@contextmanager
def single_threaded() -> Iterator[None]:
    """Limit BLAS and torch to one thread, so that results do not depend on the number of cores.

    Torch is limited only if it is imported already. With two threads, scoring a scene took three
    times the processor time on busy cores: the layers are too small to share.
    """
    torch = sys.modules.get("torch")
    before = None if torch is None else torch.get_num_threads()
    with single_threaded_blas():
        if torch is not None:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch is not None:
                torch.set_num_threads(before)


@contextmanager
def reserve_cores(workers: int) -> Iterator[None]:
    """Reserve ``workers`` cores for threads that prepare scenes: torch uses the rest, BLAS one.

    BLAS that uses every core in every thread spins most of the time; on two cores an epoch then
    took five times as long.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(before, cores() - workers)))
    try:
        with single_threaded_blas():
            yield
    finally:
        torch.set_num_threads(before)
