"""The model card of a run that begins."""

import dataclasses
import math
import sys
from importlib.metadata import version

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.card import ModelCard
from artextract_cli.pipelines.hidden_layers.evidence_graph import BAND_FEATURES, PHOTOGRAPH_FEATURES
from artextract_cli.pipelines.hidden_layers.network import WIDTH
from artextract_cli.pipelines.settings import OBJECTIVE, SCORER, TrainingSettings, objective_spec
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options, parted

WITHOUT_INFRARED, DEFAULT_SCORER = "node-contrastive", "distance"


def first_card(graphs: SceneGraphs, settings: TrainingSettings, engine: str) -> ModelCard:
    """The card of a model before its first epoch."""
    names = {
        "backbones": settings.backbone,
        "objectives": settings.objective,
        "scorers": settings.scorer or DEFAULT_SCORER,
    }
    plugins = [plugin_host().find(kind, name) for kind, name in names.items()]
    backbone, objective, scorer = plugins
    given = parted(settings.options, OBJECTIVE, SCORER)
    options = [make_options(p.spec, values) for p, values in zip(plugins, given, strict=True)]
    told = objective_spec(settings.objective)
    learns_layers = told.learns_from == "layers"
    packages = ("artextract", "numpy", "torch")
    return ModelCard(
        backbone=backbone.origin,
        options=dataclasses.asdict(options[0]),
        in_size=WIDTH if learns_layers else len(graphs.feature_names[0]),
        pooling=settings.pooling,
        objective=objective.origin,
        objective_options=dataclasses.asdict(options[1]),
        learns_from=told.learns_from,
        uninformative_loss=told.uninformative_loss and told.uninformative_loss(options[1]),
        scorer=scorer.origin,
        scorer_options=dataclasses.asdict(options[2]),
        heat_map_of="pixels" if learns_layers and settings.scorer is None else "superpixels",
        seed=settings.seed,
        recipe=graphs.recipe,
        superpixels=dict(graphs.superpixels_origin),
        feature_names=(
            (PHOTOGRAPH_FEATURES, BAND_FEATURES) if learns_layers else graphs.feature_names
        ),
        band_ids=graphs.band_ids,
        wavelengths=graphs.wavelengths,
        best_epoch=0,
        train_loss=math.nan,
        val_loss=math.nan,
        versions={"python": sys.version.split()[0]} | {name: version(name) for name in packages},
        engine=engine,
        calibration={},
        quality={},
    )
