"""The pipelines by name."""

from typing import Any

from artextract_cli.models.card import LearnsFrom
from artextract_cli.pipelines.hidden_layers.pipeline import HIDDEN_LAYERS
from artextract_cli.pipelines.pipeline import Pipeline
from artextract_cli.pipelines.views.pipeline import VIEWS

PIPELINES: dict[LearnsFrom, Pipeline[Any]] = {each.name: each for each in (VIEWS, HIDDEN_LAYERS)}


def pipeline_of(learns_from: LearnsFrom) -> Pipeline[Any]:
    """The pipeline of an objective or a model, by its ``learns_from``."""
    return PIPELINES[learns_from]
