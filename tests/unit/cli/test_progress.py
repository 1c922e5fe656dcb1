"""Progress and the time that is left, by a clock of our own."""

import sys
from collections.abc import Iterator

import pytest

from artextract_cli.cli import console
from artextract_cli.cli import progress as progress_display
from artextract_cli.cli.progress import TimeLeft, duration
from artextract_cli.utils.events import progress


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    yield
    console.configure()


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


def test_bars_show_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    clock = iter(range(0, 1000, 10))
    with progress("inferring", 3) as advance:
        bar = progress_display._running.bar
        assert bar is not None
        monkeypatch.setattr(progress_display.time, "monotonic", lambda: float(next(clock)))
        shown = []
        for _ in range(3):
            advance()
            shown.append(bar.tasks[0].fields["left"])
        monkeypatch.undo()
    assert shown == ["", "about 10 s left", ""]


def test_progress_without_a_terminal_is_few_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second passes per item: the sixth is the first after five seconds, and the last ends."""
    now = iter(range(1000))
    monkeypatch.setattr(progress_display.time, "monotonic", lambda: float(next(now)))
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
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr(progress_display.time, "monotonic", lambda: float(next(now)))
    with progress("inferring", 4) as advance:
        for _ in range(4):
            advance("abbey")
    lines = capsys.readouterr().err.splitlines()
    left = [line.partition("; about ")[2] for line in lines]
    assert left == ["", "20 s left", "10 s left", ""]
    assert lines[1] == "inferring: 2/4 abbey; about 20 s left"


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
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for total in (2, None):
        with progress("building", total) as advance:
            advance("a[/b]")
            advance()
    assert capsys.readouterr().out == ""


def test_what_takes_long_within_an_item_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four seconds a block: the second of four is told; what ends within five is not."""
    now = iter(range(0, 1000, 4))
    monkeypatch.setattr(progress_display.time, "monotonic", lambda: float(next(now)))
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
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for _ in range(2):
        with progress("inferring", 1) as advance:
            bar = progress_display._running.bar
            assert bar is not None
            with progress("blocks", 2) as inner:
                inner()
                assert [(t.description, t.completed) for t in bar.tasks] == [
                    ("inferring", 0),
                    ("blocks", 1),
                ]
            advance()
            assert [(t.description, t.completed) for t in bar.tasks] == [("inferring", 1)]
    assert progress_display._running.bar is None
    assert progress_display._running.depth == 0
    assert capsys.readouterr().out == ""
