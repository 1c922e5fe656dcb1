"""The pipeline whose networks detect hidden layers in all bands together."""

from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    BAND_FEATURES,
    EDGE_FEATURES,
    PHOTOGRAPH_FEATURES,
)
from artextract_cli.pipelines.hidden_layers.network import WIDTH, HiddenLayerNetwork
from artextract_cli.pipelines.hidden_layers.samples import scene_tensors
from artextract_cli.pipelines.hidden_layers.scoring import score_hidden_layer
from artextract_cli.pipelines.pipeline import InputSizes, Pipeline
from artextract_cli.pipelines.training_task import TrainingInputs, TrainingTask


def _task(inputs: TrainingInputs) -> TrainingTask[HiddenLayerNetwork]:
    # Imported here: training needs the simulation, which takes a fifth of a second to import.
    from artextract_cli.pipelines.hidden_layers.training import HiddenLayerTask

    return HiddenLayerTask(inputs)


HIDDEN_LAYERS = Pipeline(
    name="layers",
    network=HiddenLayerNetwork,
    task=_task,
    score=score_hidden_layer,
    tensors=scene_tensors,
    input_sizes=lambda card: InputSizes(
        views=2, features=len(card.feature_names[1]), edge_features=len(EDGE_FEATURES)
    ),
    in_size=lambda graphs: WIDTH,
    feature_names=lambda graphs: (PHOTOGRAPH_FEATURES, BAND_FEATURES),
    heat_map_of="pixels",
    needs_infrared=True,
    has_evidence_scores=True,
    can_adapt=True,
)
