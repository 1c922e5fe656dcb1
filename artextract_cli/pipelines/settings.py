"""Everything that decides how a network is trained."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from artextract_cli.errors import DependencyError
from artextract_cli.nn.choices import Pooling, Precision
from artextract_cli.plugin.contract import Objective
from artextract_cli.plugin.host import plugin_host
from artextract_cli.utils.settings import Seed, Setting, check_values

HIDDEN_LAYER = "hidden-layer"  # the objective, where nothing else is said
# Options of the run's other plugins are told apart from the backbone's by these words: scorer.KEY.
OBJECTIVE, SCORER = "objective", "scorer"

Device = Annotated[str, Setting(help="Where to compute: auto, cpu or cuda.", group="Computing")]
Engine = Annotated[
    str, Setting(help="Message passing by: auto, numba, dgl or torch.", group="Computing")
]


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

    backbone: Annotated[
        str, Setting(help="Graph backbone; see 'artextract plugins list'.", group="Model")
    ] = "gat"
    options: Annotated[
        Mapping[str, Any],
        Setting(
            help="Option of the backbone, e.g. heads=4, of the objective, e.g. "
            "objective.margin=2, or of the scorer, scorer.KEY=VALUE.",
            group="Model",
        ),
    ] = field(default_factory=dict)
    objective: Annotated[
        str,
        Setting(
            help="What is learnt: hidden-layer (default; needs an infrared band), "
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
            "attention, or a plugin's. Named here, it makes the heat map; else hidden-layer makes "
            "one of pixels. With --resume it gives a trained model another scorer.",
            group="Model",
        ),
    ] = None
    pooling: Annotated[
        Pooling, Setting(help="How node embeddings become one per picture.", group="Model")
    ] = "max"
    epochs: Annotated[
        int,
        Setting(
            help="Passes over the training scenes, at most: 30 for hidden-layer, else 50.",
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
            help="Course of the learning rate: one-cycle for hidden-layer, else steps.",
            group="Training",
            depends=True,
        ),
    ] = "steps"
    step_size: Annotated[
        int,
        Setting(
            help="Epochs after which the learning rate is reduced, for steps.",
            minimum=1,
            group="Training",
        ),
    ] = 3
    step_factor: Annotated[
        float, Setting(help="What it is then multiplied by.", minimum=0, group="Training")
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
            help="Share of training scenes held out where there is no val split.",
            minimum=0,
            group="Training",
        ),
    ] = 0.2
    augment: Annotated[
        bool,
        Setting(help="Mirror and turn scenes, photograph and bands together.", group="Training"),
    ] = False
    seed: Seed = 0
    device: Device = "auto"
    engine: Engine = "auto"
    precision: Annotated[
        Precision,
        Setting(
            help="Multiply by weights in fp32, or while training in bf16: weights, sums and "
            "distances stay in fp32.",
            group="Computing",
        ),
    ] = "fp32"
    defaulted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names that do not exist and numbers outside their limits."""
        objective_spec(self.objective)
        check_values(self)


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
