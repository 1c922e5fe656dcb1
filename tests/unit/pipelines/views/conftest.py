"""A network of a few hundred parameters, and scenes to train it on."""

from pathlib import Path

import pytest

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.networks import load_model


@pytest.fixture(scope="module")
def scenes(graphs: Path) -> list[SceneGraphs]:
    """Three of the train split, then two of the val split."""
    return load_alike(graphs)


@pytest.fixture(scope="module")
def network(trained: Path) -> SiameseNetwork:
    return load_model(trained)[0]
