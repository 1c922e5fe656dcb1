"""Progress that is reported to a renderer."""

import threading
from pathlib import Path

import pytest

from artextract_cli.utils.events import command_line, progress
from tests.helpers.machines import ticking


def test_progress_towards_no_known_end_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking(monkeypatch, 6)
    with progress("importing") as advance:
        advance("abbey")
    assert capsys.readouterr().err == "importing: 1 abbey\n"


def test_other_threads_show_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with progress("building", 1) as advance:
            advance()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert capsys.readouterr() == ("", "")


def test_a_command_line_can_be_pasted() -> None:
    words = command_line("report", Path("two words/a.html"), "", "--out", "it's")
    assert words == """artextract report 'two words/a.html' --out 'it'"'"'s'"""
