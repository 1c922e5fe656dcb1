"""Progress and the time that is left, by a clock of our own."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from artextract_cli.cli import console
from artextract_cli.cli.progress import TimeLeft, duration
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


def estimates(*seconds: float, total: int) -> list[str]:
    """What is said after each item, if the items take so long."""
    left, now, said = TimeLeft(total, 0), 0.0, []
    for each in seconds:
        now += each
        left.count(now)
        said.append(left.words)
    return said


def test_the_first_item_does_not_count() -> None:
    """It takes ten times as long as the others, since models are loaded and loops compiled."""
    said = estimates(100, 10, 10, 10, total=4)
    assert said == ["", "about 20 s left", "about 10 s left", ""]


def test_items_of_parallel_processes_that_end_together() -> None:
    """Two at a time, 60 s each: 30 s an item."""
    said = estimates(90, 0.1, 59.9, 0.1, 59.9, 0.1, total=20)
    assert said[:2] == ["", ""]
    minutes = [int(each.split()[1]) for each in said[3:]]
    assert all(5 <= each <= 11 for each in minutes)  # 7 to 8 in truth


def test_fast_items_are_not_estimated_at_once() -> None:
    said = estimates(*[1.0] * 10, total=60)
    assert said[:5] == [""] * 5
    assert said[5] == "about 54 s left"


def test_recent_items_weigh_most() -> None:
    """After a change from 10 s to 1 s an item, the estimate follows; an average would be 5.5 s."""
    said = estimates(10, *[10] * 20, *[1] * 20, total=141)
    assert said[20] == "about 20 min left"
    assert said[40] == "about 3 min left"  # 100 s in truth


def test_a_single_slow_item_changes_little() -> None:
    said = estimates(10, *[10] * 20, 40, total=122)
    assert said[21] == "about 22 min left"  # 17 min in truth, and 67 by the last item alone


def test_an_unknown_number_of_items_has_no_estimate() -> None:
    left = TimeLeft(None, 0)
    for now in (10, 20, 30):
        left.count(now)
        assert left.words == ""


def test_bars_show_the_time_that_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bar is drawn when another one comes, ten seconds and more after the one before."""
    with on_terminal(monkeypatch):
        ticking(monkeypatch, 10)
        with progress("inferring", 4) as advance:
            for _ in range(2):
                advance()
            with progress("blocks", 1):
                pass
    written = capsys.readouterr().err
    assert re.search(
        r"inferring .*2/4.* about \d+ s left", re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", written)
    )


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
    """Ten seconds an item: no estimate after the first of four, which is not typical."""
    ticking(monkeypatch, 10)
    with progress("inferring", 4) as advance:
        for _ in range(4):
            advance("abbey")
    lines = capsys.readouterr().err.splitlines()
    left = [line.partition("; about ")[2] for line in lines]
    assert left == ["", "20 s left", "10 s left", ""]
    assert lines[1] == "inferring: 2/4 abbey; about 20 s left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.1, "1 s"), (89, "89 s"), (100, "2 min"), (5300, "88 min"), (7500, "2 h 5 min")],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


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
    """Four seconds a block: the second of four is reported; what ends within five is not."""
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
        "blocks: 2/4",
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
