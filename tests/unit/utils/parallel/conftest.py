"""Workers of Dask that the tests of this folder share: starting them takes two seconds."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from artextract_cli.utils.parallel import dask_connection
from artextract_cli.utils.parallel.cluster import Cluster
from tests.helpers.parallel_work import until


@pytest.fixture(scope="session")
def local_cluster() -> Iterator[Any]:
    """A scheduler on this machine with two workers, which others on it could use."""
    distributed = dask_connection.load_distributed()
    import dask

    with ExitStack() as stack:
        stack.enter_context(dask_connection._quiet())
        stack.enter_context(dask.config.set(dask_connection.CONFIGURATION))
        local = distributed.LocalCluster(
            host="127.0.0.1",
            n_workers=2,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            memory_limit=None,
            silence_logs=60,
        )
        yield stack.enter_context(local)


@pytest.fixture
def cluster(local_cluster: Any) -> Cluster:
    """The cluster of these workers, once those that a test has ended are replaced."""
    until(lambda: len(local_cluster.scheduler.workers) == 2)
    return Cluster(address=local_cluster.scheduler_address)
