"""Reading and writing files so that errors are clear and no half-written file is left behind."""

import hashlib
import itertools
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from artextract_cli.errors import ArtextractError, InputError, UsageError

if sys.platform != "win32":
    import fcntl


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the system's refusal to read ``path`` into an ``InputError`` that names it.

    A pipe or device is refused too: reading one may never end.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        msg = f"cannot read {path}: it is no regular file; name one"
        raise InputError(msg)
    try:
        yield
    except OSError as error:
        msg = f"cannot read {path}: {_reason(error)}"
        raise InputError(msg) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write ``path`` into an ``ArtextractError`` that names it."""
    try:
        yield
    except OSError as error:
        msg = f"cannot write {path}: {_reason(error)}"
        raise ArtextractError(msg) from error


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` to write to, and move it there when all went well.

    The temporary path keeps the suffix, since many writers choose the format by it. Readers see
    the old file or the whole new one, also after a crash; on an error nothing is left behind, and
    what a killed process left is written over by the next one. Missing parent folders are made.

    Raises
    ------
    ArtextractError
        If the file cannot be written: no space, no permission, a folder of that name.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _temporary(path) as temporary:
            try:
                yield temporary
                _flush_to_disk(temporary)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder beside ``out`` to write into, and move it there when all went well.

    On an error nothing is left behind.

    Raises
    ------
    UsageError
        If ``out`` exists and is not an empty folder.
    ArtextractError
        If it cannot be written.
    """
    with writing(out):
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            msg = f"{out} exists and is not an empty folder: name a new one"
            raise UsageError(msg)
        target = out.resolve()
        work = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        work.mkdir(parents=True)
        try:
            yield work
            if target.exists():  # empty; not every system renames onto a folder
                target.rmdir()
            work.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def refuse_inputs(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that was read.

    Raises
    ------
    UsageError
        If ``path`` is one of ``inputs``.
    """
    if path.resolve() in {given.resolve() for given in inputs}:
        msg = f"{path} is one of the inputs, which are only read; name another place"
        raise UsageError(msg)


def refuse_inside(path: Path, folder: Path, kind: str = "dataset") -> None:
    """Refuse to write ``path`` inside ``folder``, whose files are never touched.

    Raises
    ------
    UsageError
        If ``path`` is the folder, or lies in it.
    """
    if path.resolve().is_relative_to(folder.resolve()):
        msg = f"{path} lies inside the {kind} {folder}, which is only read; name another place"
        raise UsageError(msg)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A path beside ``path`` that no other process writes to.

    The names are always the same, so that nothing gathers where processes are killed. Who writes to
    one holds a lock on it, which ends with the process, however that ends.
    """
    # Not the name itself: together with anything else it may be too long for the file system.
    target = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
    for number in itertools.count():
        temporary = path.with_name(f".artextract-tmp-{target}-{number}{path.suffix}")
        try:
            descriptor = _locked(temporary)
        except OSError:  # a file system without locks, or the file of another user
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            yield path.with_name(f".artextract-tmp-{secrets.token_hex(8)}{path.suffix}")
            return
        if descriptor is not None:
            try:
                yield temporary
            finally:
                os.close(descriptor)
            return


def _locked(path: Path) -> int | None:
    """Make an empty file and lock it: its descriptor, or None where another process holds it."""
    if sys.platform == "win32":
        raise OSError
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who held it until now may have moved it to its place after it was opened here.
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            os.ftruncate(descriptor, 0)
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
