"""One process that works on items sent to it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError
from artextract_cli.utils.parallel.worker import OOM_SCORE, Worker, WorkerDiedError
from tests.helpers.parallel_work import Thing, bad_dies, of_this_process

posix = pytest.mark.skipif(os.name != "posix", reason="kills by a signal")


@posix
def test_a_worker_starts_again_after_its_death(tmp_path: Path) -> None:
    worker = Worker(bad_dies)
    try:
        assert worker.outcome(Thing("a", tmp_path)).result == "a"
        with pytest.raises(WorkerDiedError, match=r"^SIGKILL$"):
            worker.outcome(Thing("bad", tmp_path))
        assert worker.outcome(Thing("b", tmp_path)).result == "b"
    finally:
        worker.end()


def interruption_and_memory(thing: Thing) -> tuple[bool, bytes]:
    """Whether the process ignores Ctrl-C, and how it ranks when memory is short."""
    score = Path("/proc/self/oom_score_adj")
    ignores = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    return ignores, score.read_bytes().strip() if score.exists() else b""


def test_a_worker_ignores_the_interruption_of_the_terminal(tmp_path: Path) -> None:
    worker = Worker(interruption_and_memory)
    try:
        ignores, score = worker.outcome(Thing("a", tmp_path)).result
    finally:
        worker.end()
    assert ignores
    if sys.platform == "linux":
        assert score == OOM_SCORE


def unsendable(thing: Thing) -> object:
    """A result that cannot be sent."""
    return lambda: None


def test_an_answer_that_cannot_be_sent_is_an_error(tmp_path: Path) -> None:
    worker = Worker(unsendable)
    try:
        with pytest.raises(ArtextractError, match=r"^Outcome: .*pickle"):
            worker.outcome(Thing("a", tmp_path))
    finally:
        worker.end()


SCRIPT = """
from pathlib import Path
from artextract_cli.utils.parallel.work import outcomes_of
from tests.helpers.parallel_work import of_this_process, things

outcomes_of(of_this_process, things(Path({folder!r}), "a", "b"), 2)
"""


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(folder=str(tmp_path)))
    root = Path(__file__).parents[4]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "plugins")]),
    }
    ran = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "a process for --jobs could not start: use --jobs 1, or keep the work" in ran.stderr


def test_a_worker_without_items_has_no_process() -> None:
    worker = Worker(of_this_process)
    worker.kill()
    worker.end()
