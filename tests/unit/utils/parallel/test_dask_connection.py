"""Connections to a cluster."""

import logging
import os
import signal
from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.parallel import dask_connection
from artextract_cli.utils.parallel.certificates import create_certificates
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.parallel.dask_connection import LOGGERS, connected


def interruption_is_blocked() -> bool:
    """Whether Ctrl-C does not reach this thread."""
    return os.name != "posix" or signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_workers_of_this_machine_are_encrypted_and_end(capfd: pytest.CaptureFixture[str]) -> None:
    with connected(Cluster(address="local:3"), 1) as client:
        # No more than there are items; others on this machine lack the certificates.
        (address,) = client.nthreads()
        assert address.startswith("tls://127.0.0.1:")
        assert client.scheduler.address.startswith("tls://127.0.0.1:")
        assert client.nthreads() == {address: 1}
        assert client.run(interruption_is_blocked) == {address: True}
    # Only in the workers: the command itself can be interrupted.
    assert os.name != "posix" or not interruption_is_blocked()
    assert client.status == "closed"
    assert capfd.readouterr() == ("", "starting 1 worker\n")


def test_a_scheduler_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_connection, "CONNECT_S", 0.5)
    create_certificates(tmp_path / "c")
    levels = [logging.getLogger(name).level for name in LOGGERS]
    cluster = Cluster(address="tls://127.0.0.1:1", certificates=tmp_path / "c")
    with pytest.raises(ArtextractError, match="no scheduler of Dask answers"):
        connected(cluster, 1).__enter__()
    assert [logging.getLogger(name).level for name in LOGGERS] == levels


def test_a_scheduler_without_encryption_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    create_certificates(tmp_path / "c")
    address = cluster.address.replace("tcp://", "tls://")
    with (
        pytest.raises(ArtextractError, match="no scheduler of Dask answers"),
        connected(Cluster(address=address, certificates=tmp_path / "c"), 1),
    ):
        pass
