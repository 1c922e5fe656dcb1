"""Reading and writing files so that errors are clear and no half-written file is left behind."""

import ctypes
import errno
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

LOCK_NAME = ".artextract-lock"
TEMPORARY = ".artextract-tmp-"
"""How the names of files and folders begin that are written to until they are whole."""


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
        leads_nowhere = path.is_symlink() and not path.exists()
        reason = "it is a link that leads nowhere" if leads_nowhere else _reason(error)
        msg = f"cannot write {path}: {reason}"
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
        with _temporary(path, path.suffix) as temporary:
            try:
                yield temporary
                flush(temporary)
                temporary.replace(path)
                flush(path.parent)
            finally:
                temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder beside ``out`` to write into, and move it there when all went well.

    On an error nothing is left behind; what a killed process left, the next one clears away.

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
        with _temporary_folder(target) as work:
            yield work
            _flush_all(work)
            if target.exists():  # empty; not every system renames onto a folder
                target.rmdir()
            work.rename(target)
            flush(target.parent)


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """As `whole_folder`, but a folder that is there is replaced in one step.

    Raises
    ------
    ArtextractError
        If it cannot be written.
    """
    target = out.resolve()
    former = target.with_name(f".{target.name}.former")
    with writing(out), _temporary_folder(target) as work:
        if former.exists() and not target.exists():  # killed while it could not be in one step
            former.rename(target)
        yield work
        _flush_all(work)
        if not target.exists():
            work.rename(target)
        elif not _exchanged(work, target):
            _remove(former)
            target.rename(former)
            work.rename(target)
            _remove(former)
        flush(target.parent)


def linked(path: Path, place: Path) -> None:
    """Give a file, or a folder with all it holds, a second ``place``: a copy where links cannot be.

    A symbolic link stays one.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, place, symlinks=True, copy_function=_linked_or_copied)
    else:
        _linked_or_copied(path, place)


def _linked_or_copied(path: Path | str, place: Path | str) -> None:
    try:
        os.link(path, place, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, place, follow_symlinks=False)


def clear_leftovers(out: Path) -> None:
    """Take away what a `replaced_folder` that was killed has left beside ``out``."""
    with writing(out), _temporary_folder(out.resolve()):
        pass


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold ``folder``, which is made where it is missing, against other processes that write to it.

    The hold ends with the process, however that ends. On a file system without locks there is none.

    Raises
    ------
    ArtextractError
        If another process holds it, or it cannot be made.
    """
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with _held(folder):
            yield
    finally:
        with suppress(OSError):  # something was written
            for path in new:
                path.rmdir()


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    lock = folder / LOCK_NAME
    try:
        descriptor = _locked(lock)
    except OSError:  # what is wrong with the folder is said of the first file that is written
        yield
        return
    if descriptor is None:
        msg = (
            f"another artextract is writing to {folder}: wait until it has ended, or choose "
            "another --out"
        )
        raise ArtextractError(msg)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(descriptor)


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


def refuse_links(folders: Iterable[Path]) -> None:
    """Refuse to write into folders of an output that are links, and thus lie elsewhere.

    Raises
    ------
    UsageError
        If one of ``folders`` is a symbolic link.
    """
    for folder in folders:
        if folder.is_symlink():
            msg = (
                f"{folder} is a symbolic link, and nothing is written through one: put a folder in "
                "its place, or choose another --out"
            )
            raise UsageError(msg)


@contextmanager
def _temporary(path: Path, suffix: str) -> Iterator[Path]:
    """A path beside ``path`` that no other process writes to.

    The names are always the same, so that nothing gathers where processes are killed. Who writes to
    one holds a lock on it, which ends with the process, however that ends.
    """
    # Not the name itself: together with anything else it may be too long for the file system.
    target = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
    for number in itertools.count():
        temporary = path.with_name(f"{TEMPORARY}{target}-{number}{suffix}")
        try:
            descriptor = _locked(temporary)
        except OSError:  # a file system without locks, or the file of another user
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            yield path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}{suffix}")
            return
        if descriptor is not None:
            try:
                yield temporary
            finally:
                os.close(descriptor)
            return


@contextmanager
def _temporary_folder(path: Path) -> Iterator[Path]:
    """An empty folder beside ``path`` that no other process writes to; it is gone in the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(path, ".lock") as lock:
        work = lock.with_suffix("")
        try:
            _remove(work)
            work.mkdir()
            yield work
        finally:
            _remove(work)
            lock.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a folder with all it holds, read-only folders too."""
    for path, names, _ in os.walk(folder):
        for inner in (Path(path, name) for name in names):
            if not inner.is_symlink():
                inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _locked(path: Path) -> int | None:
    """Make an empty file and lock it: its descriptor, or None where another process holds it."""
    if sys.platform == "win32":
        raise OSError
    for _ in range(100):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it until now may have moved or removed it after it was opened here.
            if os.path.samestat(os.fstat(descriptor), path.stat()):
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


def _exchanged(one: Path, other: Path) -> bool:
    """Let two paths change places in one step, where system and file system can do that."""
    if sys.platform != "linux":
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, reach the disk."""
    if path.is_dir() and sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some file systems have no such thing for folders
        if not path.is_dir() or error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _flush_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink() and (path.is_file() or path.is_dir()):
            with suppress(PermissionError):  # a file of somebody else that is only kept
                flush(path)


def cause(error: Exception) -> str:
    """Why a file cannot be read, in plain words, by what a library raised; --debug shows that."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it was cut short or changed"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
