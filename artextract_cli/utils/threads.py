"""How many threads the parts of a training may take, so that they do not wait for one another."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Leave one thread to linear algebra, whose matrices are small here.

    With more it spins, most of all beside another process: what takes a minute then took ten. And
    results would depend on the number of cores.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield


@contextmanager
def reserve_cores(workers: int) -> Iterator[None]:
    """Leave ``workers`` cores to threads that prepare scenes: torch takes the others, BLAS one.

    Linear algebra that takes every core in every thread spins most of the time; on two cores an
    epoch then took five times as long.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(before, cores() - workers)))
    try:
        with single_threaded_blas():
            yield
    finally:
        torch.set_num_threads(before)
