"""Marks in a report, and where they are from."""

from pathlib import Path

import pytest

from artextract_cli.report.viewer.marks import MARKS_FORMAT, marks_of, marks_rows
from artextract_cli.results.marks import KINDS, read_marks
from tests.helpers.marks import entry, mark, write_marks
from tests.helpers.results import sealed_again, write_result


def test_marks_of_the_scene_are_shown_with_their_source(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    path = write_marks(tmp_path / "marks.json", entry(result, mark("interest", 1, 2, 3, 4)))
    marks = read_marks(path)
    shown = marks_of(result, marks)
    assert [made.box for made in shown] == [(1, 2, 3, 4)]
    assert marks_rows(result, shown, marks) == (
        ("Marks in this report", f"1, from {path}"),
        ("SHA-256 of the marks", marks.sha256),
    )


def test_without_marks_nothing_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = write_result(tmp_path)
    assert marks_of(result, None) == ()
    assert marks_rows(result, (), None) == ()
    other = entry(result, mark("interest", 1, 2, 3, 4), photograph_sha256=64 * "0")
    marks = read_marks(write_marks(tmp_path / "marks.json", other))
    assert marks_of(result, marks) == ()
    assert marks_rows(result, (), marks) == ()
    assert "of another photograph" in capsys.readouterr().err


def test_a_report_tells_what_a_scene_was_re_ranked_by(tmp_path: Path) -> None:
    learned = {
        "path": "/captures/marks.json",
        "sha256": 64 * "0",
        "counts": {"retouching": 2, "interest": 1},
        "superpixels": 9,
    }
    result = sealed_again(write_result(tmp_path), marks=learned)
    assert marks_rows(result, (), None) == (
        ("Re-ranked by marks", "2 known retouching, 1 of interest; /captures/marks.json"),
    )


def test_the_page_knows_all_kinds() -> None:
    assert MARKS_FORMAT["kinds"] == KINDS
