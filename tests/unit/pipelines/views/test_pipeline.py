"""The pipeline that compares the photograph with each band separately."""

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.views.pipeline import VIEWS
from artextract_cli.pipelines.views.tensors import scene_tensors


def test_the_backbone_receives_the_stored_features(
    network: SiameseNetwork, scenes: list[SceneGraphs]
) -> None:
    (features,) = scene_tensors(scenes[0]).features
    assert VIEWS.in_size(scenes[0]) == features.shape[-1]
    assert VIEWS.feature_names(scenes[0]) == scenes[0].feature_names
    assert type(network) is VIEWS.network


def test_it_needs_no_infrared_and_has_no_evidence() -> None:
    assert (VIEWS.name, VIEWS.heat_map_of) == ("views", "superpixels")
    assert VIEWS.needs_infrared is VIEWS.has_evidence_scores is VIEWS.can_adapt is False
