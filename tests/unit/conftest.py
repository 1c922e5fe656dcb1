"""What several unit tests use: graph files, a trained network, and workers of Dask."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.utils.parallel import dask_connection
from artextract_cli.utils.parallel.cluster import Cluster
from tests.helpers.parallel_work import until
from tests.helpers.scenes import train_tiny


@pytest.fixture(scope="session")
def graphs(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph files of ``dataset``, about 48 superpixels a scene."""
    out = tmp_path_factory.mktemp("graphs")
    build_dataset(dataset, out, GraphRecipe(superpixel_options={"region_size": 6}))
    return out


@pytest.fixture(scope="session")
def trained(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of two epochs on ``graphs``."""
    run = tmp_path_factory.mktemp("trained") / "run"
    train_tiny(graphs, run)
    return run


@pytest.fixture(scope="session")
def local_cluster() -> Iterator[Any]:
    """A scheduler on this machine with two workers, which others on it could use.

    Starting them takes two seconds.
    """
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
