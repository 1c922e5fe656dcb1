"""The run directory: the files that training writes and resumes from.

``model.safetensors`` is the best model, ``last.pt`` the resume state. ``metrics.jsonl`` has one
line per epoch, the last with the sha256 of the whole file; ``config.yaml`` has the resolved
settings.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from artextract_cli.errors import InputError, UsageError
from artextract_cli.models.card import ModelCard
from artextract_cli.models.checkpoint import (
    MODEL_NAME,
    STATE_NAME,
    load_state,
    save_model,
    save_state,
)
from artextract_cli.models.commands import TRAIN
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest, verify_digest
from artextract_cli.utils.file_errors import cause
from artextract_cli.utils.yaml import write_yaml

METRICS_NAME, CONFIG_NAME = "metrics.jsonl", "config.yaml"
# These may differ when a run is resumed, except for the epochs of one-cycle, which determine the
# learning rate. A new scorer is calibrated when training ends.
FREE_SETTINGS = frozenset(
    {"epochs", "patience", "device", "engine", "scorer", "scorer_options"}
    | {"micro_batches", "processes", "max_restarts", "log"}
)
GRAPHS_DIGEST = "graphs_digest"

EpochRow = dict[str, Any]  # epoch, train_loss, val_loss, learning_rate, seconds


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """How a training run ended.

    Attributes
    ----------
    run
        The run directory.
    best_epoch
        Epoch of the lowest validation loss, from 1; its weights are the model.
    train_loss, val_loss
        Losses in that epoch.
    epochs
        Number of epochs that were trained.
    quality
        AUROC on the validation scenes by score, 0..1, if a truth is known.
    n_parameters
        Number of weights.
    engine
        Engine of message passing.
    device
        Device of the training.
    seconds
        Duration in s.
    """

    run: Path
    best_epoch: int
    train_loss: float
    val_loss: float
    epochs: int
    quality: Mapping[str, float]
    n_parameters: int
    engine: str
    device: str
    seconds: float


@dataclass(kw_only=True)
class Progress:
    """The state of a run."""

    history: list[EpochRow] = field(default_factory=list)
    best: EpochRow | None = None
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)

    def add(self, row: EpochRow, weights: Mapping[str, torch.Tensor]) -> bool:
        """Add an epoch; True if its validation loss is the best so far."""
        self.history.append(row)
        if self.best is not None and row["val_loss"] >= self.best["val_loss"]:
            return False
        self.best = row
        # Copies: the optimiser changes the weights in place.
        self.best_weights = {name: w.detach().cpu().clone() for name, w in weights.items()}
        return True

    def is_over(self, epochs: int, patience: int) -> bool:
        """Whether all epochs are done, or ``patience`` epochs have brought no improvement."""
        best_epoch = int(self.best["epoch"]) if self.best else 0
        done = len(self.history)
        return done >= epochs or done - best_epoch >= patience


@dataclass(frozen=True, kw_only=True)
class RunDirectory:
    """A run directory on disk."""

    path: Path

    def start(self, resolved: Mapping[str, Any]) -> None:
        """Create the directory and write its configuration.

        Raises
        ------
        UsageError
            If it contains a run already.
        """
        self.check_free()
        write_yaml(self.path / CONFIG_NAME, dict(resolved))

    @property
    def _holds_epochs(self) -> bool:
        return any((self.path / name).exists() for name in (STATE_NAME, MODEL_NAME))

    @property
    def has_no_epoch(self) -> bool:
        """Whether a run was started here but stopped before the end of its first epoch."""
        return (self.path / CONFIG_NAME).is_file() and not self._holds_epochs

    @property
    def has_begun(self) -> bool:
        """Whether a run was started here."""
        return (self.path / CONFIG_NAME).is_file()

    @property
    def n_micro_batches(self) -> int | None:
        """Micro-batches per batch in the last epoch; None if there is none."""
        if not (self.path / STATE_NAME).exists():
            return None
        saved = json.loads(load_state(self.path / STATE_NAME)["settings"])
        return int(saved.get("micro_batches", 1))

    def check_free(self) -> None:
        """Raise `UsageError` if the directory contains a run."""
        if self._holds_epochs:
            msg = (
                f"{self.path} contains a run already: choose another --out, or continue it with "
                "--resume"
            )
            raise UsageError(msg)

    def resume(self, settings: Mapping[str, Any]) -> tuple[dict[str, Any], Progress]:
        """Read the resume state, after checking that it comes from the same settings.

        Raises
        ------
        InputError
            If there is none, or it is damaged.
        UsageError
            If the run was trained with other settings.
        """
        state = load_state(self.path / STATE_NAME)
        saved = json.loads(state["settings"])
        planned = {"epochs"} if settings.get("schedule") == "one-cycle" else set()
        for name in (name for name in settings if name not in FREE_SETTINGS - planned):
            if name == GRAPHS_DIGEST and saved.get(name) != settings[name]:
                msg = f"{self.path} was trained on other graphs: choose another --out"
                raise UsageError(msg)
            if saved.get(name) != settings[name]:
                msg = (
                    f"{self.path} was trained with {name}={saved.get(name)}, not "
                    f"{settings[name]}: resume with the same settings, or choose another --out"
                )
                raise UsageError(msg)
        progress = Progress(
            history=list(state["history"]),
            best=state["best"],
            best_weights=dict(state["best_weights"]),
        )
        return state, progress

    def save(
        self, progress: Progress, settings: Mapping[str, Any], parts: Mapping[str, Any]
    ) -> None:
        """Save the resume state and the metrics."""
        state = {
            # As text, since the state may only contain tensors and plain values.
            "settings": json.dumps(settings, sort_keys=True),
            **parts,
            **dataclasses.asdict(progress),
        }
        save_state(self.path / STATE_NAME, state)
        self.save_metrics(progress)

    def save_metrics(self, progress: Progress) -> None:
        """Write one line per epoch."""
        # The file is written anew each time: a digest in the last line cannot be appended.
        *earlier, last = progress.history
        lines = "".join(
            json.dumps(row) + "\n" for row in (*earlier, last | {"sha256": PLACEHOLDER})
        )
        with atomic_path(self.path / METRICS_NAME) as temporary:
            temporary.write_bytes(embed_digest(lines.encode()))

    def save_model(self, progress: Progress, card: ModelCard) -> ModelCard:
        """Write the best model; returns its card, with the epoch that it is of."""
        best = progress.best or {}
        reached = {name: best[name] for name in ("train_loss", "val_loss")}
        card = dataclasses.replace(card, best_epoch=best["epoch"], **reached)
        save_model(self.path / MODEL_NAME, progress.best_weights, card)
        return card


def read_metrics(run: Path) -> list[EpochRow]:
    """Read the losses of a run, epoch by epoch.

    Parameters
    ----------
    run
        Run directory that `train` wrote.

    Returns
    -------
    list of dict
        One per epoch, with ``epoch``, ``train_loss``, ``val_loss``, ``learning_rate`` and
        ``seconds``.

    Raises
    ------
    InputError
        If there are no metrics, or they are damaged.
    """
    path = run / METRICS_NAME
    try:
        content = path.read_bytes()
        rows = [dict(json.loads(line)) for line in content.splitlines()]
    except FileNotFoundError as error:
        msg = f"there are no metrics in {run}: create a run with `{TRAIN}`"
        raise InputError(msg) from error
    except (OSError, TypeError, ValueError) as error:
        msg = f"{path} cannot be read ({cause(error)}): run `{TRAIN}`"
        raise InputError(msg) from error
    if not rows:
        msg = f"{path} contains no epoch yet: finish one with `{TRAIN}`"
        raise InputError(msg)
    if not verify_digest(content, rows[-1].pop("sha256", None)):
        msg = f"{path} is damaged (its checksum is wrong): run `{TRAIN}`"
        raise InputError(msg)
    return rows
