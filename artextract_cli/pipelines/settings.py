"""The settings of training."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from artextract_cli.errors import DependencyError
from artextract_cli.nn.choices import Pooling, Precision
from artextract_cli.plugin.contract import Objective
from artextract_cli.plugin.host import plugin_host
from artextract_cli.utils.settings import Seed, Setting, check_values

HIDDEN_LAYER = "hidden-layer"  # the default objective
# Prefixes of options that are not the backbone's: objective.KEY, scorer.KEY, logger.KEY.
OBJECTIVE, SCORER, LOGGER = "objective", "scorer", "logger"

Device = Annotated[
    str, Setting(help="Where to compute.", group="Computing", metavar="auto|cpu|cuda|cuda:N")
]
Engine = Annotated[
    str,
    Setting(help="Engine of message passing.", group="Computing", metavar="auto|numba|dgl|torch"),
]


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The settings of training; see `settings_for`.

    Attributes
    ----------
    backbone
        Name of the graph network.
    options
        Options of the backbone by name, and ``objective.KEY``, ``scorer.KEY``, ``logger.KEY``.
    objective
        Name of the objective.
    scorer
        Name of the scorer, from embeddings to a score per superpixel. None is ``distance``, with
        the objective's own heat map if it has one.
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
        Schedule of the learning rate: "one-cycle" or "steps".
    step_size
        Epochs between two reductions of the learning rate, for "steps".
    step_factor
        Factor of such a reduction.
    patience
        Epochs without a better validation loss before training stops.
    validation_share
        Share of the training scenes to hold out if there is no ``val`` split.
    augment
        Whether scenes are mirrored and rotated.
    seed
        Seed of everything random.
    device
        "auto", "cpu", "cuda", or one of several GPUs, such as "cuda:1".
    engine
        Engine of message passing: "auto", "numba", "dgl" or "torch".
    precision
        Precision of training: "fp32" or "bf16"; weights and inference are fp32.
    micro_batches
        Parts of a batch whose gradients are computed separately and added up. None for the number
        of processes; in a run that is resumed, for that of the run. The model depends on it, but
        not on how many processes share the parts.
    processes
        Processes of this machine that train together.
    max_restarts
        How many times to start them again, from the last epoch, if one of them is killed.
    log
        Names of the loggers that show how the training goes.
    defaulted
        Names of the settings that are defaults for the objective, not given.
    """

    backbone: Annotated[
        str, Setting(help="Graph backbone; see 'artextract plugins list'.", group="Model")
    ] = "gat"
    options: Annotated[
        Mapping[str, Any],
        Setting(
            help="Option of the backbone, e.g. heads=4, of the objective, e.g. "
            "objective.margin=2, of the scorer, scorer.KEY=VALUE, or of a logger, "
            "logger.KEY=VALUE; '--backbone NAME --help' lists them.",
            group="Model",
        ),
    ] = field(default_factory=dict)
    objective: Annotated[
        str,
        Setting(
            help="Objective: hidden-layer (default; needs an infrared band), "
            "node-contrastive (default where no band is infrared), graph-contrastive, or a "
            "plugin's; see 'artextract plugins list'.",
            group="Model",
            depends=True,
        ),
    ] = HIDDEN_LAYER
    scorer: Annotated[
        str | None,
        Setting(
            help="How the embeddings of a superpixel become a score: distance (default), cosine, "
            "attention, or a plugin's. If given, the heat map shows this score; else hidden-layer "
            "scores pixels. With --resume, a trained model gets another scorer.",
            group="Model",
        ),
    ] = None
    pooling: Annotated[
        Pooling, Setting(help="How node embeddings are pooled to one per image.", group="Model")
    ] = "max"
    epochs: Annotated[
        int,
        Setting(
            help="Maximum number of passes over the training scenes: 30 for hidden-layer, else 50.",
            minimum=1,
            group="Training",
            depends=True,
        ),
    ] = 50
    batch_size: Annotated[
        int,
        Setting(
            help="Scenes per step: 4 for hidden-layer, else 8.",
            minimum=1,
            group="Training",
            depends=True,
        ),
    ] = 8
    learning_rate: Annotated[
        float,
        Setting(
            help="Learning rate of AdamW: 0.003 for hidden-layer, else 0.001.",
            above=0,
            group="Training",
            depends=True,
        ),
    ] = 1e-3
    weight_decay: Annotated[
        float, Setting(help="Weight decay of AdamW.", minimum=0, group="Training")
    ] = 1e-2
    schedule: Annotated[
        Literal["one-cycle", "steps"],
        Setting(
            help="Schedule of the learning rate: one-cycle for hidden-layer, else steps.",
            group="Training",
            depends=True,
        ),
    ] = "steps"
    step_size: Annotated[
        int,
        Setting(
            help="Epochs between reductions of the learning rate, for steps.",
            minimum=1,
            group="Training",
        ),
    ] = 3
    step_factor: Annotated[
        float, Setting(help="Factor of such a reduction.", minimum=0, group="Training")
    ] = 0.8
    patience: Annotated[
        int,
        Setting(
            help="Epochs without a better validation loss before stopping: 30 for hidden-layer, "
            "else 10.",
            minimum=1,
            group="Training",
            depends=True,
        ),
    ] = 10
    validation_share: Annotated[
        float,
        Setting(
            help="Share of training scenes to hold out if there is no val split.",
            minimum=0,
            group="Training",
        ),
    ] = 0.2
    augment: Annotated[
        bool,
        Setting(help="Mirror and rotate scenes, photograph and bands together.", group="Training"),
    ] = False
    seed: Seed = 0
    device: Device = "auto"
    engine: Engine = "auto"
    precision: Annotated[
        Precision,
        Setting(
            help="Precision of products with weights in training: fp32 or bf16; the rest is fp32.",
            group="Computing",
        ),
    ] = "fp32"
    micro_batches: Annotated[
        int | None,
        Setting(
            help="Parts of a batch whose gradients are added up, for processes to share; default: "
            "the number of processes.",
            minimum=1,
            group="Computing",
        ),
    ] = None
    processes: Annotated[
        int,
        Setting(
            help="Processes of this machine that train together; see docs/cluster.md.",
            minimum=1,
            group="Computing",
        ),
    ] = 1
    max_restarts: Annotated[
        int,
        Setting(
            help="How many times to go on from the last epoch if a process is killed.",
            minimum=0,
            group="Computing",
        ),
    ] = 0
    log: Annotated[
        tuple[str, ...],
        Setting(
            help="Logger, such as tensorboard, that shows how it goes; repeat it for several.",
            group="Training",
            metavar="NAME",
        ),
    ] = ()
    defaulted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Reject unknown names and numbers outside their limits."""
        objective_spec(self.objective)
        check_values(self)


def objective_spec(name: str) -> Objective:
    """The description of an objective by its plugin.

    Raises
    ------
    UsageError
        If there is no objective of that name.
    """
    return cast(Objective, plugin_host().find("objectives", name).spec)


def settings_for(objective: str | None, **given: Any) -> TrainingSettings:
    """Choose training settings that suit an objective.

    Parameters
    ----------
    objective
        Name of the objective. None is ``hidden-layer``, or ``node-contrastive`` if the graphs have
        no infrared band.
    given
        Fields of `TrainingSettings`; None means not given.

    Returns
    -------
    TrainingSettings
        The given settings, those that suit the objective, and defaults.

    Raises
    ------
    UsageError
        For an unknown name, or a number outside its limits.
    """
    known = {name: value for name, value in given.items() if value is not None}
    chosen = HIDDEN_LAYER if objective is None else objective
    suits = objective_spec(chosen).suited
    _check_suited(chosen, suits)
    suited = {k: value for k, value in suits.items() if k not in known}
    defaulted = (*suited, *(["objective"] if objective is None else []))
    return TrainingSettings(objective=chosen, **suited, **known, defaulted=defaulted)


def _check_suited(objective: str, suits: Mapping[str, Any]) -> None:
    # Objectives of plugins are not checked before: a misspelt name must not be ignored.
    unknown = suits.keys() - {field.name for field in dataclasses.fields(TrainingSettings)}
    if unknown:
        msg = f"the objective {objective} sets {min(unknown)!r}, which is not a training setting"
        raise DependencyError(msg)


def with_objective(settings: TrainingSettings, objective: str) -> TrainingSettings:
    """The same settings for another objective, with its defaults for those not given."""
    # Defaults of the former objective must not survive as if they had been given.
    left_out = {"objective", "defaulted", *settings.defaulted}
    given = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(settings)
        if field.name not in left_out
    }
    return settings_for(objective, **given)
