"""The pipeline whose networks compare the photograph with each band separately."""

from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.pipeline import Pipeline
from artextract_cli.pipelines.views.scoring import score_views
from artextract_cli.pipelines.views.training import ViewTask

VIEWS = Pipeline(
    name="views",
    network=SiameseNetwork,
    task=ViewTask,
    score=score_views,
    in_size=lambda graphs: len(graphs.feature_names[0]),
    feature_names=lambda graphs: graphs.feature_names,
    heat_map_of="superpixels",
    needs_infrared=False,
    has_evidence_scores=False,
    can_adapt=False,
)
