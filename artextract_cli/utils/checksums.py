"""Embedded checksums: the SHA-256 of a file inside the file itself, to detect any change.

It is computed with `PLACEHOLDER` in its own place.
"""

import hashlib
from pathlib import Path

from artextract_cli.utils.file_errors import reading

# SHA-256 has 256 bits, which are 64 hexadecimal digits.
PLACEHOLDER = "0" * 64
"""Zeros in the place of a digest to be embedded; they must not occur earlier in the file."""


def embed_digest(content: bytes) -> bytes:
    """Replace the first `PLACEHOLDER` in ``content`` by the SHA-256 of ``content``."""
    return content.replace(PLACEHOLDER.encode(), hashlib.sha256(content).hexdigest().encode(), 1)


def verify_digest(content: bytes, digest: object) -> bool:
    """Whether ``content`` is unchanged since ``digest`` was embedded in it."""
    if not isinstance(digest, str) or len(digest) != len(PLACEHOLDER):
        return False
    # Only the first occurrence, which is where `embed_digest` wrote it.
    zeroed = content.replace(digest.encode(), PLACEHOLDER.encode(), 1)
    return hashlib.sha256(zeroed).hexdigest() == digest


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with reading(path), path.open("rb") as file:
        # It reads piece by piece, so that files larger than the memory can be checked.
        return hashlib.file_digest(file, "sha256").hexdigest()
