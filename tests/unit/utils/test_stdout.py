"""Prints of plugins stay away from results."""

import sys
import threading

import pytest

from artextract_cli.utils.stdout import prints_to_stderr, results_stream


def test_prints_go_to_stderr_and_results_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with prints_to_stderr():
        sys.stdout.write("print\n")
        results_stream().write("result\n")
    sys.stdout.write("after\n")
    said = capsys.readouterr()
    assert said.out == "result\nafter\n"
    assert said.err == "print\n"


def test_stdout_comes_back_when_the_last_thread_has_ended() -> None:
    before, inside, leave = sys.stdout, threading.Event(), threading.Event()

    def work() -> None:
        with prints_to_stderr():
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(60)
    with prints_to_stderr():
        pass
    assert sys.stdout is sys.stderr
    leave.set()
    thread.join()
    assert sys.stdout is before
    assert results_stream() is before
