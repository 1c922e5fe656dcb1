"""Clusters of Dask that scenes can be sent to, and which of them are safe to send to."""

import ipaddress
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from artextract_cli.errors import InputError, UsageError
from artextract_cli.utils.file_errors import reading

FORMS = "local:N, the scheduler file of Dask (.json), tls://HOST:PORT or tcp://127.0.0.1:PORT"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Workers of Dask that process the scenes of a dataset.

    Attributes
    ----------
    address
        ``local:N`` for N workers on this machine, the path of a scheduler file (.json), or the
        address of a scheduler: ``tls://HOST:PORT``, or ``tcp://127.0.0.1:PORT``.
    certificates
        For ``tls://``: the folder that ``artextract cluster certificates`` wrote.

    Raises
    ------
    UsageError
        If there is no such form of address, or the connection would be open to others.
    """

    address: str
    certificates: Path | None = None

    def __post_init__(self) -> None:
        if "://" in self.address:
            self._check(self.address)
        elif self.n_local == 0 or not (self.n_local or self.address.endswith(".json")):
            msg = f"--cluster takes {FORMS}; got {self.address!r}"
            raise UsageError(msg)

    def __str__(self) -> str:
        return self.address

    @property
    def n_local(self) -> int | None:
        """Number of workers on this machine; None if a scheduler was started separately."""
        match = re.fullmatch(r"local:(\d{1,4})", self.address)
        return int(match[1]) if match else None

    def scheduler_address(self) -> str:
        """The address of the scheduler, which a scheduler file contains.

        Raises
        ------
        InputError
            If the scheduler file cannot be read.
        UsageError
            If the connection would be open to others.
        """
        if "://" in self.address:
            return self.address
        address = _address_in(Path(self.address))
        self._check(address)
        return address

    def at_most(self, n_workers: int) -> "Cluster":
        """The cluster with fewer workers on this machine; another cluster is returned as it is.

        Parameters
        ----------
        n_workers
            The largest number of workers.
        """
        if self.n_local is None or self.n_local <= n_workers:
            return self
        return replace(self, address=f"local:{n_workers}")

    def _check(self, address: str) -> None:
        """Refuse connections by which others on the network could run code on this machine."""
        scheme, host = _parts(address)
        if scheme not in ("tcp", "tls") or host is None:
            msg = f"--cluster takes {FORMS}; got {address!r}"
            raise UsageError(msg)
        if scheme == "tcp" and not _is_loopback(host):
            msg = (
                f"{address} is open to everyone on the network, who could run code through it: "
                "create TLS certificates with `artextract cluster certificates DIR`, start the "
                "scheduler with them, and give --certificates DIR"
            )
            raise UsageError(msg)
        if scheme == "tls" and self.certificates is None:
            msg = (
                f"{address} needs --certificates DIR, the folder written by `artextract cluster "
                "certificates DIR` whose certificates the scheduler was started with"
            )
            raise UsageError(msg)


def chosen_pool(jobs: int, cluster: Cluster | None) -> int | Cluster:
    """What works on scenes: so many processes of this machine, or a cluster.

    Raises
    ------
    UsageError
        If both are given, or the number is less than one.
    """
    if cluster is None:
        check_jobs(jobs)
        return jobs
    if jobs != 1:
        msg = "--cluster has workers of its own: omit --jobs"
        raise UsageError(msg)
    return cluster


def check_jobs(jobs: int) -> None:
    """Check a number of processes.

    Raises
    ------
    UsageError
        If it is less than one.
    """
    if jobs < 1:
        msg = f"jobs must be 1 or more, not {jobs}"
        raise UsageError(msg)


def _parts(address: str) -> tuple[str, str | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname if parts.port else None
    except ValueError:  # such as a port that is not a number
        return "", None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # A name other than this one may lead anywhere.
        return host == "localhost"


def _address_in(path: Path) -> str:
    """The address in a scheduler file of Dask."""
    try:
        with reading(path):
            content = json.loads(path.read_bytes())
        address = content["address"]
    except (ValueError, TypeError, KeyError) as error:
        address = None
        cause: Exception | None = error
    else:
        cause = None
    if not isinstance(address, str):
        msg = f"{path} is not a scheduler file of Dask: give what 'dask scheduler' wrote"
        raise InputError(msg) from cause
    return address
