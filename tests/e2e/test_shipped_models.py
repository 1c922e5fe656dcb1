"""The models that come with artextract, as a user meets them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.evaluation.metrics import binary_scores
from artextract_cli.models.checkpoint import SHIPPED_MODELS, read_card
from artextract_cli.pipelines.hidden_layers.pixel_scores import SCORES
from artextract_cli.simulate import PALETTES, SceneSettings, palette_named, simulate_dataset
from tests.helpers.command_line import Ran

NAMES = ("gat", "gcn")
BLUE = -np.log10(0.05)


@pytest.mark.parametrize("name", NAMES)
def test_they_are_small_and_say_what_they_are(name: str) -> None:
    assert (SHIPPED_MODELS / f"{name}.safetensors").stat().st_size < 1_000_000
    card = read_card(Path(name))
    assert (card.backbone["name"], card.objective["name"]) == (name, "hidden-layer")
    assert card.calibration.keys() == {*SCORES, "whole"}
    assert card.quality["fused"] > max(card.quality["network"], card.quality["residual"]) - 0.005


@pytest.mark.parametrize("palette", ["a", "b"])
def test_clean_paintings_stay_blue(palette: str, tmp_path: Path, run: Callable[..., Ran]) -> None:
    settings = SceneSettings(size=160, palette=palette_named(palette), kinds=())
    simulate_dataset(tmp_path / "clean", train=0, val=16, seed=1234, settings=settings)
    ran = run("infer", tmp_path / "clean", "--out", tmp_path / "results")
    assert ran.exit_code == 0, ran.stderr
    maps = [tifffile.imread(path) for path in (tmp_path / "results").glob("*/heatmap.tif")]
    assert len(maps) == 16
    assert np.mean([(heatmap <= BLUE).mean() for heatmap in maps]) >= 0.93


@pytest.mark.parametrize("name", NAMES)
def test_hidden_pixels_of_the_other_palette_are_found(
    name: str, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    """Four bands alone; the network must beat the residual that is among its inputs."""
    bands = (470.0, 550.0, 650.0, 950.0)
    settings = SceneSettings(size=160, wavelengths=bands, palette=PALETTES["moderns"])
    simulate_dataset(tmp_path / "data", train=0, val=8, seed=77, settings=settings)
    ran = run("--json", "infer", tmp_path / "data", "--model", name, "--out", tmp_path / "results")
    assert ran.exit_code == 0, ran.stderr
    assert all(row["image_level"] is not None for row in json.loads(ran.stdout))
    found = {method: [] for method in ("heatmap", "residual")}
    for truth_path in sorted((tmp_path / "data" / "val" / "truth").glob("*_hidden.png")):
        truth = _read_png(truth_path)
        folder = tmp_path / "results" / truth_path.name.removesuffix("_hidden.png")
        for method, values in found.items():
            scores = binary_scores(tifffile.imread(folder / f"{method}.tif"), truth)
            values += [] if scores.auroc is None else [scores.auroc]
    assert len(found["heatmap"]) >= 5
    assert np.mean(found["heatmap"]) > max(0.8, np.mean(found["residual"]))


def _read_png(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture)
