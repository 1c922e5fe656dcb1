"""Locks on folders: one writer at a time."""

import errno
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
        _remove_locked(lock, descriptor)


def lock_file(path: Path) -> int | None:
    """Create and lock an empty file: its descriptor, or None if another process holds it."""
    # O_NOFOLLOW, because a symbolic link in its place would have another file emptied.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    for _ in range(100):  # a retry is needed only if another process removes the file in between
        descriptor = os.open(path, flags, 0o666)
        try:
            _lock(descriptor)
            # The former holder may have moved or removed it after it was opened here. On Windows
            # nobody can: the file is open.
            if sys.platform == "win32" or os.path.samestat(os.fstat(descriptor), path.stat()):
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


def _lock(descriptor: int) -> None:
    """Lock an open file; raise ``BlockingIOError`` if another process holds the lock."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        # flock belongs to the open file. A lock of lockf belongs to the process, and would end as
        # soon as the process closes any other descriptor of the same file. LOCK_NB: refuse instead
        # of waiting.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_locked(path: Path, descriptor: int) -> None:
    """Remove a locked file and end its lock, in this order wherever open files can be removed."""
    if sys.platform != "win32":
        # While it is still locked: afterwards the file might already be that of another process.
        path.unlink(missing_ok=True)
    os.close(descriptor)
    if sys.platform == "win32":
        with suppress(OSError):  # the next writer has it open already
            path.unlink()
