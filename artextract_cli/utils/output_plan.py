"""Checks of the output path of a command: it must not overwrite inputs or unrelated files."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from artextract_cli.errors import UsageError
from artextract_cli.utils.file_errors import writing

Rule = Callable[[Path], None]
"""Raises `UsageError` if an output may not be written to a path."""


@dataclass(frozen=True, kw_only=True)
class OutputPlan:
    """What a command reads and writes, checked once before its work begins."""

    out: Path
    """The file or folder to be written."""

    source_folders: Mapping[Path, str] = field(default_factory=dict)
    """Folders that are only read, and what each is, such as "dataset"."""

    source_files: Collection[Path] = ()
    """Files that are only read."""

    subfolders: Collection[str] = ()
    """Folders inside ``out`` that files are written into, as paths relative to it."""

    rules: Sequence[Rule] = ()
    """Further conditions on ``out``, such as what may exist there already."""

    def check(self) -> None:
        """Check that the output replaces nothing but earlier output of the same kind.

        Raises
        ------
        UsageError
            If ``out`` is an input or inside one, one of ``subfolders`` is a symbolic link, or
            one of ``rules`` is violated.
        """
        for folder, kind in self.source_folders.items():
            check_outside(self.out, folder, kind)
        self._check_files()
        self._check_links()
        for rule in self.rules:
            rule(self.out)

    def _check_files(self) -> None:
        if any(_is_same(self.out, file) for file in self.source_files):
            msg = f"{self.out} is one of the inputs, which are never modified; choose another --out"
            raise UsageError(msg)

    def _check_links(self) -> None:
        """Refuse subfolders that are symbolic links: their files would be written elsewhere."""
        for folder in (self.out / name for name in self.subfolders):
            if folder.is_symlink():
                msg = (
                    f"{folder} is a symbolic link, and artextract does not write through links: "
                    "replace it by a folder, or choose another --out"
                )
                raise UsageError(msg)


def check_outside(path: Path, folder: Path, kind: str) -> None:
    """Check that ``path`` is neither ``folder``, an input, nor inside it.

    Raises
    ------
    UsageError
        If it is.
    """
    resolved = path.resolve()
    if any(_is_same(inner, folder) for inner in (resolved, *resolved.parents)):
        msg = f"{path} is inside the {kind} {folder}, which is never modified; choose another path"
        raise UsageError(msg)


def check_new_folder(out: Path) -> None:
    """Check that an output folder does not exist yet, or is empty: a `Rule`.

    Raises
    ------
    UsageError
        If ``out`` exists and is not an empty folder.
    ArtextractError
        If it cannot be listed.
    """
    with writing(out):
        is_there = out.exists() or out.is_symlink()  # a link may lead nowhere
        is_free = not is_there or (out.is_dir() and not any(out.iterdir()))
    if not is_free:
        msg = f"{out} exists and is not an empty folder: choose a new one"
        raise UsageError(msg)


def _is_same(path: Path, other: Path) -> bool:
    """Whether two paths are one file or folder, which some systems find in any spelling."""
    try:
        return path.samefile(other)
    except OSError:  # one of them is missing
        return path.resolve() == other.resolve()
