"""Locks on folders: one writer at a time."""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.parallel.shards import Shard

LOCK_NAME = ".artextract-lock"


@contextmanager
def directory_lock(folder: Path, shard: Shard | None = None) -> Iterator[None]:
    """Lock ``folder`` against other writing processes; create it if it is missing.

    The shards of one work may write at a time, each shard once. The lock ends with the process,
    however that ends. On a file system without locks there is none.

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
        with _lock_held(folder, shard):
            yield
    finally:
        with suppress(OSError):  # something was written
            for path in created:
                path.rmdir()


@contextmanager
def _lock_held(folder: Path, shard: Shard | None) -> Iterator[None]:
    lock = folder / _lock_name(shard)
    try:
        descriptor = lock_file(lock)
    except OSError:  # an unusable folder is reported with the first file that is written
        yield
        return
    if descriptor is None:
        raise _busy(folder, shard)
    try:
        # The own lock comes first: of two processes that exclude each other, one at least then
        # finds the lock of the other.
        if any(_is_held(other) for other in _excluding(folder, shard)):
            raise _busy(folder, None)
        yield
    finally:
        _remove_locked(lock, descriptor)


def _lock_name(shard: Shard | None) -> str:
    return LOCK_NAME if shard is None else f"{LOCK_NAME}-{shard.index}-of-{shard.count}"


def _excluding(folder: Path, shard: Shard | None) -> list[Path]:
    """Locks that exclude a writer besides its own: the common one, and those of other shardings."""
    found = folder.glob(f"{LOCK_NAME}*")
    if shard is None:
        return [path for path in found if path.name != LOCK_NAME]
    return [path for path in found if not path.name.endswith(f"-of-{shard.count}")]


def _is_held(lock: Path) -> bool:
    # Another process that merely asks the same holds it for a moment, and so it is asked again.
    for _ in range(20):
        try:
            descriptor = lock_file(lock)
        except OSError:
            return False
        if descriptor is not None:
            _remove_locked(lock, descriptor)
            return False
        time.sleep(0.05)
    return True


def _busy(folder: Path, shard: Shard | None) -> ArtextractError:
    what = "to" if shard is None else f"shard {shard} to"
    msg = (
        f"another artextract process is writing {what} {folder}: wait for it to finish, or choose "
        "another --out"
    )
    return ArtextractError(msg)


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
