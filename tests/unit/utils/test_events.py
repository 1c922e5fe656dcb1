"""Progress that is reported to a renderer."""

import shlex
import threading
from pathlib import Path

import pytest

from artextract_cli.cli import progress as progress_display
from artextract_cli.utils.events import command_line, progress


def test_progress_towards_no_known_end_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(range(0, 100, 6))
    monkeypatch.setattr(progress_display.time, "monotonic", lambda: float(next(now)))
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
    line = command_line("infer", Path("my scans"), "", "--band", "950=it's.tif")
    assert line.startswith("artextract infer 'my scans' --band ")
    assert shlex.split(line)[-1] == "950=it's.tif"
