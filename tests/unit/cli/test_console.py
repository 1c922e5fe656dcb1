import io
import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import rich.console

from artextract_cli.cli import console
from artextract_cli.cli.console import duration, emit, mapping_table, table
from artextract_cli.utils import events
from artextract_cli.utils.events import progress
from tests.helpers.machines import ticking


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    yield
    console.configure()


@contextmanager
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let stderr be a terminal that understands colours and the moves of its cursor."""
    with monkeypatch.context() as patched:
        patched.setenv("TERM", "xterm")
        patched.setenv("COLUMNS", "100")
        patched.setattr(sys.stderr, "isatty", lambda: True)
        yield


def pictures(written: str) -> list[list[str]]:
    """What a terminal showed at one time after another, line by line: label and count."""
    shown = [
        re.findall(r"^(\w+) .*?(\d+/[\d?]+)", re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", part), re.M)
        for part in written.split("\r")
    ]
    return [[" ".join(line) for line in lines] for lines in shown if lines]


def drawn(made: object) -> str:
    file = io.StringIO()
    rich.console.Console(file=file, width=200).print(made)
    return file.getvalue()


@pytest.mark.parametrize(
    ("verbosity", "heard"),
    [
        (-1, ["warn", "error"]),
        (0, ["inform", "warn", "error"]),
        (1, ["inform", "detail", "warn", "error"]),
    ],
)
def test_who_is_heard_on_stderr(
    capsys: pytest.CaptureFixture[str], verbosity: int, heard: list[str]
) -> None:
    console.configure(verbosity=verbosity)
    for say in (events.inform, events.detail, events.warn, console.error):
        say(f"by {say.__name__}")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split()[-1] for line in captured.err.splitlines()] == heard


def test_progress_without_a_terminal_is_few_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second passes per item: the sixth is the first after five seconds, and the last ends."""
    ticking(monkeypatch, 1)
    with progress("building", 10) as advance:
        for i in range(10):
            advance(f"scene {i}")
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "building: 10/10 scene 9"
    assert 2 <= len(lines) <= 3
    assert all("\x1b" not in line and "\r" not in line for line in lines)


def test_plain_lines_tell_the_time_that_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds an item: after the first of four there are thirty left, and none at the end."""
    ticking(monkeypatch, 10)
    with progress("inferring", 4) as advance:
        for _ in range(4):
            advance("abbey")
    lines = capsys.readouterr().err.splitlines()
    left = [line.partition("; about ")[2] for line in lines]
    assert left == ["30 s left", "20 s left", "10 s left", ""]
    assert lines[0] == "inferring: 1/4 abbey; about 30 s left"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.1, "1 s"), (89, "89 s"), (100, "2 min"), (5300, "88 min"), (7500, "2 h 5 min")],
)
def test_durations_in_words(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_fast_work_says_only_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("building", 3) as advance:
        for _ in range(3):
            advance()
    assert capsys.readouterr().err == "building: 3/3\n"


def test_quiet_progress_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    console.configure(verbosity=-1)
    with progress("building", 1) as advance:
        advance("note")
    assert capsys.readouterr() == ("", "")


def test_progress_on_a_terminal_keeps_off_stdout(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for total in (2, None):
        with on_terminal(monkeypatch), progress("building", total) as advance:
            advance("a[/b]")
            advance()
    assert capsys.readouterr().out == ""


def test_what_takes_long_within_an_item_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four seconds a block: the second of four is told; what ends within five is not."""
    ticking(monkeypatch, 4)
    with progress("inferring", 1) as advance:
        with progress("blocks", 4) as inner:
            for _ in range(4):
                inner()
        with progress("blocks", 1) as inner:
            inner()
        advance("abbey")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "blocks: 2/4; about 8 s left",
        "blocks: 4/4",
        "inferring: 1/1 abbey",
    ]


def test_a_bar_within_a_bar_comes_and_goes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bar is drawn when another one comes, and at the end."""
    for _ in range(2):
        with on_terminal(monkeypatch), progress("inferring", 1) as advance:
            with progress("blocks", 2) as inner:
                inner()
                with progress("tiles", None):
                    pass
            advance()
        captured = capsys.readouterr()
        assert captured.out == ""
        assert pictures(captured.err)[-2:] == [
            ["inferring 0/1", "blocks 1/2", "tiles 0/?"],
            ["inferring 1/1"],
        ]
    with progress("building", 1) as advance:
        advance()
    assert capsys.readouterr().err == "building: 1/1\n"


def test_json_is_valid_and_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    console.configure(as_json=True)
    emit({"path": Path("a/b"), "n": 3, "none": None, "é": [1.5]}, "the text")
    assert json.loads(capsys.readouterr().out) == {
        "path": "a/b",
        "n": 3,
        "none": None,
        "é": [1.5],
    }


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_json_has_no_nan_and_refuses_to_write_half(
    capsys: pytest.CaptureFixture[str], number: float
) -> None:
    console.configure(as_json=True)
    with pytest.raises(ValueError, match="not JSON compliant"):
        emit({"number": number}, "")
    assert capsys.readouterr().out == ""


def test_text_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    long = "[bold]not bold[/] " + "x" * 300
    emit({}, [long, table("title", ("a",), [(1,)])])
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == long
    assert "title" in "\n".join(rest)


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/x]", "a[0]", "C:\\[b]", "end\\"])
def test_square_brackets_anywhere_in_a_table_are_text(text: str) -> None:
    shown = drawn(table(text, (text, "n"), [(text, 1)]))
    assert shown.count(text) == 3
    assert drawn(mapping_table(text, {text: text})).count(text) == 3


def test_numbers_in_cells() -> None:
    shown = drawn(table("t", ("name", "x", "n"), [("a", 0.12345, 7), ("b", None, 12)]))
    assert "0.123 " in shown
    assert "–" in shown
    assert "  7 " in shown
    made = table("t", ("name", "x", "mixed"), [("a", 1.0, 1), ("b", None, "-")])
    assert [column.justify for column in made.columns] == ["left", "right", "left"]
