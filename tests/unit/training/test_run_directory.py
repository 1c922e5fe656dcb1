import json
from pathlib import Path
from typing import Any

import pytest
import torch

from artextract_cli.errors import InputError, UsageError
from artextract_cli.training.run_directory import (
    GRAPHS_DIGEST,
    Progress,
    RunDirectory,
    read_metrics,
)
from artextract_cli.utils.yaml import read_yaml


def row(epoch: int, val_loss: float) -> dict[str, Any]:
    return {"epoch": epoch, "train_loss": 1.0, "val_loss": val_loss}


def progress_of(*val_losses: float) -> Progress:
    progress = Progress()
    for epoch, loss in enumerate(val_losses, start=1):
        progress.add(row(epoch, loss), {"w": torch.tensor([float(epoch)])})
    return progress


def test_the_best_epoch_is_kept_and_a_tie_goes_to_the_first() -> None:
    progress = progress_of(0.9, 0.5, 0.7, 0.5)
    assert progress.best == row(2, 0.5)
    assert progress.best_weights["w"].tolist() == [2.0]
    assert len(progress.history) == 4


def test_the_best_weights_do_not_change_with_the_network() -> None:
    weights = {"w": torch.zeros(2)}
    progress = Progress()
    assert progress.add(row(1, 0.5), weights)
    weights["w"] += 1
    assert not progress.add(row(2, 0.6), weights)
    assert progress.best_weights["w"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("losses", "epochs", "patience", "over"),
    [
        ((), 1, 1, False),
        ((0.5,), 1, 9, True),
        ((0.5,), 2, 1, False),
        ((0.5, 0.6), 9, 2, False),
        ((0.5, 0.6, 0.6), 9, 2, True),
        ((0.5, 0.6, 0.4), 9, 2, False),
    ],
)
def test_when_a_run_is_over(
    losses: tuple[float, ...], epochs: int, patience: int, over: bool
) -> None:
    assert progress_of(*losses).is_over(epochs, patience) == over


def test_what_is_saved_is_resumed(tmp_path: Path) -> None:
    run = RunDirectory(path=tmp_path / "run")
    settings = {"seed": 3, "options": {"heads": 2}, "epochs": 9, "device": "cpu"}
    run.start(settings)
    assert read_yaml(run.path / "config.yaml") == settings
    run.save(progress_of(0.5, 0.7), settings, {"network": {"w": torch.ones(2)}})
    others = settings | {"epochs": 20, "device": "cuda"}
    state, progress = run.resume(others)
    assert state["network"]["w"].tolist() == [1, 1]
    assert progress.history == [row(1, 0.5), row(2, 0.7)]
    assert progress.best == row(1, 0.5)
    assert progress.best_weights["w"].tolist() == [1.0]
    assert read_metrics(run.path) == progress.history


def test_a_run_that_has_no_epoch_yet(tmp_path: Path) -> None:
    run = RunDirectory(path=tmp_path / "run")
    assert not run.has_no_epoch
    run.start({"seed": 3})
    assert run.has_no_epoch
    run.save(progress_of(0.5), {"seed": 3}, {})
    assert not run.has_no_epoch


def test_other_settings_are_not_resumed(tmp_path: Path) -> None:
    run = RunDirectory(path=tmp_path / "run")
    run.save(progress_of(0.5), {"seed": 3}, {})
    with pytest.raises(UsageError, match="was trained with seed=3, not 4: resume with the same"):
        run.resume({"seed": 4})


def test_other_graphs_are_not_resumed(tmp_path: Path) -> None:
    run = RunDirectory(path=tmp_path / "run")
    run.save(progress_of(0.5), {GRAPHS_DIGEST: "a1"}, {})
    assert run.resume({GRAPHS_DIGEST: "a1"})[1].history == [row(1, 0.5)]
    with pytest.raises(UsageError, match="was trained on other graphs"):
        run.resume({GRAPHS_DIGEST: "b2"})


def test_a_directory_that_holds_a_run_is_not_started_again(tmp_path: Path) -> None:
    run = RunDirectory(path=tmp_path)
    run.start({"seed": 1})
    run.start({"seed": 2})
    run.save(progress_of(0.5), {}, {})
    with pytest.raises(UsageError, match="contains a run already"):
        run.start({"seed": 3})
    assert read_yaml(tmp_path / "config.yaml") == {"seed": 2}


@pytest.mark.parametrize("content", ["{", "3\n", '"text"\n', b"\xff\xfe"])
def test_damaged_metrics(tmp_path: Path, content: str | bytes) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "metrics.jsonl").write_bytes(json.dumps(row(1, 1)).encode() + b"\n" + raw)
    with pytest.raises(InputError, match=r"metrics\.jsonl cannot be read"):
        read_metrics(tmp_path)


def test_no_metrics(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there are no metrics in .*artextract train"):
        read_metrics(tmp_path)
    (tmp_path / "metrics.jsonl").touch()
    with pytest.raises(InputError, match="contains no epoch yet"):
        read_metrics(tmp_path)
