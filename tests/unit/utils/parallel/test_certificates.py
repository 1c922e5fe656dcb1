"""TLS certificates of a cluster."""

import datetime
import os
import ssl
from pathlib import Path

import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.utils.parallel import certificates
from artextract_cli.utils.parallel.certificates import (
    CLIENT,
    NODE,
    Certificates,
    certificates_in,
    client_certificates,
    create_certificates,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "new" / "folder"
    create_certificates(path, days=30)
    return path


def connects(server: Certificates, client: Certificates) -> bool:
    """Whether both sides trust each other, as Dask lets them."""
    sides = []
    for purpose, files in ((ssl.Purpose.CLIENT_AUTH, server), (ssl.Purpose.SERVER_AUTH, client)):
        context = ssl.create_default_context(purpose, cafile=str(files.authority))
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(files.certificate, files.key)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        is_server = purpose is ssl.Purpose.CLIENT_AUTH
        sides.append((context.wrap_bio(incoming, outgoing, is_server), incoming, outgoing))
    (one, one_in, one_out), (other, other_in, other_out) = sides
    done = set()
    for _ in range(6):
        for name, side in (("other", other), ("one", one)):
            try:
                side.do_handshake()
                done.add(name)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                return False
            one_in.write(other_out.read())
            other_in.write(one_out.read())
    return done == {"one", "other"}


def test_both_sides_know_each_other(folder: Path) -> None:
    node, client = certificates_in(folder, NODE), client_certificates(folder)
    assert connects(node, client)
    assert connects(node, node)
    # Whoever has only the certificate of a client cannot pose as a scheduler.
    assert not connects(client, node)


def test_certificates_of_another_cluster_are_refused(folder: Path, tmp_path: Path) -> None:
    create_certificates(tmp_path / "other")
    other = client_certificates(tmp_path / "other")
    assert not connects(certificates_in(folder, NODE), other)
    ours = certificates_in(folder, CLIENT)
    assert not connects(
        certificates_in(folder, NODE),
        Certificates(authority=ours.authority, certificate=other.certificate, key=other.key),
    )


def test_only_the_owner_can_read_keys_and_that_of_the_authority_is_not_kept(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"ca.pem", "node.pem", "node-key.pem", "client.pem", "client-key.pem"}
    if os.name == "posix":
        for path in folder.glob("*-key.pem"):
            assert path.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in "".join(
        path.read_text() for path in folder.iterdir() if not path.name.endswith("-key.pem")
    )


def test_files_are_never_overwritten(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(UsageError, match="choose a new one"):
        create_certificates(folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(("days", "is_valid"), [(-1, False), (0, True), (29, True), (31, False)])
def test_certificates_end(
    folder: Path, days: int, is_valid: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    monkeypatch.setattr(certificates, "_now", lambda: now)
    if is_valid:
        client_certificates(folder)
        return
    with pytest.raises(InputError, match="and not today"):
        client_certificates(folder)
