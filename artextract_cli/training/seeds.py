"""The same training with several seeds, some of them at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from artextract_cli.errors import (
    ArtextractError,
    DependencyError,
    FailedScenesError,
    InputError,
    UsageError,
)
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.training import trainer
from artextract_cli.training.processes import supervise
from artextract_cli.training.run_directory import EpochRow, RunDirectory, TrainingResult


@dataclass(frozen=True, kw_only=True)
class TrainedSeeds:
    """Runs with several seeds.

    Attributes
    ----------
    results
        How each run ended that did not fail.
    failures
        One sentence per seed that failed.
    """

    results: list[TrainingResult]
    failures: list[str]

    def raise_failures(self) -> None:
        """Raise an error if a seed failed.

        Raises
        ------
        InputError
            If one failed, with its sentence.
        FailedScenesError
            If several failed.
        """
        if not self.failures:
            return
        if len(self.failures) == 1:
            rest = "; the others are trained" if self.results else ""
            raise InputError(self.failures[0] + rest)
        n = len(self.failures) + len(self.results)
        msg = f"{len(self.failures)} of {n} seeds could not be trained"
        raise FailedScenesError(msg, self.failures)


def train_seeds(
    graphs: Path,
    runs: Mapping[Path, TrainingSettings],
    *,
    jobs: int = 1,
    resume: bool = False,
    on_epoch: Callable[[Path, EpochRow], None] = lambda run, row: None,
) -> TrainedSeeds:
    """Train runs that differ by their seeds, ``jobs`` at a time.

    With one job, each is that of `train`. With several, each is trained in a process of its own, by
    one thread of torch. A run that fails does not keep the others from being trained.

    Parameters
    ----------
    graphs
        Folder that `build_dataset` wrote.
    runs
        Settings by run directory.
    jobs
        Number of runs to train at a time.
    resume
        Whether to continue those that have begun.
    on_epoch
        Called after each epoch with the run and the row.

    Returns
    -------
    TrainedSeeds
        Results and failures.

    Raises
    ------
    UsageError
        As by `train`, which concerns all seeds; so does `DependencyError`.
    """
    # All of them first: the third run must not be refused after hours of the first two.
    if not resume:
        for run in runs:
            RunDirectory(path=run).check_free()
    outcomes = (_in_turn if jobs == 1 else partial(_side_by_side, jobs=jobs))(
        graphs, runs, resume, on_epoch
    )
    results, failures = [], []
    for (run, settings), outcome in zip(runs.items(), outcomes, strict=True):
        try:
            results.append(outcome())
        except (UsageError, DependencyError):
            raise
        except ArtextractError as error:
            failures.append(f"seed {settings.seed}, in {run}: {error}")
    return TrainedSeeds(results=results, failures=failures)


_Outcomes = Iterator[Callable[[], TrainingResult]]


def _in_turn(
    graphs: Path,
    runs: Mapping[Path, TrainingSettings],
    resume: bool,
    on_epoch: Callable[[Path, EpochRow], None],
) -> _Outcomes:
    for run, settings in runs.items():
        # Of several runs, the last ones may not have started.
        has_begun = resume and RunDirectory(path=run).has_begun
        yield partial(
            trainer.train, graphs, run, settings, resume=has_begun, on_epoch=partial(on_epoch, run)
        )


def _side_by_side(
    graphs: Path,
    runs: Mapping[Path, TrainingSettings],
    resume: bool,
    on_epoch: Callable[[Path, EpochRow], None],
    *,
    jobs: int,
) -> _Outcomes:
    launches = [
        trainer.launch_of(
            graphs,
            run,
            settings,
            resume=resume and RunDirectory(path=run).has_begun,
            on_epoch=partial(on_epoch, run),
            n_beside=min(jobs, len(runs)),
        )
        for run, settings in runs.items()
    ]
    supervise(launches, jobs)
    for launch in launches:
        yield launch.outcome
