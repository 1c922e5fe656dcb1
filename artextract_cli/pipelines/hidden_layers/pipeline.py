"""The pipeline whose networks detect hidden layers in all bands together."""

from artextract_cli.pipelines.hidden_layers.evidence_graph import BAND_FEATURES, PHOTOGRAPH_FEATURES
from artextract_cli.pipelines.hidden_layers.network import WIDTH, HiddenLayerNetwork
from artextract_cli.pipelines.hidden_layers.scoring import score_hidden_layer
from artextract_cli.pipelines.hidden_layers.training import HiddenLayerTask
from artextract_cli.pipelines.pipeline import Pipeline

HIDDEN_LAYERS = Pipeline(
    name="layers",
    network=HiddenLayerNetwork,
    task=HiddenLayerTask,
    score=score_hidden_layer,
    in_size=lambda graphs: WIDTH,
    feature_names=lambda graphs: (PHOTOGRAPH_FEATURES, BAND_FEATURES),
    heat_map_of="pixels",
    needs_infrared=True,
    has_evidence_scores=True,
    can_adapt=True,
)
