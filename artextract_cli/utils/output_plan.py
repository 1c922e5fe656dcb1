"""Where output may go: never over an input or over something else's files."""

from collections.abc import Iterable
from pathlib import Path

from artextract_cli.errors import UsageError


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
