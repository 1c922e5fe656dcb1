"""Training: graph files in, run directory out; the original images and truth/ are not read."""

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from artextract_cli.errors import DivergedError, InputError
from artextract_cli.graphs.store import graphs_digest
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.recorded_plugins import (
    recorded_objective,
    recorded_plugin,
    recorded_scorer,
)
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.nn.precision import check_precision, computed_in
from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.networks import new_network
from artextract_cli.pipelines.registry import pipeline_of
from artextract_cli.pipelines.settings import TrainingSettings, objective_spec
from artextract_cli.pipelines.training_task import LossAndScorer, TrainingInputs
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.training.fusion import check_fusion
from artextract_cli.training.model_card import first_card
from artextract_cli.training.objective import possible_settings
from artextract_cli.training.run_directory import (
    GRAPHS_DIGEST,
    EpochRow,
    Progress,
    RunDirectory,
    TrainingResult,
)
from artextract_cli.training.scenes import split_scenes
from artextract_cli.training.schedule import learning_rate
from artextract_cli.utils.device import resolve_device
from artextract_cli.utils.events import detail, inform, warn
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.memory import keep_freed_memory
from artextract_cli.utils.output_plan import OutputPlan

# The peak rate is three times that of "steps": a single batch could move the weights far.
GRADIENT_NORM = 1.0  # to which gradients are clipped, for one-cycle


def train(
    graphs: Path,
    run: Path,
    settings: TrainingSettings,
    *,
    resume: bool = False,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
) -> TrainingResult:
    """Train a Siamese network on graph files, and write a run directory.

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
        Called after each epoch with its row, as in `read_metrics`.

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
        If the run directory cannot be written, or another process writes to it.
    DependencyError
        If the requested device, engine or precision cannot be used, or the plugin of the
        superpixels is not installed.
    DivergedError
        If the loss is not finite; the best model so far is kept.
    """
    # Before anything is read: a wrong --out costs no time.
    OutputPlan(
        out=run, source_folders={graphs: "graphs folder"}, rules=(check_outside_datasets,)
    ).check()
    keep_freed_memory()
    started = time.monotonic()
    trainer = _Trainer(graphs, RunDirectory(path=run), settings)
    with directory_lock(run):
        trainer.open_run(resume=resume)
        try:
            while not trainer.is_over:
                on_epoch(trainer.run_epoch())
        except (KeyboardInterrupt, DivergedError):
            trainer.close_early()
            raise
        trainer.close()
    return trainer.result(seconds=time.monotonic() - started)


class _Trainer:
    """One run: its scenes, network, optimiser and progress."""

    def __init__(self, graphs: Path, run: RunDirectory, settings: TrainingSettings) -> None:
        self.graphs, self.run = graphs, run
        self.progress = Progress()
        loaded, self.graphs_digest = load_alike(graphs), graphs_digest(graphs)
        # Inference will need it: better known now than after training.
        recorded_plugin("superpixels", loaded[0].superpixels_origin, str(graphs))
        self.settings = settings = possible_settings(settings, loaded[0])
        training, validation = split_scenes(loaded, settings.validation_share, settings.seed)
        self.device = resolve_device(settings.device)
        check_precision(settings.precision, self.device)
        self.chosen = resolve_engine(settings.engine, self.device)
        self.engine = self.chosen.name
        detail(f"{len(training)} training, {len(validation)} validation scenes")
        detail(f"engine {self.engine} on {self.device}: {self.chosen.reason}")
        pipeline = pipeline_of(objective_spec(settings.objective).learns_from)
        self.card = first_card(loaded[0], settings, pipeline, self.engine)
        self.task = pipeline.task(self._inputs(training, validation))
        # Before the network, so that its first weights depend on the seed alone.
        torch.manual_seed(settings.seed)
        self.network = new_network(self.card, pipeline)
        # On the CPU, where its scenes are.
        self.task.begin(self.network)
        self.network.to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, partial(learning_rate, settings, self.task.n_batches)
        )
        self.stateful: dict[str, Any] = {
            "network": self.network,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
        }

    def _inputs(
        self, training: Sequence[SceneGraphs], validation: Sequence[SceneGraphs]
    ) -> TrainingInputs:
        return TrainingInputs(
            root=self.graphs,
            training=training,
            validation=validation,
            settings=self.settings,
            loss_and_scorer=LossAndScorer(
                recorded_objective(self.card), recorded_scorer(self.card)
            ),
            engine=self.engine,
            device=self.device,
        )

    def open_run(self, *, resume: bool) -> None:
        """Start a run directory, or continue an existing one."""
        settings = self._resumable()
        if resume and self.run.has_no_epoch:
            inform("no epoch was finished: starting from the beginning")
        elif resume:
            state, self.progress = self.run.resume(settings)
            for name, part in self.stateful.items():
                part.load_state_dict(state[name])
            self.run.save_metrics(self.progress)  # after a kill they may lack the last epoch
            inform(f"resuming after epoch {len(self.progress.history)}")
            return
        used = {"name": self.engine, "reason": self.chosen.reason, "device": str(self.device)}
        self.run.start({"graphs": str(self.graphs.resolve())} | settings | {"engine_used": used})

    def _resumable(self) -> dict[str, Any]:
        """Settings that must be the same when the run is resumed, those of its graphs included."""
        recipe = dataclasses.asdict(self.card.recipe)
        settings = dataclasses.asdict(self.settings)
        del settings["defaulted"]  # the value counts, not whether it was a default
        return settings | {
            "options": dict(self.card.options),
            "objective_options": dict(self.card.objective_options),
            "scorer_options": dict(self.card.scorer_options),
            "recipe": recipe,
            GRAPHS_DIGEST: self.graphs_digest,
        }

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or validation has stopped improving."""
        return self.progress.is_over(self.settings.epochs, self.settings.patience)

    def run_epoch(self) -> EpochRow:
        """Train and validate once, then save the state."""
        started, epoch = time.monotonic(), len(self.progress.history) + 1
        # Everything random in an epoch follows from (seed, epoch): a resumed run repeats it. The
        # factor exceeds any number of epochs, so that no two pairs give the same number.
        torch.manual_seed(self.settings.seed * 1_000_003 + epoch)
        row: EpochRow = {
            "epoch": epoch,
            "learning_rate": self.schedule.get_last_lr()[0],
            "train_loss": self._train_epoch(epoch),
            "val_loss": self._validate(),
            "seconds": round(time.monotonic() - started, 3),
            **self.task.extra_metrics(),
        }
        is_best = self.progress.add(row, self.network.state_dict())
        parts = {name: part.state_dict() for name, part in self.stateful.items()}
        # The state before the model: a kill in between loses nothing, since the state contains the
        # best weights too.
        self.run.save(self.progress, self._resumable(), parts)
        if is_best:
            self.run.save_model(self.progress, self.card)
        return row

    def close_early(self) -> None:
        """Keep the best model, if there is one; errors here must not hide why training stopped."""
        if self.progress.best is None:
            return
        try:
            self.close()
        except InputError as error:
            warn(str(error))

    @torch.no_grad()
    def close(self) -> None:
        """Write the best model with its calibration."""
        self.network.load_state_dict(self.progress.best_weights)
        self.network.eval()
        self.card = dataclasses.replace(
            self.card,
            calibration=dict(self.task.calibrations(self.network)),
            quality=dict(self.task.quality(self.network)),
        )
        check_fusion(self.card.quality)
        self.run.save_model(self.progress, self.card)

    def result(self, *, seconds: float) -> TrainingResult:
        """Summarise the run, which took ``seconds``."""
        best = self.progress.best or {}
        return TrainingResult(
            run=self.run.path,
            best_epoch=int(best["epoch"]),
            train_loss=best["train_loss"],
            val_loss=best["val_loss"],
            epochs=len(self.progress.history),
            quality=self.card.quality,
            n_parameters=sum(p.numel() for p in self.network.parameters()),
            engine=self.engine,
            device=str(self.device),
            seconds=seconds,
        )

    def _train_epoch(self, epoch: int) -> float:
        self.network.train()
        total, n_scenes = 0.0, 0
        losses = self.task.training_losses(self.network, epoch)
        for loss, n in computed_in(self.settings.precision, self.device, losses):
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if self.settings.schedule == "one-cycle":
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_NORM)
            self.optimizer.step()
            self.schedule.step()
            # Last, since reading the loss waits for the GPU.
            total, n_scenes = total + self._finite(loss) * n, n_scenes + n
        return total / n_scenes

    @torch.no_grad()
    def _validate(self) -> float:
        self.network.eval()
        losses = [(self._finite(loss), n) for loss, n in self.task.validation_losses(self.network)]
        return sum(loss * n for loss, n in losses) / sum(n for _, n in losses)

    def _finite(self, loss: torch.Tensor) -> float:
        value = loss.item()
        if not math.isfinite(value):
            kept = "; the best model so far is kept" if self.progress.best else ""
            msg = (
                f"training diverged in epoch {len(self.progress.history) + 1} (loss {value}): "
                f"lower --learning-rate{kept}"
            )
            raise DivergedError(msg)
        return value
