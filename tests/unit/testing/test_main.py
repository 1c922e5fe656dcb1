"""The conformance tests as a program of their own."""

import json
from pathlib import Path

import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.plugin.specs import KINDS
from artextract_cli.testing.__main__ import TESTS, find_specs, main


def test_every_kind_has_its_tests() -> None:
    assert TESTS.keys() == KINDS.keys()


def test_a_line_for_every_check(tmp_path: Path) -> None:
    main(tmp_path / "out.jsonl", "distance")
    *rows, end = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert rows
    assert end == {"all": "done"}
    assert {row["plugin"] for row in rows} == {"distance"}
    assert {row["state"] for row in rows} <= {"passed", "skipped"}


def test_a_name_that_nothing_has() -> None:
    with pytest.raises(UsageError, match="unknown plugin 'absent'"):
        list(find_specs("absent"))


def test_a_project_without_entry_points(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(InputError, match="names no plugin under"):
        list(find_specs(str(tmp_path)))
