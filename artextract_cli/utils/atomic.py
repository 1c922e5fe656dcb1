"""Atomic writing of files and folders: a reader sees the old content or the new, never a part."""

import ctypes
import errno
import hashlib
import itertools
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.locks import lock_file

TEMPORARY = ".artextract-tmp-"
"""Prefix of the names of files and folders that are still being written."""


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` to write to, and move it there on success.

    The temporary path keeps the suffix, since many writers choose the format by it. Readers see
    the old file or the complete new one, even after a crash; after an error nothing is left behind,
    and the next writer overwrites what a killed process left. Missing parent folders are created.

    Raises
    ------
    ArtextractError
        If the file cannot be written: no space, no permission, a folder of that name.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _temporary(path, path.suffix) as temporary:
            try:
                yield temporary
                # The contents must be on the disk before the name points to them: after a power
                # failure the name could otherwise lead to an empty file.
                flush(temporary)
                temporary.replace(path)
                # The new name is an entry of the folder, which is cached separately.
                flush(path.parent)
            finally:
                temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """Yield a folder beside ``out`` to write into, and move it there on success.

    After an error nothing is left behind; the next writer removes what a killed process left.

    Raises
    ------
    ArtextractError
        If it cannot be written, or ``out`` exists and is not an empty folder.
    """
    with writing(out):
        # If ``out`` is a symbolic link, renaming would replace the link, not the folder that it
        # leads to.
        target = out.resolve()
        with temporary_folder(target) as work:
            yield work
            _flush_all(work)
            if target.exists():  # empty; not every system renames onto a folder
                target.rmdir()
            work.rename(target)
            flush(target.parent)


@contextmanager
def replace_folder(out: Path) -> Iterator[Path]:
    """As `atomic_folder`, but an existing folder is replaced in one step.

    Raises
    ------
    ArtextractError
        If it cannot be written.
    """
    target = out.resolve()
    # Hidden, so that it is not listed as a scene, and named after the target, so that the next
    # writer finds it after a kill.
    former = target.with_name(f".{target.name}.former")
    with writing(out), temporary_folder(target) as work:
        if former.exists() and not target.exists():  # killed between two renames
            former.rename(target)
        yield work
        _flush_all(work)
        if not target.exists():
            work.rename(target)
        elif not exchange_paths(work, target):
            _remove(former)
            target.rename(former)
            work.rename(target)
            _remove(former)
        flush(target.parent)


def link_or_copy(path: Path, target: Path) -> None:
    """Hard-link a file, or all files of a folder, to ``target``; copy where links are impossible.

    Symbolic links stay symbolic links.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, target, symlinks=True, copy_function=_link_or_copy_file)
    else:
        _link_or_copy_file(path, target)


def _link_or_copy_file(path: Path | str, target: Path | str) -> None:
    try:
        os.link(path, target, follow_symlinks=False)
    # Links are impossible across file systems and on some network drives; Python raises
    # NotImplementedError where the system cannot link without following symbolic links.
    except (OSError, NotImplementedError):
        shutil.copy2(path, target, follow_symlinks=False)


def clear_leftovers(out: Path) -> None:
    """Remove what a killed process left of `replace_folder` beside ``out``."""
    # Entering the context removes what lies under the temporary name; leaving it removes the lock.
    with writing(out), temporary_folder(out.resolve()):
        pass


@contextmanager
def _temporary(path: Path, suffix: str) -> Iterator[Path]:
    """Yield a path beside ``path`` that no other process writes to.

    The names are always the same, so that leftovers of killed processes do not accumulate. The
    writer holds a lock on the path, which ends with its process, however that ends. Windows does
    not move files that are open, as a locked file is: there every name is new.
    """
    if sys.platform == "win32":
        yield _new_name(path, suffix)
        return
    # Not the name itself, which may be too long for the file system once anything is added.
    digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
    # A locked name belongs to a running writer of the same path: then the next number is tried.
    for number in itertools.count():
        temporary = path.with_name(f"{TEMPORARY}{digest}-{number}{suffix}")
        try:
            descriptor = lock_file(temporary)
        except OSError:  # a file system without locks, or a file of another user
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            yield _new_name(path, suffix)
            return
        if descriptor is not None:
            try:
                yield temporary
            finally:
                os.close(descriptor)
            return


def _new_name(path: Path, suffix: str) -> Path:
    return path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}{suffix}")


@contextmanager
def temporary_folder(path: Path) -> Iterator[Path]:
    """Yield an empty hidden folder beside ``path`` that no other process writes to; then remove it.

    What a killed process left in it is removed first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A folder cannot be opened for writing and locked, so an empty file beside it carries the lock.
    with _temporary(path, ".lock") as lock:
        work = lock.with_suffix("")
        try:
            # With the lock held, a folder of this name can only be the leftover of a killed
            # process.
            _remove(work)
            work.mkdir()
            yield work
        finally:
            _remove(work)
            lock.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a folder and its contents, including what is read-only."""
    for path, folders, files in os.walk(folder):
        # Windows does not remove read-only files. Elsewhere they may be linked from other folders.
        names = (*folders, *files) if sys.platform == "win32" else folders
        for inner in (Path(path, name) for name in names):
            if not inner.is_symlink():
                # The entries of a read-only folder, such as one copied from an archive, cannot be
                # deleted.
                inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def exchange_paths(one: Path, other: Path) -> bool:
    """Exchange two paths in one step; False where the system or file system cannot."""
    if sys.platform != "linux":
        return False
    try:
        # Python has no call that exchanges two paths; glibc has had this one since version 2.28.
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    number = ctypes.get_errno()
    # The file system or the kernel cannot exchange (renameat2(2)): the caller renames twice
    # instead.
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def flush(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    # Windows cannot open a folder, and flushes a file only through a descriptor that may write.
    if path.is_dir() and sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some file systems cannot flush folders
        if not path.is_dir() or error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _flush_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink() and (path.is_file() or path.is_dir()):
            with suppress(PermissionError):  # a file of another user, which is only kept
                flush(path)
