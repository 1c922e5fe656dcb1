"""Tables fit every width, and lose nothing."""

import io

import pytest
import rich.console
from hypothesis import given
from hypothesis import strategies as st

from artextract_cli.cli import console
from artextract_cli.cli.console import emit, mapping_table, table
from artextract_cli.cli.table_layout import fit

COLUMNS = ("scene", "Euclidean distance", "verdict")
ROWS = [
    ("abbey", 0.5, "nothing found, and half of all clean paintings score as high"),
    ("b", 2, "–"),
]
PATH = "/very/long/folder/" + "x" * 60 + "/file.tif"


def drawn(made: object, width: int) -> list[str]:
    file = io.StringIO()
    out = rich.console.Console(file=file, width=width)
    for part in fit(made, out):  # type: ignore[arg-type]
        out.print(part)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@given(width=st.integers(min_value=30, max_value=200))
def test_no_width_cuts_or_overflows(width: int) -> None:
    lines = drawn(table("t", (*COLUMNS, "path"), [(*row, PATH) for row in ROWS]), width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert "…" not in text
    for whole in ("abbey", "0.500", "Euclidean", "distance", "verdict", "clean"):
        assert whole in text
    assert text.count("x") == 2 * 60  # the paths are broken, but complete


def test_a_table_that_fits_is_as_it_is() -> None:
    made = table("t", COLUMNS, ROWS)
    (part,) = fit(made, rich.console.Console(width=160))
    assert part is made
    assert [column.width for column in made.columns] == [None] * 3


def test_sentences_and_headers_wrap_but_names_and_numbers_do_not() -> None:
    lines = drawn(table("t", COLUMNS, ROWS), 50)
    assert lines[1].startswith("┏")
    cells = [line for line in lines if "abbey" in line]
    assert len(cells) == 1
    assert "0.500" in cells[0]
    assert max(map(len, lines)) > 47  # the width is used


def test_what_is_too_wide_becomes_a_list() -> None:
    rows = [("a" * 20, "b" * 20, 1.0), ("c" * 20, "d" * 20, None)]
    assert drawn(table("three [x]", ("one", "two", "three"), rows), 50) == [
        "three [x]",
        "one    " + "a" * 20,
        "two    " + "b" * 20,
        "three  1.000",
        "",
        "one    " + "c" * 20,
        "two    " + "d" * 20,
        "three  –",
        "",
    ]


def test_values_without_a_header_stay_without_one() -> None:
    lines = drawn(mapping_table("about", {"key": "k" * 20, "other" * 5: PATH}), 30)
    assert "".join(lines).count("k" * 20) == 1
    assert max(map(len, lines)) <= 30


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("40", 40), (None, 160), ("wide", 160)])
def test_the_width_of_what_is_not_a_terminal(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: str | None,
    width: int,
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    emit({}, table("t", ("name", "text"), [("a", "word " * 100)]))
    assert max(len(line.rstrip()) for line in capsys.readouterr().out.splitlines()) == width
    assert console.PIPE_WIDTH == 160
