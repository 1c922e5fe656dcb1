"""The pipeline that detects hidden layers in all bands together."""

from pathlib import Path

import torch

from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.hidden_layers.pipeline import HIDDEN_LAYERS
from tests.helpers.evidence_graphs import new_network


def test_the_backbone_receives_projected_evidence(graphs: Path) -> None:
    """Its width depends neither on the scene nor on its number of features."""
    scene = load_alike(graphs)[0]
    photograph, bands = HIDDEN_LAYERS.feature_names(scene)
    network = new_network()
    assert isinstance(network, HIDDEN_LAYERS.network)
    assert len(photograph) < len(bands)
    projected = network.project(torch.zeros(5, 2, len(bands)))
    assert projected.shape == (5, 2, HIDDEN_LAYERS.in_size(scene))


def test_it_needs_infrared_and_can_adapt() -> None:
    assert (HIDDEN_LAYERS.name, HIDDEN_LAYERS.heat_map_of) == ("layers", "pixels")
    assert HIDDEN_LAYERS.needs_infrared
    assert HIDDEN_LAYERS.has_evidence_scores
    assert HIDDEN_LAYERS.can_adapt
