"""The model card at the start of a run."""

import dataclasses
import math
import sys
from importlib.metadata import version
from typing import Any

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.card import ModelCard
from artextract_cli.pipelines.pipeline import Pipeline
from artextract_cli.pipelines.settings import (
    LOGGER,
    OBJECTIVE,
    SCORER,
    TrainingSettings,
    objective_spec,
)
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options, split_prefixed
from artextract_cli.plugin.plugin import Plugin

DEFAULT_SCORER = "distance"
PACKAGES = ("artextract", "numpy", "torch")


def first_card(
    graphs: SceneGraphs, settings: TrainingSettings, pipeline: Pipeline[Any], engine: str
) -> ModelCard:
    """The card of a model before its first epoch."""
    (backbone, options), (objective, of_objective), (scorer, of_scorer) = _plugins(settings)
    floor = objective_spec(settings.objective).uninformative_loss
    return ModelCard(
        backbone=backbone.origin,
        options=dataclasses.asdict(options),
        in_size=pipeline.in_size(graphs),
        pooling=settings.pooling,
        objective=objective.origin,
        objective_options=dataclasses.asdict(of_objective),
        learns_from=pipeline.name,
        uninformative_loss=floor and floor(of_objective),
        scorer=scorer.origin,
        scorer_options=dataclasses.asdict(of_scorer),
        heat_map_of=pipeline.heat_map_of if settings.scorer is None else "superpixels",
        seed=settings.seed,
        recipe=graphs.recipe,
        superpixels=dict(graphs.superpixels_origin),
        feature_names=pipeline.feature_names(graphs),
        band_ids=graphs.band_ids,
        wavelengths=graphs.wavelengths,
        best_epoch=0,
        train_loss=math.nan,
        val_loss=math.nan,
        versions={"python": sys.version.split()[0]} | {name: version(name) for name in PACKAGES},
        engine=engine,
        calibration={},
        quality={},
    )


def _plugins(settings: TrainingSettings) -> list[tuple[Plugin, Any]]:
    """Backbone, objective and scorer of a run, each with its options."""
    names = {
        "backbones": settings.backbone,
        "objectives": settings.objective,
        "scorers": settings.scorer or DEFAULT_SCORER,
    }
    plugins = [plugin_host().find(kind, name) for kind, name in names.items()]
    *given, _ = split_prefixed(settings.options, OBJECTIVE, SCORER, LOGGER)
    return [(p, make_options(p.spec, values)) for p, values in zip(plugins, given, strict=True)]
