"""After Ctrl-C, commands that continue where they were say how."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.command_line import Ran

# What is interrupted, in which module, and by which command.
INTERRUPTED = {
    "train graphs --out 'my run'": "artextract_cli.training.trainer.train",
    "graph build scans --out graphs": "artextract_cli.graphs.build_dataset.build_dataset",
    "infer scans --model none": "artextract_cli.inference.infer_dataset.infer_dataset",
    "data import bands 'a b' --out scans": (
        "artextract_cli.preprocessing.import_dataset.import_dataset"
    ),
}


def interrupt(*args: Any, **kwargs: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("line", INTERRUPTED)
def test_the_same_command_line_continues(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(INTERRUPTED[line], interrupt)
    ran = run(*shlex.split(line), "--json")
    assert ran.exit_code == 130
    assert ran.stderr == f"error: interrupted\nto continue: artextract --json {line}\n"


@pytest.mark.parametrize("seeds", ["", " --seeds 0,1"])
def test_a_run_that_has_begun_is_resumed(
    run: Callable[..., Ran], graphs: Path, monkeypatch: pytest.MonkeyPatch, seeds: str
) -> None:
    """It is interrupted in its second epoch; the line that is shown finishes it."""
    line = f"train {graphs} --out run --epochs 2 --backbone gcn -o hidden=4 -o layers=1{seeds}"
    with monkeypatch.context() as patch:
        patch.setattr("artextract_cli.training.run_directory.RunDirectory.save_model", interrupt)
        ran = run(*line.split())
    assert ran.exit_code == 130
    last = ran.stderr.splitlines()[-1]
    assert last == f"to continue: artextract {line} --resume"
    assert run(*shlex.split(last)[3:]).exit_code == 0
    # Interrupted again, the flag is not added twice.
    monkeypatch.setattr("artextract_cli.training.trainer.train", interrupt)
    again = run(*line.split(), "--resume")
    assert again.stderr.splitlines()[-1] == last


def test_other_commands_say_only_that_they_were_interrupted(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artextract_cli.preprocessing.mask_dataset.mask_dataset", interrupt)
    assert run("data", "mask", "scans", "--out", "masked").stderr == "error: interrupted\n"
