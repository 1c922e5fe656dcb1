"""A run that diverges stops with its cause, and leaves the last good model or none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import tifffile

from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png, write_scene

SMALL = ("-o", "hidden=8", "-o", "out_size=4", "--epochs", 4, "--batch-size", 2)
BAND = "val/ms_masks/v0_ms_850"


@pytest.fixture(scope="module")
def graphs(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from artextract_cli.graphs.build_dataset import build_dataset
    from artextract_cli.graphs.recipe import GraphRecipe

    out = tmp_path_factory.mktemp("diverging") / "graphs"
    build_dataset(dataset, out, GraphRecipe())
    return out


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two scenes to train on and one to validate by, which may be damaged."""
    root = tmp_path / "data"
    for split, name, seed in (("train", "t0", 0), ("train", "t1", 1), ("val", "v0", 2)):
        write_scene(root, split, name, seed=seed)
    (root / "dataset.yaml").write_text('wavelengths: {"450": 450, "650": 650, "850": 850}\n')
    return root


def is_finite(model: Path) -> bool:
    weights = safetensors.numpy.load_file(model)
    return all(np.isfinite(array).all() for array in weights.values())


@pytest.mark.parametrize("backbone", ["gcn", "gat"])
@pytest.mark.parametrize("objective", ["hidden-layer", "node-contrastive", "graph-contrastive"])
def test_a_learning_rate_that_is_far_too_high(
    graphs: Path,
    dataset: Path,
    run: Callable[..., Ran],
    tmp_path: Path,
    backbone: str,
    objective: str,
) -> None:
    out = tmp_path / "run"
    words = ("--backbone", backbone, "--objective", objective, "--learning-rate", 1e6)
    ran = run("train", graphs, "--out", out, *SMALL, *words)
    assert ran.exit_code == 5, ran.stderr
    assert "error: training diverged in epoch" in ran.stderr
    assert "lower --learning-rate" in ran.stderr
    model = out / "model.safetensors"
    assert model.exists() == ("the best model so far is kept" in ran.stderr)
    if model.exists():
        assert is_finite(model)
        words = ("--model", out, "--split", "val", "--out", tmp_path / "results")
        assert run("infer", dataset, *words).exit_code == 0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_pixel_that_is_no_number(
    data: Path, run: Callable[..., Ran], tmp_path: Path, value: float
) -> None:
    band = np.random.default_rng(0).random((40, 48), np.float32)
    band[3, 4] = value
    (data / f"{BAND}.png").unlink()
    tifffile.imwrite(data / f"{BAND}.tif", band)
    for words in (("graph", "build"), ("infer",)):
        ran = run(*words, data, "--out", tmp_path / words[0])
        assert ran.exit_code == 3
        assert "v0_ms_850.tif has 1 value that is not finite" in ran.stderr
    assert not list(tmp_path.rglob("v0*.npz"))
    assert not (tmp_path / "infer" / "v0").exists()


def test_bands_of_one_value_throughout(data: Path, run: Callable[..., Ran], tmp_path: Path) -> None:
    """There is nothing to learn: that is said before anything is trained on them."""
    for path in data.glob("*/ms_masks/*"):
        write_png(path, np.full((40, 48), 30000, np.uint16))
    for words in (("graph", "build"), ("infer",)):
        ran = run(*words, data, "--out", tmp_path / words[0])
        assert ran.exit_code == 3
        assert "v0_ms_450.png is constant: every value is 0.457771" in ran.stderr
    assert not list(tmp_path.rglob("*.npz"))
