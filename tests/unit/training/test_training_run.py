"""Training by several processes: the bytes of one, whatever was killed."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.errors import ArtextractError, UsageError
from artextract_cli.pipelines.settings import HIDDEN_LAYER
from artextract_cli.training import training_run
from artextract_cli.training.run_directory import RunDirectory, read_metrics
from tests.helpers.ranks import forking
from tests.helpers.scenes import train_tiny

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks")
MODEL = "model.safetensors"
# Everything that a process could draw or count for itself: dropout, and means of batches.
CHOSEN = {"options": {"hidden": 8, "out_size": 4, "dropout": 0.5, "norm": "batch"}, "batch_size": 3}
# A network of another seed differs by as much after so few epochs.
OTHER_PARTS_TOLERANCE = 0.5


def together(graphs: Path, run: Path, **given: Any) -> None:
    with forking():
        train_tiny(graphs, run, **CHOSEN | given)


def killing(rank: int, epoch: int, marks: Path) -> Callable[..., Any]:
    """A training epoch in which a process of this number is killed, once."""
    train_epoch = training_run.TrainingRun._train_epoch

    def train(work: training_run.TrainingRun, number: int) -> float:
        loss = train_epoch(work, number)
        if (work.ranks.rank, number) == (rank, epoch) and not marks.exists():
            marks.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return loss

    return train


@pytest.mark.parametrize(
    ("objective", "augment"), [("node-contrastive", True), (HIDDEN_LAYER, False)]
)
def test_two_processes_give_the_bytes_of_one_even_if_killed(
    graphs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    objective: str,
    augment: bool,
) -> None:
    chosen = {"objective": objective, "augment": augment, "epochs": 2}
    train_tiny(graphs, tmp_path / "one", **CHOSEN | chosen, micro_batches=2)
    train_tiny(graphs, tmp_path / "whole", **CHOSEN | chosen)
    monkeypatch.setattr(
        training_run.TrainingRun, "_train_epoch", killing(1, 2, tmp_path / "killed")
    )
    together(graphs, tmp_path / "two", **chosen, processes=2, max_restarts=1)
    assert (tmp_path / "killed").exists()
    one, two, whole = ((tmp_path / name / MODEL).read_bytes() for name in ("one", "two", "whole"))
    assert one == two
    assert one != whole
    losses = [
        [(row["train_loss"], row["val_loss"]) for row in read_metrics(tmp_path / name)]
        for name in ("one", "two")
    ]
    assert losses[0] == losses[1]


def test_a_killed_run_says_so_and_is_resumed_by_any_number_of_processes(
    graphs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_tiny(graphs, tmp_path / "one", **CHOSEN, epochs=3, micro_batches=2)
    run = tmp_path / "run"
    with monkeypatch.context() as patched:
        patched.setattr(training_run.TrainingRun, "_train_epoch", killing(0, 3, tmp_path / "k"))
        with pytest.raises(ArtextractError, match=r"process 1 of 2 .*\(SIGKILL\): continue with"):
            together(graphs, run, epochs=3, processes=2)
    assert len(read_metrics(run)) == 2
    # The parts of a batch are those of the run, whatever the number of processes.
    train_tiny(graphs, run, **CHOSEN, epochs=3, resume=True)
    assert (run / MODEL).read_bytes() == (tmp_path / "one" / MODEL).read_bytes()
    # With other parts it goes on as another seed would.
    train_tiny(graphs, tmp_path / "one", **CHOSEN, epochs=5, resume=True)
    train_tiny(graphs, run, **CHOSEN, epochs=5, resume=True, micro_batches=3)
    assert RunDirectory(path=run).n_micro_batches == 3
    assert (run / "last.pt").read_bytes() != (tmp_path / "one" / "last.pt").read_bytes()
    wanted, found = (read_metrics(path)[-1]["val_loss"] for path in (tmp_path / "one", run))
    assert found == pytest.approx(wanted, rel=OTHER_PARTS_TOLERANCE)


def test_parts_that_a_batch_does_not_have(graphs: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a batch of 3 scenes has no 4 parts: use fewer"):
        train_tiny(graphs, tmp_path / "run", **CHOSEN, micro_batches=4)
    with pytest.raises(UsageError, match="2 processes cannot share 1 parts of a batch: give --mi"):
        together(graphs, tmp_path / "run", processes=2, micro_batches=1)
    assert not (tmp_path / "run").exists()
