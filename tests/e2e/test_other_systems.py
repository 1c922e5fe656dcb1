"""Commands without what Windows or macOS lack; docs/installation.md says what this shows."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command_line import Ran
from tests.torture.same_bytes import digests

ROOT = Path(__file__).parents[2]


def run_there(system: str, *commands: list[object]) -> None:
    words = [str(word) for command in commands for word in ("then", *command)]
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.helpers.other_systems", system, *words],
        check=True,
        cwd=ROOT,
        env={**os.environ, "ARTEXTRACT_HIDE_DGL": "1" if system == "win32" else "0"},
    )


@pytest.mark.slow
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_same_results_on_other_systems(
    system: str, job: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Graphs are compared by training on them: the header of a zip file names its system."""
    infer = ["infer", job / "data", "--model", "none"]
    train = ["--backbone", "gcn", "--epochs", 1, "--schedule", "steps"]
    run_there(
        system,
        ["data", "check", job / "data"],
        ["graph", "build", job / "data", "--out", tmp_path / "graphs"],
        ["train", tmp_path / "graphs", "--out", tmp_path / "run", *train],
        [*infer, "--out", tmp_path / "results"],
        [*infer, "--out", tmp_path / "results"],
        ["report", tmp_path / "results", "--out", tmp_path / "report.html"],
    )
    assert run(*infer, "--out", tmp_path / "here").exit_code == 0
    assert digests(tmp_path / "results") == digests(tmp_path / "here")
    assert run("train", tmp_path / "graphs", "--out", tmp_path / "same", *train).exit_code == 0
    model, same = (tmp_path / name / "model.safetensors" for name in ("run", "same"))
    assert model.read_bytes() == same.read_bytes()
    assert not list(tmp_path.rglob(".artextract*"))
