"""The folder of an examination: its steps in words, and the commands that repeat them."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import artextract_cli
from artextract_cli.errors import UsageError
from artextract_cli.report.filing import Filing
from artextract_cli.results.reader import open_scene, result_folders
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.locks import directory_lock

RECORD, COMMANDS, FILING = "examination.json", "commands.txt", "filing.yaml"
IMPORTED, REGISTERED, MASKED, RESULTS = "imported", "registered", "masked", "results"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of an examination.

    Attributes
    ----------
    name
        "import", "check", "register", "mask", "infer" or "report".
    result
        What was found or done, with figures, in one line.
    command
        The command that does the same; empty if the step was not necessary.
    """

    name: str
    result: str
    command: str = ""


def files_folder(report: Path) -> Path:
    """The folder beside a report that keeps the files of its examination."""
    return report.with_name(f"{report.stem}_files")


def check_replaceable(folder: Path) -> None:
    """Check that a folder does not exist, or is an examination that stopped: a `Rule`.

    Raises
    ------
    UsageError
        If it is anything else.
    """
    with writing(folder):
        is_there = folder.is_symlink() or folder.exists()
    if is_there and _state(folder) != "stopped":
        msg = f"{folder} exists: choose another --out, or remove it first"
        raise UsageError(msg)


@contextmanager
def recorded(folder: Path, source: Path, steps: Sequence[Step], filing: Filing) -> Iterator[None]:
    """Record the steps that are added meanwhile in ``folder``, and whether all were completed.

    What an examination that stopped left there is removed.

    Raises
    ------
    ArtextractError
        If the folder cannot be written, or another process writes to it.
    """
    with directory_lock(folder):
        _clear(folder)
        # Written first, so that the folder may be replaced even after a kill.
        _write(folder, source, "stopped", steps, filing)
        try:
            yield
        except BaseException:
            if steps:
                _write(folder, source, "stopped", steps, filing)
            else:
                _clear(folder)  # nothing was read that would be of use
            raise
        _write(folder, source, "complete", steps, filing)


def _clear(folder: Path) -> None:
    """Remove the files of an examination, and nothing else."""
    for name in (IMPORTED, REGISTERED, MASKED, RESULTS):
        if (folder / name).is_dir():
            with writing(folder / name):
                shutil.rmtree(folder / name)
    for name in (RECORD, COMMANDS, FILING):
        (folder / name).unlink(missing_ok=True)


def _write(folder: Path, source: Path, state: str, steps: Sequence[Step], filing: Filing) -> None:
    record = {
        "format": "artextract-examination",
        "format_version": 1,
        "artextract": artextract_cli.__version__,
        "source": str(source.resolve()),
        "state": state,
        "filing": filing.stated,
        "steps": [asdict(step) for step in steps],
        "history": _history(folder),
    }
    commands = "".join(f"{step.command}\n" for step in steps if step.command)
    contents = {RECORD: json.dumps(record, indent=2) + "\n", COMMANDS: commands}
    for name, text in contents.items():
        with atomic_path(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _history(folder: Path) -> list[dict[str, Any]]:
    """The processing history of the painting; empty before it is scored."""
    scenes = map(open_scene, result_folders(folder / RESULTS))
    return [step for scene in scenes for step in scene.description["history"]]


def _state(folder: Path) -> str | None:
    """Whether an examination was completed; None if the folder is not one."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record.get("state") if isinstance(record, dict) else None
