"""Seals: the SHA-256 of a file inside the file itself, so that one changed bit is seen.

It is taken with zeros where it is going to stand.
"""

import hashlib
from pathlib import Path

from artextract_cli.utils.file_errors import reading

PLACEHOLDER = "0" * 64
"""What a writer puts where the seal is to be; nothing before it may look the same."""


def embed_digest(content: bytes) -> bytes:
    """Put the seal in the place of the first `PLACEHOLDER` in ``content``."""
    return content.replace(PLACEHOLDER.encode(), hashlib.sha256(content).hexdigest().encode(), 1)


def verify_digest(content: bytes, seal: object) -> bool:
    """Whether ``content`` is as it was when ``seal`` was put into it."""
    if not isinstance(seal, str) or len(seal) != len(PLACEHOLDER):
        return False
    zeroed = content.replace(seal.encode(), PLACEHOLDER.encode(), 1)
    return hashlib.sha256(zeroed).hexdigest() == seal


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
