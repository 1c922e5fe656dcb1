"""Training: graph files in, run directory out; the original images and truth/ are not read."""

import dataclasses
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from artextract_cli.errors import DivergedError, UsageError
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.training.place import Place, place_in_environment
from artextract_cli.training.processes import Launch, supervise
from artextract_cli.training.ranks import Ranks, joined
from artextract_cli.training.run_directory import EpochRow, RunDirectory, TrainingResult
from artextract_cli.training.training_run import TrainingRun
from artextract_cli.utils.events import inform
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.memory import keep_freed_memory
from artextract_cli.utils.output_plan import OutputPlan
from artextract_cli.utils.threads import share_cores, single_threaded


def train(
    graphs: Path,
    run: Path,
    settings: TrainingSettings,
    *,
    resume: bool = False,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
) -> TrainingResult:
    """Train a Siamese network on graph files, and write a run directory.

    Under torchrun, each process calls this; with ``processes`` in the settings, they are started
    here, which needs ``if __name__ == "__main__":`` around the work of a script. See
    docs/cluster.md.

    Ctrl-C keeps the last finished epoch: the model is calibrated and written before
    ``KeyboardInterrupt`` is raised again, and ``resume`` continues from there.

    Parameters
    ----------
    graphs
        Folder that `build_dataset` wrote.
    run
        Run directory to write; must not contain a run unless ``resume``.
    settings
        How to train; see `settings_for`.
    resume
        Whether to continue the run in ``run``.
    on_epoch
        Called after each epoch with its row, as in `read_metrics`; under torchrun, in the first
        process only.

    Returns
    -------
    TrainingResult
        How the run ended.

    Raises
    ------
    InputError
        For missing, damaged or mixed graph files, or fewer than two scenes.
    UsageError
        For an unknown backbone, option, objective or pooling, a run that exists already, or one
        inside ``graphs`` or a dataset.
    ArtextractError
        If the run directory cannot be written, another process writes to it, or one of the
        processes that train has ended.
    DependencyError
        If the requested device, engine or precision cannot be used, or the plugin of the
        superpixels is not installed.
    DivergedError
        If the loss is not finite; the best model so far is kept.
    """
    place = place_in_environment()
    if place.count > 1 and settings.processes > 1:
        msg = "torchrun starts the processes already: leave out --processes"
        raise UsageError(msg)
    if place.count > 1 or (settings.processes == 1 and not settings.max_restarts):
        return _train_here(graphs, run, settings, resume, place, on_epoch)
    launch = launch_of(graphs, run, settings, resume=resume, on_epoch=on_epoch)
    supervise([launch])
    return launch.outcome()


def launch_of(
    graphs: Path,
    run: Path,
    settings: TrainingSettings,
    *,
    resume: bool = False,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
    n_beside: int = 1,
) -> Launch:
    """A training in processes of its own, ``n_beside`` of which are supervised at a time."""
    # Before processes are started, which takes seconds, and much longer if they are too many.
    _check_out(graphs, run)
    directory = RunDirectory(path=run)
    if not resume:
        directory.check_free()
    _n_parts(settings, directory, settings.processes, resume)
    return Launch(
        name=str(run),
        work=partial(_train_here, graphs, run, settings, resume),
        count=settings.processes,
        n_sharing=settings.processes * n_beside,
        max_restarts=settings.max_restarts,
        on_epoch=on_epoch,
    )


def _check_out(graphs: Path, run: Path) -> None:
    # Before anything is read: a wrong --out costs no time.
    OutputPlan(
        out=run, source_folders={graphs: "graphs folder"}, rules=(check_outside_datasets,)
    ).check()


def _train_here(
    graphs: Path,
    run: Path,
    settings: TrainingSettings,
    resume: bool,
    place: Place,
    on_epoch: Callable[[EpochRow], None],
) -> TrainingResult:
    """Train as one of the processes of a run, or as the only one."""
    keep_freed_memory()
    share_cores(place.n_sharing)
    directory = RunDirectory(path=run)
    with joined(place, settings.device) as ranks, ranks.together():
        _check_out(graphs, run)
        if place.is_restart:
            resume = directory.has_begun
        if ranks.is_first and not resume:
            directory.check_free()  # before scenes are prepared
        settings = _divided(settings, directory, ranks, resume)
        # A model depends on the number of threads, which must not depend on that of processes.
        is_alone = settings.micro_batches == 1 and place.n_sharing == 1
        with nullcontext() if is_alone else single_threaded():
            return _trained(TrainingRun(graphs, directory, settings, ranks), resume, on_epoch)


def _divided(
    settings: TrainingSettings, directory: RunDirectory, ranks: Ranks, resume: bool
) -> TrainingSettings:
    """The settings with the number of micro-batches."""
    n = _n_parts(settings, directory, ranks.count, resume)
    before = directory.n_micro_batches if resume else None
    if before not in (None, n):
        inform(
            f"batches have {n} parts from here on, and had {before}: the model will differ as by "
            "another seed"
        )
    return dataclasses.replace(settings, micro_batches=n)


def _n_parts(
    settings: TrainingSettings, directory: RunDirectory, n_processes: int, resume: bool
) -> int:
    """The number of micro-batches of a batch, after checking that processes can share them."""
    before = directory.n_micro_batches if resume else None
    n = settings.micro_batches or max(before or 1, n_processes)
    if n < n_processes:
        msg = (
            f"{n_processes} processes cannot share {n} parts of a batch: give --micro-batches "
            f"{n_processes} or more"
        )
        raise UsageError(msg)
    if n > max(settings.batch_size, 1):
        msg = (
            f"a batch of {settings.batch_size} scenes has no {n} parts: use fewer processes or "
            f"--micro-batches, or a --batch-size of {n} or more"
        )
        raise UsageError(msg)
    return n


def _trained(
    work: TrainingRun, resume: bool, on_epoch: Callable[[EpochRow], None]
) -> TrainingResult:
    started, ranks = time.monotonic(), work.ranks
    with directory_lock(work.run.path) if ranks.is_first else nullcontext():
        work.open_run(resume=resume)
        try:
            with ranks.together():
                while not work.is_over:
                    row = work.run_epoch()
                    if ranks.is_first:
                        on_epoch(row)
                ranks.agree()
        except (KeyboardInterrupt, DivergedError):
            work.close_early()
            ranks.wait()
            raise
        if ranks.is_first:
            work.close()
        ranks.agree()
    return work.result(seconds=time.monotonic() - started)
