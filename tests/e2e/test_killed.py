"""What was killed goes on as if nothing had been."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.inference import scene_work
from artextract_cli.training.run_directory import read_metrics
from artextract_cli.utils import atomic, locks
from tests.helpers.command_line import Ran
from tests.helpers.scenes import train_tiny
from tests.torture.forked import forked

DROPOUT = {"options": {"hidden": 8, "out_size": 4, "dropout": 0.5}, "epochs": 4}


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(step: int) -> Callable[[Path], None]:
    """A ``flush`` that kills before the file of that number is whole."""
    steps = iter(range(step))
    return lambda path: die() if next(steps, None) is None else None


def without_seconds(run: Path) -> list[dict[str, Any]]:
    return [{key: row[key] for key in row if key != "seconds"} for row in read_metrics(run)]


def test_a_training_killed_three_times_ends_with_the_same_bytes(job: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train_tiny(job / "graphs", whole, **DROPOUT)

    def train_until(step: int) -> None:
        atomic.flush = dying_at(step)
        train_tiny(job / "graphs", killed, resume=killed.exists(), **DROPOUT)

    for step in (1, 7, 5):  # in the first epoch, and in later ones
        ended = forked(lambda step=step: train_until(step), seconds=60)
        assert ended.signal == signal.SIGKILL, ended.text
    assert 0 < len(read_metrics(killed)) < 4
    train_tiny(job / "graphs", killed, resume=True, **DROPOUT)
    models = [(run / "model.safetensors").read_bytes() for run in (whole, killed)]
    assert models[0] == models[1]
    assert without_seconds(killed) == without_seconds(whole)


@pytest.mark.parametrize("command", ["graph build", "infer"])
def test_what_was_done_before_the_kill_is_not_done_again(
    job: Path, run: Callable[..., Ran], tmp_path: Path, command: str
) -> None:
    out = tmp_path / "out"
    undisturbed = job / {"graph build": "graphs", "infer": "results"}[command]
    words = [*command.split(), job / "data"]
    words += ["--model", job / "run", "--split", "val"] if command == "infer" else []

    def until_the_last() -> int:
        write = scene_work.write_scene
        scene_work.write_scene = lambda *args: die() if args[1].name == "v1" else write(*args)
        replace = os.replace
        os.replace = lambda old, new: die() if Path(new).name == "v1.npz" else replace(old, new)
        return run(*words, "--out", out).exit_code

    ended = forked(until_the_last, seconds=60)
    assert ended.signal == signal.SIGKILL, ended.text
    again = run(*words, "--out", out, "--verbose", "--json")
    assert again.exit_code == 0, again.stderr
    assert again.stderr.count(": up to date") == {"graph build": 4, "infer": 1}[command]
    names = [path.relative_to(undisturbed) for path in undisturbed.rglob("*") if path.is_file()]
    assert names
    for name in names:
        assert (out / name).read_bytes() == (undisturbed / name).read_bytes()
    assert not list(out.rglob(".artextract*"))
    if command == "infer":
        assert json.loads(again.stdout) == json.loads(run(*words, "--out", out, "--json").stdout)


def test_a_scoring_by_two_processes_that_is_killed_goes_on(
    job: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """The first process dies at the last scene, and takes the other one along."""
    words = ["infer", job / "data", "--model", "none", "--out"]
    assert run(*words, tmp_path / "whole").exit_code == 0

    def until_the_last() -> int:
        scene_work.write_scene = lambda *args: die()
        return run(*words, tmp_path / "out", "--jobs", 2).exit_code

    ended = forked(until_the_last, seconds=60)
    assert ended.signal == signal.SIGKILL, ended.text
    again = run(*words, tmp_path / "out", "--jobs", 2)
    assert again.exit_code == 0, again.stderr
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_an_import_killed_anywhere_is_done_again(
    captures: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Before each move of a file: of the description, and of both scenes' pictures."""
    for name in ("a", "b"):
        shutil.copytree(captures / "capture", tmp_path / "source" / name)
    words = ["data", "import", "bands", tmp_path / "source", "--out"]
    assert run(*words, tmp_path / "whole").exit_code == 0

    def until(step: int, out: Path) -> int:
        steps, replace = iter(range(step)), os.replace
        os.replace = lambda *paths: die() if next(steps, None) is None else replace(*paths)
        return run(*words, out).exit_code

    assert len(contents(tmp_path / "whole")) == 11
    n_moves = 11
    for step in range(n_moves):
        out = tmp_path / f"killed{step}"
        ended = forked(lambda step=step, out=out: until(step, out), seconds=60)
        assert ended.signal == signal.SIGKILL, ended.text
        again = run(*words, out)
        assert again.exit_code == 0, again.stderr
        assert contents(out) == contents(tmp_path / "whole")


def contents(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("command", ["graph build", "train", "infer", "data import"])
def test_a_second_writer_is_told_of_the_first(
    job: Path, captures: Path, run: Callable[..., Ran], tmp_path: Path, command: str
) -> None:
    out = tmp_path / "out"
    words = {
        "graph build": ["graph", "build", job / "data"],
        "train": ["train", job / "graphs", "--epochs", 1, "--backbone", "gcn"],
        "infer": ["infer", job / "data", "--split", "val", "--model", job / "run"],
        "data import": ["data", "import", "bands", captures / "capture"],
    }[command]
    with locks.directory_lock(out):
        ended = forked(lambda: _told(run(*words, "--out", out)), seconds=60)
    assert ended.exit_code == 1, ended.text
    (error,) = (line for line in ended.text.splitlines() if line.startswith("error: "))
    assert error.startswith(f"error: another artextract process is writing to {out}: wait for it")
    assert not out.exists()


def _told(ran: Ran) -> int:
    os.write(2, ran.stderr.encode())
    return ran.exit_code
