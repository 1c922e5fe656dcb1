"""The folder of an examination."""

import json
from contextlib import suppress
from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError, UsageError
from artextract_cli.examination.record import Step, check_free, recorded
from artextract_cli.report.filing import Filing
from artextract_cli.utils.locks import directory_lock


class KilledError(Exception):
    """Ends an examination at any point."""


def stop(report: Path, *files: str) -> None:
    """Leave an examination that stopped after its import, with ``files`` in its folder."""
    steps: list[Step] = []
    with suppress(KilledError), recorded(report, report.parent, steps, Filing()):
        steps.append(Step(name="import", result="a dataset"))
        for name in files:
            path = report.with_name("a_files") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        raise KilledError


def test_other_files_are_not_replaced(tmp_path: Path) -> None:
    report, record = tmp_path / "a.html", tmp_path / "a_files" / "examination.json"
    check_free(report)
    record.parent.mkdir()
    for content in ("", "[1]", '{"state": "complete"}', '{"state"'):
        record.write_text(content)
        with pytest.raises(UsageError, match="a_files exists: choose another --out, or remove it"):
            check_free(report)
    report.write_text("mine")
    with pytest.raises(UsageError, match=r"a\.html and .*a_files exist: .* or remove them first"):
        check_free(report)
    record.write_text('{"state": "stopped"}')
    with pytest.raises(UsageError, match=r"a\.html exists"):
        check_free(report)


def test_what_a_stopped_examination_left_is_kept(tmp_path: Path) -> None:
    report, folder = tmp_path / "a.html", tmp_path / "a_files"
    stop(report, "imported/added by the user", "notes.txt")
    report.write_text("its report")  # a kill between the report and the record
    check_free(report)
    with recorded(report, tmp_path, [], Filing()):
        assert not report.exists()
    assert (folder / "stopped" / "imported" / "added by the user").exists()
    assert (folder / "stopped" / "a.html").read_text() == "its report"
    assert json.loads((folder / "stopped" / "examination.json").read_text())["state"] == "stopped"
    assert (folder / "notes.txt").exists()


def test_two_that_stopped_are_both_kept(tmp_path: Path) -> None:
    report = tmp_path / "a.html"
    stop(report, "imported/one")
    stop(report, "imported/two")
    with recorded(report, tmp_path, [], Filing()):
        pass
    kept = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("imported/*"))
    assert kept == ["a_files/stopped-2/imported/two", "a_files/stopped/imported/one"]


def test_commands_are_those_of_the_steps_that_were_necessary(tmp_path: Path) -> None:
    steps: list[Step] = []
    with recorded(tmp_path / "a.html", tmp_path, steps, Filing()):
        steps.append(Step(name="import", result="a dataset"))
        steps.append(Step(name="infer", result="nothing found", command="artextract infer a"))
    assert (tmp_path / "a_files" / "commands.txt").read_text() == "artextract infer a\n"


def test_two_examinations_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with (
        directory_lock(tmp_path / "a_files"),
        pytest.raises(ArtextractError, match="another artextract process"),
        recorded(tmp_path / "a.html", tmp_path, [], Filing()),
    ):
        pass
