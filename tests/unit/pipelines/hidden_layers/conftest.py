"""Clean scenes, their graphs, and a task that injects layers into them."""

import shutil
from pathlib import Path

import pytest

from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.hidden_layers.training import HiddenLayerTask
from artextract_cli.simulate import SceneSettings, simulate_dataset
from tests.helpers.hidden_layer_tasks import SIZE, new_task


@pytest.fixture(scope="module")
def clean_graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five training and two validation scenes of 32 × 40 pixels; their pictures are gone."""
    root = tmp_path_factory.mktemp("clean")
    settings = SceneSettings(size=SIZE, wavelengths=(450.0, 550.0, 650.0, 800.0, 950.0), kinds=())
    simulate_dataset(root / "dataset", train=5, val=2, settings=settings)
    text = (root / "dataset" / "dataset.yaml").read_text()
    names = [f"sim_train_{i:04d}" for i in range(5)] + [f"sim_val_{i:04d}" for i in range(2)]
    assert all(name in text for name in names)
    recipe = GraphRecipe(superpixel_options={"n_segments": 16})
    build_dataset(root / "dataset", root / "graphs", recipe)
    shutil.move(root / "dataset" / "train" / "rgb_images", root / "photographs")
    shutil.rmtree(root / "dataset")
    return root / "graphs"


@pytest.fixture(scope="module")
def scenes(clean_graphs: Path) -> tuple[list[SceneGraphs], list[SceneGraphs]]:
    loaded = load_alike(clean_graphs)
    return [g for g in loaded if g.split == "train"], [g for g in loaded if g.split == "val"]


@pytest.fixture(scope="module")
def task(
    clean_graphs: Path, scenes: tuple[list[SceneGraphs], list[SceneGraphs]]
) -> HiddenLayerTask:
    return new_task(clean_graphs, *scenes)
