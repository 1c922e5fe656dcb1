"""Workers of Dask that the tests of this folder share: starting them takes two seconds."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from artextract_cli.utils.parallel import dask_connection
from artextract_cli.utils.parallel.cluster import Cluster


@pytest.fixture(scope="session")
def scheduler_address() -> Iterator[str]:
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
        yield stack.enter_context(local).scheduler_address


@pytest.fixture
def cluster(scheduler_address: str) -> Cluster:
    """The cluster of these workers."""
    return Cluster(address=scheduler_address)
