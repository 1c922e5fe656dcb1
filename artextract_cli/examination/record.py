"""The folder of an examination: its steps in words, and the commands that repeat them."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

import artextract_cli
from artextract_cli.errors import UsageError
from artextract_cli.report.filing import Filing
from artextract_cli.results.reader import open_scene, result_folders
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.events import inform
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.locks import directory_lock

RECORD, COMMANDS, FILING = "examination.json", "commands.txt", "filing.yaml"
IMPORTED, REGISTERED, MASKED, RESULTS = "imported", "registered", "masked", "results"
_NAMES = (IMPORTED, REGISTERED, MASKED, RESULTS, RECORD, COMMANDS, FILING)


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


def check_free(report: Path) -> None:
    """Check that neither a report nor its folder exists, unless their examination stopped.

    Raises
    ------
    UsageError
        If one of them exists.
    """
    folder = files_folder(report)
    with writing(folder):
        paths = [path for path in (report, folder) if path.is_symlink() or path.exists()]
    record = _record(folder)
    if record.get("state") == "stopped":
        paths = [path for path in paths if path == report and not _is_report_of(record, report)]
    if paths:
        verb, them = ("exist", "them") if paths[1:] else ("exists", "it")
        names = " and ".join(map(str, paths))
        msg = f"{names} {verb}: choose another --out, or remove {them} first"
        raise UsageError(msg)


@contextmanager
def recorded(report: Path, source: Path, steps: Sequence[Step], filing: Filing) -> Iterator[None]:
    """Record the steps that are added meanwhile in the folder of ``report``, and their end.

    What an examination that stopped left there is moved into a folder ``stopped``: a user may have
    added to it.

    Raises
    ------
    ArtextractError
        If the folder cannot be written, or another process writes to it.
    """
    folder = files_folder(report)

    def write(state: str) -> None:
        _write(folder, _contents(folder, report, source, state, steps, filing))

    with directory_lock(folder):
        _set_aside(folder, report)
        # Written first, so that the examination can be repeated even after a kill.
        write("stopped")
        try:
            yield
        except BaseException:
            if steps:
                write("stopped")
            else:
                _remove(folder)  # nothing was read that would be of use
            raise
        write("complete")


def _set_aside(folder: Path, report: Path) -> None:
    """Move the files of an examination that stopped into a folder inside its folder."""
    left = [folder / name for name in _NAMES if (folder / name).exists()]
    if report.exists() and _is_report_of(_record(folder), report):
        left.append(report)
    if not left:
        return
    names = chain(["stopped"], (f"stopped-{number}" for number in count(2)))
    aside = next(folder / name for name in names if not (folder / name).exists())
    with writing(aside):
        aside.mkdir()
        for path in left:
            path.rename(aside / path.name)
    inform(f"the files of the examination that stopped are kept in {aside}")


def _remove(folder: Path) -> None:
    for name in _NAMES:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _contents(
    folder: Path,
    report: Path,
    source: Path,
    state: str,
    steps: Sequence[Step],
    filing: Filing,
) -> dict[str, Any]:
    return {
        "format": "artextract-examination",
        "format_version": 1,
        "artextract": artextract_cli.__version__,
        "source": str(source.resolve()),
        "report": str(report.resolve()),
        "state": state,
        "filing": filing.stated,
        "steps": [asdict(step) for step in steps],
        "history": _history(folder),
    }


def _write(folder: Path, record: dict[str, Any]) -> None:
    commands = "".join(f"{step['command']}\n" for step in record["steps"] if step["command"])
    contents = {RECORD: json.dumps(record, indent=2) + "\n", COMMANDS: commands}
    for name, text in contents.items():
        with atomic_path(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _history(folder: Path) -> list[dict[str, Any]]:
    """The processing history of the painting; empty before it is scored."""
    scenes = map(open_scene, result_folders(folder / RESULTS))
    return [step for scene in scenes for step in scene.description["history"]]


def _record(folder: Path) -> dict[str, Any]:
    """The record of an examination; empty if the folder is not one."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _is_report_of(record: dict[str, Any], report: Path) -> bool:
    """Whether the examination wrote this report: it did not exist when it began."""
    return bool(record.get("report") == str(report.resolve()))
