"""Connections to a cluster of Dask."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.events import LOGGER, inform
from artextract_cli.utils.optional import load_optional
from artextract_cli.utils.parallel.certificates import client_certificates
from artextract_cli.utils.parallel.cluster import Cluster

CONNECT_S = 10
"""Seconds to wait for the scheduler, which answers in milliseconds if there is one."""

# Those that Dask gives a level of their own.
LOGGERS = ("distributed", "distributed.client", "tornado", "asyncio")

# For schedulers and workers on this machine.
CONFIGURATION = {
    # Another scene may have ended a worker; the third time it is the scene.
    "distributed.scheduler.allowed-failures": 2,
    # Otherwise a worker that takes longer to start again, on a busy machine, is given up.
    "distributed.deploy.lost-worker-timeout": "1 hour",
    # Pages about the work, which others on this machine could read.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # What Dask measures of itself for these pages, up to a hundred times a second.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    # Ended workers have nothing to finish.
    "distributed.comm.retry.count": 0,
}


def load_distributed() -> Any:
    """The package `distributed` of Dask.

    Raises
    ------
    DependencyError
        If it is not installed.
    """
    return load_optional("distributed", "--cluster needs Dask", "'artextract[cluster]'")


@contextmanager
def connected(cluster: Cluster, n_items: int) -> Iterator[Any]:
    """Yield a client of the cluster; workers of this machine are started, and ended in the end.

    Raises
    ------
    ArtextractError
        If the scheduler does not answer.
    DependencyError
        If Dask is not installed.
    """
    distributed = load_distributed()
    with _quiet(), ExitStack() as stack:
        if cluster.n_local is None:
            address, security = cluster.scheduler_address(), _security(distributed, cluster)
        else:
            local = _local_cluster(distributed, min(cluster.n_local, n_items), stack)
            address, security = local.scheduler_address, local.security
        yield stack.enter_context(_client(distributed, address, security))


def _client(distributed: Any, address: str, security: Any) -> Any:
    try:
        # Results come through the scheduler: a worker may be in a network that is not ours.
        return distributed.Client(
            address,
            security=security,
            timeout=CONNECT_S,
            direct_to_workers=False,
            set_as_default=False,
        )
    # The latter, from an encrypted connection to a scheduler that is not.
    except (OSError, ValueError) as error:
        msg = (
            f"no scheduler of Dask answers at {address}: start it, or check the address and the "
            "certificates"
        )
        raise ArtextractError(msg) from error


def _security(distributed: Any, cluster: Cluster) -> Any:
    if cluster.certificates is None:
        return None
    files = client_certificates(cluster.certificates)
    return distributed.Security(
        tls_ca_file=str(files.authority),
        tls_client_cert=str(files.certificate),
        tls_client_key=str(files.key),
        require_encryption=True,
    )


def _local_cluster(distributed: Any, n_workers: int, stack: ExitStack) -> Any:
    import dask

    stack.enter_context(dask.config.set(CONFIGURATION))
    inform(f"starting {n_workers} worker{'s' * (n_workers != 1)}")
    with _uninterrupted(), _started():
        local = distributed.LocalCluster(
            host="127.0.0.1",
            n_workers=n_workers,
            # Linear algebra has one thread for a whole process, not for each thread of it.
            threads_per_worker=1,
            # Certificates in memory: others on this machine can reach the ports, too.
            protocol="tls://",
            security=True,
            # Port 0 is any that is free.
            dashboard_address="127.0.0.1:0",
            # Only --max-memory limits memory: a worker that Dask ends would be a failure.
            memory_limit=None,
            silence_logs=_level(),
        )
    return stack.enter_context(local)


@contextmanager
def _started() -> Iterator[None]:
    """Turn what Dask raises where a worker ends while it starts into one sentence."""
    try:
        yield
    except RuntimeError as error:  # "Nanny failed to start."
        msg = "a worker of local:N was ended while it started: run the command again, or use --jobs"
        raise ArtextractError(msg) from error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start threads and processes that Ctrl-C does not reach: the scene in progress is finished.

    Threads and processes inherit the signals that are blocked where they are started, and so do
    workers that are started later by such a thread.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    # Started later, it would allow Ctrl-C again in the thread that starts it.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _level() -> int:
    """What of the messages of Dask is shown: everything with --verbose, otherwise nothing."""
    return logging.INFO if LOGGER.isEnabledFor(logging.DEBUG) else logging.CRITICAL + 1


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide messages of Dask about lost connections, which are reported in a sentence of ours."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(_level())
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
