"""The folder of an examination."""

from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError, UsageError
from artextract_cli.examination.record import (
    Step,
    check_replaceable,
    recorded,
)
from artextract_cli.report.filing import Filing
from artextract_cli.utils.locks import directory_lock


def test_other_folders_are_not_replaced(tmp_path: Path) -> None:
    check_replaceable(tmp_path / "new")
    for content in ("", "[1]", '{"state": "complete"}', '{"state"'):
        (tmp_path / "examination.json").write_text(content)
        with pytest.raises(UsageError, match="exists: choose another --out"):
            check_replaceable(tmp_path)
    (tmp_path / "examination.json").write_text('{"state": "stopped"}')
    check_replaceable(tmp_path)


def test_commands_are_those_of_the_steps_that_were_necessary(tmp_path: Path) -> None:
    steps: list[Step] = []
    with recorded(tmp_path / "files", tmp_path, steps, Filing()):
        steps.append(Step(name="import", result="a dataset"))
        steps.append(Step(name="infer", result="nothing found", command="artextract infer a"))
    assert (tmp_path / "files" / "commands.txt").read_text() == "artextract infer a\n"


def test_two_examinations_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with (
        directory_lock(tmp_path),
        pytest.raises(ArtextractError, match="another artextract process"),
        recorded(tmp_path, tmp_path, [], Filing()),
    ):
        pass
