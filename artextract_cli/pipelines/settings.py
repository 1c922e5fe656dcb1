"""Everything that decides how a network is trained."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.nn.precision import PRECISIONS, Precision
from artextract_cli.nn.siamese import POOLINGS, Pooling
from artextract_cli.plugin.contract import Objective
from artextract_cli.plugin.host import plugin_host

HIDDEN_LAYER = "hidden-layer"  # the objective, where nothing else is said
Schedule = Literal["one-cycle", "steps"]
SCHEDULES: tuple[Schedule, ...] = ("one-cycle", "steps")
# Options of the run's other plugins are told apart from the backbone's by these words: scorer.KEY.
OBJECTIVE, SCORER = "objective", "scorer"

POSITIVE = ("epochs", "batch_size", "step_size", "patience", "learning_rate")
NOT_NEGATIVE = ("weight_decay", "step_factor", "validation_share")


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """Everything that decides how a network is trained; see `settings_for`.

    Attributes
    ----------
    backbone
        Name of the graph network.
    options
        Options of the backbone by name; those of the objective and the scorer are ``objective.KEY``
        and ``scorer.KEY``.
    objective
        Name of what is learnt.
    scorer
        Name of what turns embeddings into a score per superpixel. None is ``distance``, and a heat
        map of the objective's own if it has one.
    pooling
        How node embeddings become one embedding per view: "max" or "mean".
    epochs
        Largest number of epochs.
    batch_size
        Scenes per step.
    learning_rate
        Learning rate of AdamW.
    weight_decay
        Weight decay of AdamW.
    schedule
        Course of the learning rate: "one-cycle" or "steps".
    step_size
        Epochs between two reductions of the learning rate, for "steps".
    step_factor
        Factor of such a reduction.
    patience
        Epochs without a better validation loss before training stops.
    validation_share
        Share of the training scenes that is held out if there is no ``val`` split.
    augment
        Whether scenes are mirrored and rotated.
    seed
        Seed of everything random.
    device
        "auto", "cpu" or "cuda".
    engine
        What passes messages: "auto", "numba", "dgl" or "torch".
    precision
        Of training: "fp32" or "bf16"; weights and inference are fp32.
    defaulted
        Names of the settings that were chosen to suit the objective, not given.
    """

    backbone: str = "gat"
    options: Mapping[str, Any] = field(default_factory=dict)
    objective: str = HIDDEN_LAYER
    scorer: str | None = None
    pooling: Pooling = "max"
    epochs: int = 50
    batch_size: int = 8
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    schedule: Schedule = "steps"
    step_size: int = 3
    step_factor: float = 0.8
    patience: int = 10
    validation_share: float = 0.2
    augment: bool = False
    seed: int = 0
    device: str = "auto"
    engine: str = "auto"
    precision: Precision = "fp32"
    defaulted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names that do not exist and numbers that make no sense."""
        objective_spec(self.objective)
        for name, known in (
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


def objective_spec(name: str) -> Objective:
    """What an objective tells about itself.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    return cast(Objective, plugin_host().find("objectives", name).spec)


def settings_for(objective: str | None, **given: Any) -> TrainingSettings:
    """Make training settings that suit an objective.

    Parameters
    ----------
    objective
        Name of the objective. None is ``hidden-layer``, or ``node-contrastive`` if the graphs have
        no infrared band.
    given
        Fields of `TrainingSettings`; None is as if it were not given.

    Returns
    -------
    TrainingSettings
        What is given, what suits the objective, and the defaults.

    Raises
    ------
    UsageError
        For a name that does not exist, or a number that makes no sense.
    """
    known = {name: value for name, value in given.items() if value is not None}
    chosen = HIDDEN_LAYER if objective is None else objective
    suits = objective_spec(chosen).suited
    _check_suited(chosen, suits)
    suited = {k: value for k, value in suits.items() if k not in known}
    defaulted = (*suited, *(["objective"] if objective is None else []))
    return TrainingSettings(objective=chosen, **suited, **known, defaulted=defaulted)


def _check_suited(objective: str, suits: Mapping[str, Any]) -> None:
    unknown = suits.keys() - {field.name for field in dataclasses.fields(TrainingSettings)}
    if unknown:
        msg = f"the objective {objective} sets {min(unknown)!r}, which is no training setting"
        raise DependencyError(msg)


def with_objective(settings: TrainingSettings, objective: str) -> TrainingSettings:
    """The same settings for another objective, but with what suits it where nothing was given."""
    left_out = {"objective", "defaulted", *settings.defaulted}
    given = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(settings)
        if field.name not in left_out
    }
    return settings_for(objective, **given)
