"""Results of a scene."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.scoring import score_scene
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from tests.helpers.datasets import write_png


@pytest.fixture(scope="module")
def scored(dataset: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory):
    """What `write_scene` takes for a scene whose first ten rows and columns are backdrop."""
    root = Path(shutil.copytree(dataset, tmp_path_factory.mktemp("masked") / "data"))
    mask = np.full((40, 48), 255, np.uint8)
    mask[:10] = mask[:, :10] = 0
    write_png(root / "val" / "object" / "v0_mask.png", mask)
    files = next(scene for scene in open_dataset(root).scenes if scene.name == "v0")
    model, scene = open_model(trained, device="cpu", engine="torch"), read_scene(files)
    return files, scene, score_scene(model, scene), model
