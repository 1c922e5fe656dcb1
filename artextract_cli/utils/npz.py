"""Opening npz files of any origin: integrity and claimed size are checked first."""

import lzma
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from artextract_cli.utils.size_limits import check_claim

# What zipfile, its decompressors and NumPy raise for a truncated or modified archive.
DAMAGE = (
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
# Version 3 differs only in allowing UTF-8 in names of record fields, and records are not expected
# here; it raises KeyError, which `DAMAGE` includes.
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@contextmanager
def opened_npz(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Open an npz after verifying its checksums; its arrays are read on access.

    Damaged files raise one of `DAMAGE`.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    Mapping
        Arrays by name.

    Raises
    ------
    InputError
        If it would unpack to more numbers than `max_pixels`, and is compressed.
    """
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        # Without compression, members are no larger than the file, which is on the disk already.
        # The limit is a number of values: eight bytes count as one, rounded up.
        if unpacked > path.stat().st_size:
            check_claim(path, f"{unpacked} bytes", -(-unpacked // 8))
        for member in members:
            _check_member(archive, member)
        # NumPy does not reach the checksum of an array whose header was modified.
        if (name := archive.testzip()) is not None:
            msg = f"the checksum of {name} is wrong"
            raise ValueError(msg)
        # The archive has moved the position of the shared file.
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            yield arrays


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Check that the header of an array matches the number of bytes that follow it."""
    with archive.open(member) as file:
        opened = cast(BinaryIO, file)
        shape, _, dtype = _HEADERS[np.lib.format.read_magic(opened)](opened)
        n_bytes = file.tell() + math.prod(shape) * dtype.itemsize
    # Arrays of objects are refused by NumPy, with a message of its own.
    if not dtype.hasobject and n_bytes != member.file_size:
        msg = f"{member.filename} has {member.file_size} bytes where its header gives {n_bytes}"
        raise ValueError(msg)
