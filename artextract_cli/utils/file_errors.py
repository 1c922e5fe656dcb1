"""System errors of reading and writing, each turned into one clear sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artextract_cli.errors import ArtextractError, InputError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn a system error of reading a path into an `InputError` that names it.

    Pipes and devices are refused too: reading one may never end.

    Parameters
    ----------
    path
        File or folder that is read inside the ``with`` block.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    # A missing path passes: opening it gives the proper error.
    if path.exists() and not (path.is_file() or path.is_dir()):
        msg = f"cannot read {path}: it is a pipe or device; give a regular file"
        raise InputError(msg)
    try:
        yield
    except OSError as error:
        msg = f"cannot read {path}: {_reason(error)}"
        raise InputError(msg) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a system error of writing ``path`` into an ``ArtextractError`` that names it."""
    try:
        yield
    except OSError as error:
        is_broken_link = path.is_symlink() and not path.exists()
        reason = "it is a broken symbolic link" if is_broken_link else _reason(error)
        if isinstance(error, FileExistsError) and path.is_file():
            reason = "it is a file, and a folder is needed; choose another path"
        msg = f"cannot write {path}: {reason}"
        raise ArtextractError(msg) from error


def cause(error: Exception) -> str:
    """Why a file cannot be read, in plain words, from the error of a library (see --debug)."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # Messages of libraries speak of their internals, such as a struct or a chunk.
    return "it was cut short or changed"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
