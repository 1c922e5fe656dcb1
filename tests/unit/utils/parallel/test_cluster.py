"""Addresses of clusters, and which of them are refused."""

import json
from pathlib import Path

import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.utils.parallel.cluster import Cluster, chosen_pool


@pytest.mark.parametrize(
    ("address", "n_local"), [("local:1", 1), ("local:16", 16), ("a.json", None)]
)
def test_number_of_local_workers(address: str, n_local: int | None) -> None:
    assert Cluster(address=address).n_local == n_local


@pytest.mark.parametrize(
    "address",
    [
        *("", "local", "local:0", "local:-1", "local:x", "scheduler.yaml", "host:8786"),
        *("tcp://127.0.0.1", "tcp://127.0.0.1:x", "ws://127.0.0.1:1", "inproc://127.0.0.1/1/1"),
        *("tls://", "tls://:1", "tcp://[::1:1"),
    ],
)
def test_what_is_not_an_address(address: str) -> None:
    with pytest.raises(UsageError, match="--cluster takes local:N"):
        Cluster(address=address, certificates=Path("c"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_without_certificates_only_this_machine(host: str) -> None:
    assert Cluster(address=f"tcp://{host}:1").scheduler_address() == f"tcp://{host}:1"


@pytest.mark.parametrize(
    "host",
    ["192.0.2.1", "0.0.0.0", "[::]", "example.org", "localhost.example.org", "127.0.0.1.nip.io"],
)
def test_an_open_connection_is_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is open to everyone on the network"):
        Cluster(address=f"tcp://{host}:8786")
    path = tmp_path / "scheduler.json"
    path.write_text(json.dumps({"address": f"tcp://{host}:8786"}))
    # Certificates do not help if they are not used.
    cluster = Cluster(address=str(path), certificates=tmp_path)
    with pytest.raises(UsageError, match="is open to everyone on the network"):
        cluster.scheduler_address()


def test_encrypted_connections_need_certificates(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs --certificates DIR"):
        Cluster(address="tls://192.0.2.1:8786")
    path = tmp_path / "scheduler.json"
    path.write_text(json.dumps({"address": "tls://192.0.2.1:8786", "workers": {}}))
    with pytest.raises(UsageError, match="needs --certificates DIR"):
        Cluster(address=str(path)).scheduler_address()
    cluster = Cluster(address=str(path), certificates=tmp_path)
    assert cluster.scheduler_address() == "tls://192.0.2.1:8786"


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "{}", '{"address": 3}', "\xff"])
def test_what_is_not_a_scheduler_file(content: str, tmp_path: Path) -> None:
    path = tmp_path / "scheduler.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(InputError, match="is not a scheduler file of Dask"):
        Cluster(address=str(path)).scheduler_address()


def test_fewer_workers_on_this_machine() -> None:
    cluster = Cluster(address="local:4")
    assert cluster.at_most(3) == Cluster(address="local:3")
    assert cluster.at_most(5) == cluster
    elsewhere = Cluster(address="a.json")
    assert elsewhere.at_most(1) == elsewhere


def test_jobs_or_a_cluster() -> None:
    cluster = Cluster(address="local:4")
    assert chosen_pool(3, None) == 3
    assert chosen_pool(1, cluster) == cluster
    with pytest.raises(UsageError, match="omit --jobs"):
        chosen_pool(2, cluster)
