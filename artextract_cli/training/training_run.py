"""One training run, from its first epoch to the calibrated model."""

import dataclasses
import math
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from artextract_cli._typing import FloatArray
from artextract_cli.errors import DivergedError, InputError
from artextract_cli.graphs.store import graphs_digest
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.recorded_plugins import (
    recorded_objective,
    recorded_plugin,
    recorded_scorer,
)
from artextract_cli.models.written_card import write_card
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.nn.precision import check_precision, computed_in
from artextract_cli.pipelines.batches import Share, load_alike
from artextract_cli.pipelines.networks import new_network
from artextract_cli.pipelines.registry import pipeline_of
from artextract_cli.pipelines.settings import TrainingSettings, objective_spec
from artextract_cli.pipelines.training_task import LossAndScorer, TrainingInputs
from artextract_cli.training.fusion import check_fusion
from artextract_cli.training.gradients import BatchGradient
from artextract_cli.training.loggers import Loggers
from artextract_cli.training.model_card import first_card
from artextract_cli.training.objective import possible_settings
from artextract_cli.training.place import local_device
from artextract_cli.training.ranks import Ranks
from artextract_cli.training.run_directory import (
    GRAPHS_DIGEST,
    EpochRow,
    Progress,
    RunDirectory,
    TrainingResult,
)
from artextract_cli.training.scenes import split_scenes
from artextract_cli.training.schedule import learning_rate
from artextract_cli.utils.events import detail, inform, warn

# The peak rate is three times that of "steps": a single batch could move the weights far.
GRADIENT_NORM = 1.0  # to which gradients are clipped, for one-cycle


class TrainingRun:
    """One run: its scenes, network, optimiser and progress.

    Of several processes, each has all of this, and follows the same steps; only the first one
    validates, calibrates and writes.
    """

    def __init__(
        self, graphs: Path, run: RunDirectory, settings: TrainingSettings, ranks: Ranks
    ) -> None:
        self.graphs, self.run, self.ranks = graphs, run, ranks
        self.progress = Progress()
        loaded, self.graphs_digest = load_alike(graphs), graphs_digest(graphs)
        # Inference will need it: better known now than after training.
        recorded_plugin("superpixels", loaded[0].superpixels_origin, str(graphs))
        self.settings = settings = possible_settings(settings, loaded[0])
        # Before scenes are prepared: an unknown name costs no time.
        self.loggers = Loggers(settings)
        training, validation = split_scenes(loaded, settings.validation_share, settings.seed)
        self.device = local_device(settings.device, ranks.place)
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
        if ranks.is_first:
            self.task.begin(self.network)
        ranks.copy_from_first(self.network.state_dict())
        self.network.to(self.device)
        self.gradient = BatchGradient(self.network, ranks, settings)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        n_batches = sum(part.ends_batch for part in self.task.micro_batches)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, partial(learning_rate, settings, n_batches)
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
            share=Share(
                n_micro_batches=self.settings.micro_batches or 1,
                rank=self.ranks.rank,
                n_ranks=self.ranks.count,
            ),
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
            if self.ranks.is_first:
                # After a kill they may lack the last epoch.
                self.run.save_metrics(self.progress)
            inform(f"resuming after epoch {len(self.progress.history)}")
        if not self.ranks.is_first:
            return
        used = {"name": self.engine, "reason": self.chosen.reason, "device": str(self.device)}
        resolved = {"graphs": str(self.graphs.resolve())} | settings | {"engine_used": used}
        if not self.progress.history:
            self.run.start(resolved)
        self.loggers.start(self.run.path, resolved)

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
            "val_loss": self.ranks.from_first(self._validate() if self.ranks.is_first else 0),
            "seconds": round(time.monotonic() - started, 3),
            **self.ranks.added(self.task.extra_metrics()),
        }
        is_best = self.progress.add(row, self.network.state_dict())
        if self.ranks.is_first:
            self._save(is_best)
            self.loggers.log(row, self._example_scores)
        return row

    def _save(self, is_best: bool) -> None:
        parts = {name: part.state_dict() for name, part in self.stateful.items()}
        # The state before the model: a kill in between loses nothing, since the state contains the
        # best weights too.
        self.run.save(self.progress, self._resumable(), parts)
        if is_best:
            self.run.save_model(self.progress, self.card)

    @torch.no_grad()
    def _example_scores(self) -> FloatArray:
        self.network.eval()
        return self.task.example_scores(self.network)

    def close_early(self) -> None:
        """Keep the best model, if there is one; errors here must not hide why training stopped."""
        if self.progress.best is None or not self.ranks.is_first:
            self.loggers.close({})
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
        write_card(self.run.path, self.run.save_model(self.progress, self.card))
        self.loggers.close({f"AUROC {name}": value for name, value in self.card.quality.items()})

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
        losses = computed_in(
            self.settings.precision, self.device, self.task.training_losses(self.network, epoch)
        )
        for batch, of_batch in self.gradient.epoch(self.task.micro_batches, losses, epoch):
            if self.settings.schedule == "one-cycle":
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_NORM)
            self.optimizer.step()
            self.schedule.step()
            # Last, since reading the loss waits for the GPU.
            for part, loss in zip(batch, of_batch, strict=True):
                total, n_scenes = (
                    total + self._finite(loss) * part.n_scenes,
                    n_scenes + part.n_scenes,
                )
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
