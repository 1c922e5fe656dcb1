"""The pipeline whose networks compare the photograph with each band separately."""

from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.models.card import ModelCard
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.pipeline import InputSizes, Pipeline
from artextract_cli.pipelines.views.scoring import score_views
from artextract_cli.pipelines.views.tensors import scene_tensors
from artextract_cli.pipelines.views.training import ViewTask


def _input_sizes(card: ModelCard) -> InputSizes:
    # With superpixels of its own, every view is a graph of its own.
    n_views = 1 if card.recipe.segmentation == "separate" else 1 + len(card.band_ids)
    return InputSizes(views=n_views, features=card.in_size, edge_features=0)


VIEWS = Pipeline(
    name="views",
    network=SiameseNetwork,
    task=ViewTask,
    score=score_views,
    tensors=lambda scene, recipe: scene_tensors(build_graphs(scene, recipe)),
    input_sizes=_input_sizes,
    in_size=lambda graphs: len(graphs.feature_names[0]),
    feature_names=lambda graphs: graphs.feature_names,
    heat_map_of="superpixels",
    needs_infrared=False,
    has_evidence_scores=False,
    can_adapt=False,
)
