"""Training: graph files in, run directory out; the original pictures and truth/ stay closed."""

import dataclasses
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253

from artextract_cli.calibration import Calibration, fit_calibration
from artextract_cli.checkpoint import ModelCard, new_network
from artextract_cli.console import detail, talk, warn
from artextract_cli.device import resolve_device
from artextract_cli.errors import DivergedError, InputError, UsageError
from artextract_cli.graph_store import graphs_digest
from artextract_cli.memory import keep_freed_memory
from artextract_cli.message_passing import resolve_engine
from artextract_cli.plugin_manager import plugin_host
from artextract_cli.plugin_options import make_options
from artextract_cli.run_directory import GRAPHS_DIGEST, EpochRow, Progress, RunDirectory
from artextract_cli.siamese import (
    OBJECTIVES,
    SceneTensors,
    band_distances,
    collate,
    scene_tensors,
)
from artextract_cli.superpixel_graph import SceneGraphs
from artextract_cli.training_scenes import batches, load_alike, split_scenes
from artextract_cli.training_settings import TrainingSettings

N_SYMMETRIES = 8
LAST_VISIBLE_NM = 720


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """How a training run ended."""

    run: Path
    best_epoch: int
    train_loss: float
    val_loss: float
    epochs: int
    n_parameters: int
    engine: str
    device: str
    seconds: float


def train(
    graphs: Path,
    run: Path,
    settings: TrainingSettings,
    *,
    resume: bool = False,
    on_epoch: Callable[[EpochRow], None] = lambda row: None,
) -> TrainingResult:
    """Train a Siamese network on the graph files under ``graphs``.

    Ctrl-C keeps the last finished epoch: the model is calibrated and written before
    ``KeyboardInterrupt`` goes on, and ``resume`` continues from there.

    Raises
    ------
    InputError
        For missing, damaged or mixed graph files, or fewer than two scenes.
    UsageError
        For an unknown backbone, option, objective or pooling, or a run that exists already.
    DivergedError
        If the loss is not finite; the best model so far is kept.
    """
    keep_freed_memory()
    started = time.monotonic()
    trainer = _Trainer(graphs, RunDirectory(path=run), settings)
    trainer.open_run(resume=resume)
    try:
        while not trainer.progress.is_over(settings.epochs, settings.patience):
            on_epoch(trainer.run_epoch())
    except (KeyboardInterrupt, DivergedError):
        trainer.close_early()
        raise
    trainer.close()
    best = trainer.progress.best or {}
    return TrainingResult(
        run=run,
        best_epoch=int(best["epoch"]),
        train_loss=best["train_loss"],
        val_loss=best["val_loss"],
        epochs=len(trainer.progress.history),
        n_parameters=sum(p.numel() for p in trainer.network.parameters()),
        engine=trainer.engine,
        device=str(trainer.device),
        seconds=time.monotonic() - started,
    )


class _Trainer:
    """One run: its scenes, network, optimiser and what it has reached."""

    def __init__(self, graphs: Path, run: RunDirectory, settings: TrainingSettings) -> None:
        self.graphs, self.run, self.settings = graphs, run, settings
        self.progress = Progress()
        loaded, self.graphs_digest = load_alike(graphs), graphs_digest(graphs)
        _check_objective(settings, loaded[0])
        _warn_without_infrared(loaded[0])
        self.train_graphs, val_graphs = split_scenes(
            loaded, settings.validation_share, settings.seed
        )
        self.device = resolve_device(settings.device)
        self.engine = resolve_engine(settings.engine, self.device).name
        detail(f"{len(self.train_graphs)} training, {len(val_graphs)} validation scenes")
        detail(f"engine {self.engine} on {self.device}")
        self.train_scenes = [scene_tensors(g) for g in self.train_graphs]
        self.val_scenes = [scene_tensors(g) for g in val_graphs]
        self.card = _first_card(loaded[0], settings, self.engine)
        torch.manual_seed(settings.seed)
        self.network = new_network(self.card).to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        self.schedule = torch.optim.lr_scheduler.StepLR(
            self.optimizer, settings.step_size, settings.step_factor
        )
        self.stateful: dict[str, Any] = {
            "network": self.network,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
        }

    def open_run(self, *, resume: bool) -> None:
        """Start a run directory, or take up the one that was left."""
        settings = self._resumable()
        if resume:
            state, self.progress = self.run.resume(settings)
            for name, part in self.stateful.items():
                part.load_state_dict(state[name])
            talk(f"going on after epoch {len(self.progress.history)}")
            return
        graphs = {"graphs": str(self.graphs.resolve())}
        self.run.start(graphs | settings)

    def _resumable(self) -> dict[str, Any]:
        """What must be the same when the run is resumed, the kind of its graphs included."""
        recipe = dataclasses.asdict(self.card.recipe)
        return dataclasses.asdict(self.settings) | {
            "options": dict(self.card.options),
            "recipe": recipe,
            GRAPHS_DIGEST: self.graphs_digest,
        }

    def run_epoch(self) -> EpochRow:
        """Train and validate once, then save what was reached."""
        started, epoch = time.monotonic(), len(self.progress.history) + 1
        # Everything random in an epoch follows from (seed, epoch): a resumed run repeats it.
        torch.manual_seed(self.settings.seed * 1_000_003 + epoch)
        row: EpochRow = {
            "epoch": epoch,
            "train_loss": self._train_epoch(epoch),
            "val_loss": self._validate(),
            "learning_rate": self.schedule.get_last_lr()[0],
        }
        self.schedule.step()
        row["seconds"] = round(time.monotonic() - started, 3)
        is_best = self.progress.add(row, self.network.state_dict())
        parts = {name: part.state_dict() for name, part in self.stateful.items()}
        self.run.save(self.progress, self._resumable(), parts)
        if is_best:
            self.run.save_model(self.progress, self.card)
        return row

    def close_early(self) -> None:
        """Keep what was reached, if anything was; why training stopped is the news, not this."""
        if self.progress.best is None:
            return
        try:
            self.close()
        except InputError as error:
            warn(str(error))

    def close(self) -> None:
        """Write the best model with its calibration."""
        self.network.load_state_dict(self.progress.best_weights)
        card = dataclasses.replace(self.card, calibration=self._calibrations())
        self.run.save_model(self.progress, card)

    def _train_epoch(self, epoch: int) -> float:
        self.network.train()
        rng = np.random.default_rng([self.settings.seed, epoch])
        shuffled = [self.train_scenes[i] for i in rng.permutation(len(self.train_scenes))]
        total = 0.0
        for scenes, n_anchors in batches(shuffled, self.settings.batch_size, self.val_scenes):
            turns = rng.integers(N_SYMMETRIES if self.settings.augment else 1, size=len(scenes))
            loss = self._loss(scenes, n_anchors, int(rng.integers(2**31)), turns.tolist())
            total += self._finite(loss) * n_anchors
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
        return total / len(self.train_scenes)

    @torch.no_grad()
    def _validate(self) -> float:
        self.network.eval()
        plan = batches(self.val_scenes, self.settings.batch_size, self.train_scenes)
        losses = [self._finite(self._loss(scenes, n, 0, None)) * n for scenes, n in plan]
        return sum(losses) / len(self.val_scenes)

    def _loss(
        self,
        scenes: Sequence[SceneTensors],
        n_anchors: int,
        seed: int,
        symmetries: Sequence[int] | None,
    ) -> torch.Tensor:
        batch = collate(
            scenes,
            engine=self.engine,
            device=self.device,
            n_anchors=n_anchors,
            symmetries=symmetries,
        )
        objective = OBJECTIVES[self.settings.objective]
        generator = torch.Generator().manual_seed(seed)
        return objective(self.network, batch, self.settings.margin, generator)

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

    @torch.no_grad()
    def _calibrations(self) -> dict[str, Calibration]:
        """False-alarm rates on clean training scenes, or on all of them with a trimmed tail."""
        self.network.eval()
        trimmed = not any(g.clean for g in self.train_graphs)
        scores = []
        for graphs, tensors in zip(self.train_graphs, self.train_scenes, strict=True):
            if graphs.clean or trimmed:
                batch = collate([tensors], engine=self.engine, device=self.device)
                distances = band_distances(self.network(batch), graphs)
                scores.append(distances[tensors.inside[0].numpy()])
        fused, band = [s.mean(1) for s in scores], [s.ravel() for s in scores]
        return {
            "fused": fit_calibration(np.concatenate(fused), trimmed=trimmed),
            "band": fit_calibration(np.concatenate(band), trimmed=trimmed),
        }


def _check_objective(settings: TrainingSettings, graphs: SceneGraphs) -> None:
    if settings.objective == "node-contrastive" and len(graphs.graphs) > 1:
        msg = (
            "node-contrastive compares corresponding superpixels, but these graphs come from "
            "separate segmentations: use --objective graph-contrastive, or build the graphs with "
            "--segmentation shared"
        )
        raise UsageError(msg)


def _warn_without_infrared(graphs: SceneGraphs) -> None:
    if graphs.wavelengths is None or max(graphs.wavelengths) <= LAST_VISIBLE_NM:
        known = "no wavelength is known" if graphs.wavelengths is None else "no band is infrared"
        warn(f"{known}: hidden layers cannot be expected to show, differences in colour can")


def _first_card(graphs: SceneGraphs, settings: TrainingSettings, engine: str) -> ModelCard:
    plugin = plugin_host().find("backbones", settings.backbone)
    packages = ("artextract", "numpy", "torch")
    return ModelCard(
        backbone=plugin.origin,
        options=dataclasses.asdict(make_options(plugin.spec, settings.options)),
        in_size=len(graphs.feature_names[0]),
        pooling=settings.pooling,
        objective=settings.objective,
        margin=settings.margin,
        seed=settings.seed,
        recipe=graphs.recipe,
        superpixels=dict(graphs.superpixels_origin),
        feature_names=graphs.feature_names,
        band_ids=graphs.band_ids,
        wavelengths=graphs.wavelengths,
        best_epoch=0,
        train_loss=math.nan,
        val_loss=math.nan,
        versions={"python": sys.version.split()[0]} | {name: version(name) for name in packages},
        engine=engine,
        calibration={},
    )
