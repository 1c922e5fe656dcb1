"""TLS certificates of a cluster: only those who hold one can send it work."""

import datetime
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artextract_cli.errors import InputError, UsageError
from artextract_cli.utils.atomic import atomic_folder
from artextract_cli.utils.events import command_line
from artextract_cli.utils.file_errors import reading
from artextract_cli.utils.optional import load_optional
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUTHORITY = "ca.pem"
NODE, CLIENT = "node", "client"
DEFAULT_DAYS = 365
# Clocks of machines differ.
CLOCK_TOLERANCE = datetime.timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """Files of one side of the connections of a cluster.

    Attributes
    ----------
    authority
        Certificate of the authority that signed both sides.
    certificate
        Certificate of this side.
    key
        Its private key.
    """

    authority: Path
    certificate: Path
    key: Path


def create_certificates(folder: Path, *, days: int = DEFAULT_DAYS) -> None:
    """Write the certificates of a cluster and of its clients to a new folder.

    The authority that signs them exists only meanwhile: its key is not kept, and so nobody can add
    a certificate later. Private keys can be read by their owner only.

    Parameters
    ----------
    folder
        New folder for ca.pem; node.pem and node-key.pem of scheduler and workers; client.pem and
        client-key.pem.
    days
        Number of days for which they are valid.

    Raises
    ------
    UsageError
        If the folder exists and is not empty, or there are no such days.
    ArtextractError
        If it cannot be written.
    DependencyError
        If cryptography is not installed.
    """
    if not 1 <= days <= 3650:
        msg = f"certificates are valid for 1 to 3650 days, not {days}"
        raise UsageError(msg)
    OutputPlan(out=folder, rules=(check_new_folder,)).check()
    authority = _Authority(days)
    with atomic_folder(folder) as new:
        (new / AUTHORITY).write_bytes(authority.pem())
        # Nodes are asked, and ask each other; clients only ask.
        for name, answers in ((NODE, True), (CLIENT, False)):
            certificate, key = authority.signed(name, answers=answers)
            (new / f"{name}.pem").write_bytes(certificate)
            _write_secret(new / f"{name}-key.pem", key)


def client_certificates(folder: Path) -> Certificates:
    """The files of a client of a cluster.

    Raises
    ------
    InputError
        If one is missing, or they are not valid today.
    DependencyError
        If cryptography is not installed.
    """
    files = certificates_in(folder, CLIENT)
    x509 = load_cryptography()
    for path in (files.authority, files.certificate, files.key):
        with reading(path):
            content = path.read_bytes()
        if path != files.key:
            _check_dates(path, content, x509)
    return files


def certificates_in(folder: Path, side: str) -> Certificates:
    """The paths of the files of one side, `NODE` or `CLIENT`."""
    return Certificates(
        authority=folder / AUTHORITY,
        certificate=folder / f"{side}.pem",
        key=folder / f"{side}-key.pem",
    )


def load_cryptography() -> Any:
    """The module of certificates of the package `cryptography`.

    Raises
    ------
    DependencyError
        If it is not installed.
    """
    need = "certificates need the package cryptography"
    load_optional("cryptography", need, "'artextract[cluster]'")
    from cryptography import x509

    return x509


def _check_dates(path: Path, content: bytes, x509: Any) -> None:
    try:
        certificate = x509.load_pem_x509_certificate(content)
    except ValueError as error:
        msg = f"{path} is not a certificate: {_advice(path)}"
        raise InputError(msg) from error
    if not certificate.not_valid_before_utc <= _now() <= certificate.not_valid_after_utc:
        msg = (
            f"{path} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}, and not today: {_advice(path)}"
        )
        raise InputError(msg)


def _advice(path: Path) -> str:
    folder = path.parent
    new = command_line("cluster", "certificates", folder.with_name(f"{folder.name}-new"))
    return f"create new ones with `{new}`, and start the cluster with them"


def _write_secret(path: Path, content: bytes) -> None:
    # Created with these rights: others cannot open it even for a moment.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class _Authority:
    """A certificate authority in memory."""

    def __init__(self, days: int) -> None:
        self._x509 = load_cryptography()
        self._valid = (_now() - CLOCK_TOLERANCE, _now() + datetime.timedelta(days=days))
        self._key = _new_key()
        self._name = self._named("artextract cluster")
        basic = self._x509.BasicConstraints(ca=True, path_length=0)
        usage = self._usage(key_cert_sign=True)
        self._certificate = self._sign(self._name, self._key, [basic, usage])

    def pem(self) -> bytes:
        """Its own certificate."""
        return _certificate_pem(self._certificate)

    def signed(self, name: str, *, answers: bool) -> tuple[bytes, bytes]:
        """A certificate, and its private key, of a side that asks, or that ``answers`` too."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.x509.oid import ExtendedKeyUsageOID

        x509, key = self._x509, _new_key()
        purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
        purposes += [ExtendedKeyUsageOID.SERVER_AUTH] if answers else []
        basic = x509.BasicConstraints(ca=False, path_length=None)
        extensions = [basic, self._usage(digital_signature=True), x509.ExtendedKeyUsage(purposes)]
        subject = self._named(f"artextract cluster {name}")
        certificate = self._sign(subject, key, extensions)
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return _certificate_pem(certificate), secret

    def _named(self, name: str) -> "x509.Name":
        from cryptography.x509.oid import NameOID

        named: x509.Name = self._x509.Name([self._x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return named

    def _usage(self, **uses: bool) -> Any:
        names = (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        )
        return self._x509.KeyUsage(**{name: uses.get(name, False) for name in names})

    def _sign(
        self, subject: "x509.Name", key: "EllipticCurvePrivateKey", extensions: list[Any]
    ) -> Any:
        from cryptography.hazmat.primitives.hashes import SHA256

        x509, (start, end) = self._x509, self._valid
        builder = x509.CertificateBuilder(
            issuer_name=self._name,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=start,
            not_valid_after=end,
        )
        # OpenSSL finds the authority of a certificate by these.
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        for extension in (identifier, issuer):
            builder = builder.add_extension(extension, critical=False)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(self._key, SHA256())


def _new_key() -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _certificate_pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    content: bytes = certificate.public_bytes(Encoding.PEM)
    return content
