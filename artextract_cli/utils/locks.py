"""Locks on folders: one writer at a time."""

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.file_errors import writing

LOCK_NAME = ".artextract-lock"


@contextmanager
def directory_lock(folder: Path) -> Iterator[None]:
    """Lock ``folder`` against other writing processes; create it if it is missing.

    The lock ends with the process, however that ends. On a file system without locks there is none.

    Raises
    ------
    ArtextractError
        If another process holds the lock, or the folder cannot be created.
    """
    # From the innermost folder outwards, so that they can be removed in this order.
    created = [path for path in (folder, *folder.parents) if not path.exists()]
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with _lock_held(folder):
            yield
    finally:
        with suppress(OSError):  # something was written
            for path in created:
                path.rmdir()


@contextmanager
def _lock_held(folder: Path) -> Iterator[None]:
    lock = folder / LOCK_NAME
    try:
        descriptor = lock_file(lock)
    except OSError:  # an unusable folder is reported with the first file that is written
        yield
        return
    if descriptor is None:
        msg = (
            f"another artextract process is writing to {folder}: wait for it to finish, or "
            "choose another --out"
        )
        raise ArtextractError(msg)
    try:
        yield
    finally:
        # Removed while it is still locked: afterwards the file might already be that of another
        # process.
        lock.unlink(missing_ok=True)
        os.close(descriptor)


def lock_file(path: Path) -> int | None:
    """Create and lock an empty file: its descriptor, or None if another process holds it."""
    if sys.platform == "win32":
        # The callers treat this like a file system without locks.
        raise OSError
    for _ in range(100):  # a retry is needed only if another process removes the file in between
        # O_NOFOLLOW, because a symbolic link in its place would have another file emptied.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            # flock belongs to the open file. A lock of lockf belongs to the process, and would end
            # as soon as the process closes any other descriptor of the same file. LOCK_NB: refuse
            # instead of waiting.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The former holder may have moved or removed it after it was opened here.
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                # The file may hold what a killed writer left.
                os.ftruncate(descriptor, 0)
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), str(path))
