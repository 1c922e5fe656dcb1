"""Reading and writing whose errors are one clear sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artextract_cli.errors import ArtextractError, InputError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the system's refusal to read a path into an `InputError` that names it.

    A pipe or device is refused too: reading one may never end.

    Parameters
    ----------
    path
        File or folder that is read inside the ``with`` block.

    Raises
    ------
    InputError
        If it cannot be read.
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


def cause(error: Exception) -> str:
    """Why a file cannot be read, in plain words, by what a library raised; --debug shows that."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it was cut short or changed"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
