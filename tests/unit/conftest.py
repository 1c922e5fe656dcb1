"""Graph files and a trained network that several unit tests read."""

from pathlib import Path

import pytest

from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from tests.helpers.scenes import train_tiny


@pytest.fixture(scope="session")
def graphs(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph files of ``dataset``, about 48 superpixels a scene."""
    out = tmp_path_factory.mktemp("graphs")
    build_dataset(dataset, out, GraphRecipe(superpixel_options={"region_size": 6}))
    return out


@pytest.fixture(scope="session")
def trained(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of two epochs on ``graphs``."""
    run = tmp_path_factory.mktemp("trained") / "run"
    train_tiny(graphs, run)
    return run
