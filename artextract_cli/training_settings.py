"""Everything that decides how a network is trained."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from artextract_cli.errors import UsageError
from artextract_cli.precision import PRECISIONS, Precision
from artextract_cli.siamese import OBJECTIVES, POOLINGS, Pooling

HIDDEN_LAYER = "hidden-layer"
OBJECTIVE_NAMES = (HIDDEN_LAYER, *OBJECTIVES)
Schedule = Literal["one-cycle", "steps"]
SCHEDULES: tuple[Schedule, ...] = ("one-cycle", "steps")
# What suits an objective better than the defaults of `TrainingSettings`.
SUITED: Mapping[str, Mapping[str, Any]] = {
    HIDDEN_LAYER: {
        "epochs": 30,
        "batch_size": 4,
        "learning_rate": 3e-3,
        "schedule": "one-cycle",
        "patience": 30,
    }
}

POSITIVE = ("epochs", "batch_size", "step_size", "patience", "learning_rate", "margin")
NOT_NEGATIVE = ("weight_decay", "step_factor", "validation_share")


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """Everything that decides how a network is trained; see `settings_for`."""

    backbone: str = "gat"
    options: Mapping[str, Any] = field(default_factory=dict)
    objective: str = HIDDEN_LAYER
    pooling: Pooling = "max"
    margin: float = 1.0
    epochs: int = 50
    batch_size: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    schedule: Schedule = "steps"
    step_size: int = 3  # epochs between two reductions of the learning rate, for steps
    step_factor: float = 0.8
    patience: int = 10  # epochs without a better validation loss before training stops
    validation_share: float = 0.2  # of the training scenes, where there is no val split
    augment: bool = False
    seed: int = 0
    device: str = "auto"
    engine: str = "auto"
    precision: Precision = "fp32"  # of training; weights and inference are fp32
    defaulted: tuple[str, ...] = ()  # what was not asked for, but suits the objective

    def __post_init__(self) -> None:
        """Refuse names that do not exist and numbers that make no sense."""
        for name, known in (
            ("objective", OBJECTIVE_NAMES),
            ("pooling", POOLINGS),
            ("schedule", SCHEDULES),
            ("precision", PRECISIONS),
        ):
            value = getattr(self, name)
            if value not in known:
                msg = f"there is no {name} {value!r}; choose from: {', '.join(known)}"
                raise UsageError(msg)
        for name in POSITIVE + NOT_NEGATIVE:
            value = getattr(self, name)
            if not math.isfinite(value) or value < 0 or (name in POSITIVE and value == 0):
                bound = "above 0" if name in POSITIVE else "0 or more"
                msg = f"{name} must be a number {bound}, not {value}"
                raise UsageError(msg)


def settings_for(objective: str | None, **given: Any) -> TrainingSettings:
    """Settings that suit an objective; what is ``given`` and not None goes before.

    Without an objective it is hidden-layer where the graphs have an infrared band.

    Raises
    ------
    UsageError
        For a name that does not exist, or a number that makes no sense.
    """
    known = {name: value for name, value in given.items() if value is not None}
    chosen = HIDDEN_LAYER if objective is None else objective
    suited = {k: value for k, value in SUITED.get(chosen, {}).items() if k not in known}
    defaulted = (*suited, *(["objective"] if objective is None else []))
    return TrainingSettings(objective=chosen, **suited, **known, defaulted=defaulted)


def with_objective(settings: TrainingSettings, objective: str) -> TrainingSettings:
    """The same settings for another objective, but with what suits it where nothing was given."""
    left_out = {"objective", "defaulted", *settings.defaulted}
    given = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(settings)
        if field.name not in left_out
    }
    return settings_for(objective, **given)
