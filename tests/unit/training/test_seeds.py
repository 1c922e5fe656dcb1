"""Several seeds, in turn and side by side."""

import os
import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import FailedScenesError, InputError, UsageError
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.training.seeds import TrainedSeeds, train_seeds
from tests.helpers.ranks import forking
from tests.helpers.scenes import TINY

MODEL = "model.safetensors"
posix = pytest.mark.skipif(os.name != "posix", reason="forks")


def runs_in(folder: Path, *seeds: int, **settings: object) -> dict[Path, TrainingSettings]:
    given = TINY | {"epochs": 1, "batch_size": 2, "device": "cpu"} | settings
    return {folder / f"run-{seed}": TrainingSettings(**given, seed=seed) for seed in seeds}


@posix
def test_side_by_side_they_give_the_bytes_of_those_in_turn(graphs: Path, tmp_path: Path) -> None:
    rows: list[str] = []
    for jobs in (1, 2):
        runs = runs_in(tmp_path / str(jobs), 0, 5, 7)
        with forking():
            trained = train_seeds(
                graphs, runs, jobs=jobs, on_epoch=lambda run, row: rows.append(run.name)
            )
        assert [result.run for result in trained.results] == list(runs)
        trained.raise_failures()
    assert sorted(rows) == sorted(["run-0", "run-5", "run-7"] * 2)
    for name in ("run-0", "run-5", "run-7"):
        one, two = ((tmp_path / jobs / name / MODEL).read_bytes() for jobs in ("1", "2"))
        assert one == two


@posix
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_seed_that_fails_does_not_stop_the_others(
    graphs: Path, tmp_path: Path, jobs: int
) -> None:
    runs = runs_in(tmp_path, 0, 1, 2)
    bad = tmp_path / "run-1"
    runs[bad] = runs_in(tmp_path, 1, learning_rate=1e30, epochs=9, options={"norm": "none"})[bad]
    with forking():
        trained = train_seeds(graphs, runs, jobs=jobs)
    assert [result.run.name for result in trained.results] == ["run-0", "run-2"]
    with pytest.raises(InputError, match=r"seed 1, in .*run-1: training diverged.*; the others"):
        trained.raise_failures()


def test_several_failures_are_all_named() -> None:
    trained = TrainedSeeds(results=[], failures=["seed 0: a", "seed 1: b"])
    with pytest.raises(FailedScenesError, match="2 of 2 seeds could not be trained") as error:
        trained.raise_failures()
    assert error.value.failures == ("seed 0: a", "seed 1: b")


def test_none_is_trained_if_one_would_be_refused(
    graphs: Path, trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained, tmp_path / "run-1")
    with pytest.raises(UsageError, match="run-1 contains a run already"):
        train_seeds(graphs, runs_in(tmp_path, 0, 1))
    with pytest.raises(UsageError, match="gcn has no option"):
        train_seeds(graphs, runs_in(tmp_path, 2, 3, options={"heads": 1}))
    assert not (tmp_path / "run-0").exists()
