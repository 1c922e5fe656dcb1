"""The whole job without a trained model: infer, report, figures, evaluation."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.simulate import SceneSettings, simulate_dataset
from tests.helpers.command_line import Ran
from tests.helpers.schemas import validator

MAPS = ("heatmap", "envelope", "residual", "dark", "light", "hidden")
FROM_NETWORKS = ("attention.tif", "gradcam.tif", "network.tif", "embeddings.npz")


@pytest.fixture(scope="module")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("paintings") / "data"
    settings = SceneSettings(size=64, wavelengths=(470.0, 550.0, 650.0, 940.0))
    simulate_dataset(root, train=0, val=2, seed=3, settings=settings)
    return root


@pytest.fixture(scope="module")
def results(paintings: Path) -> Path:
    from typer.testing import CliRunner

    from artextract_cli.cli.main import app

    out = paintings.parent / "results"
    words = ["infer", paintings, "--model", "none", "--out", out]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return out


def test_every_scene_has_its_maps(results: Path) -> None:
    folders = sorted(path for path in results.iterdir() if path.is_dir())
    assert len(folders) == 2
    for folder in folders:
        maps = {name: tifffile.imread(folder / f"{name}.tif") for name in MAPS}
        assert all(page.shape == (64, 64) for page in maps.values())
        np.testing.assert_array_equal(maps["heatmap"], maps["envelope"])
        assert tifffile.imread(folder / "labels.tif").max() > 10
        assert tifffile.imread(folder / "bands.tif").shape == (4, 64, 64)
        assert not any((folder / name).exists() for name in FROM_NETWORKS)
        described = json.loads((folder / "scene.json").read_text())
        assert described["heat_map_score"] == "envelope"
        assert described["learns_from"] is described["euclidean_distance"] is None
        assert described["image_level"].keys() == {
            "score",
            "false_alarm_rate",
            "something_is_there",
        }


def test_results_keep_to_the_schemas(results: Path) -> None:
    for path in (results / "summary.json", *results.glob("*/scene.json")):
        validator(path.stem).validate(json.loads(path.read_text()))
    with (results / "summary.csv").open(newline="") as file:
        assert {row["euclidean_distance"] for row in csv.DictReader(file)} == {""}


def test_a_scene_is_not_scored_twice(
    results: Path, paintings: Path, run: Callable[..., Ran]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in results.glob("*/*.tif")}
    assert run("infer", paintings, "--model", "none", "--out", results).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in results.glob("*/*.tif")} == before


def test_another_score_is_not_put_beside(
    results: Path, paintings: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    photograph = next((paintings / "val" / "rgb_images").iterdir())
    other = tmp_path / "other.png"
    other.write_bytes(photograph.read_bytes())
    band = next((paintings / "val" / "ms_masks").glob("*_940.png"))
    pair = ["--rgb", other, "--band", f"940={band}", "--model", "none", "--out", results]
    ran = run("infer", *pair, "--scorer", "residual")
    assert ran.exit_code == 2
    assert "as scored by another model" in ran.stderr


def test_the_report_says_that_nothing_was_learned(
    results: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    out = tmp_path / "report.html"
    assert run("report", results, "--out", out).exit_code == 0
    page = out.read_text()
    assert "This is a score without learning: no network was used." in page.replace("\xa0", " ")
    assert "cosine similarity" not in page


def test_figures(results: Path, paintings: Path, tmp_path: Path, run: Callable[..., Ran]) -> None:
    for mode in ("difference", "hidden"):
        out = tmp_path / f"{mode}.png"
        ran = run("visualize", "pair", results, "--mode", mode, "--out", out)
        assert ran.exit_code == 0, ran.stderr
        assert out.exists()
    photograph = sorted((paintings / "val" / "rgb_images").iterdir())[0]
    band = sorted((paintings / "val" / "ms_masks").glob("*_940.png"))[0]
    out = tmp_path / "pair.png"
    pair = ["--rgb", photograph, "--band", f"940={band}", "--model", "none", "--out", out]
    assert run("visualize", "pair", *pair).exit_code == 0
    assert out.exists()


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["visualize", "embedding"], "embeddings"),
        (["visualize", "pair", "--mode", "attention"], "attention"),
        (["visualize", "pair", "--mode", "gradcam"], "gradcam"),
    ],
)
def test_what_needs_a_network_says_so(
    results: Path, tmp_path: Path, run: Callable[..., Ran], words: list[str], what: str
) -> None:
    ran = run(*words[:2], results, *words[2:], "--out", tmp_path / "x.png")
    assert ran.exit_code == 3
    assert f"has no {what}: it was scored without learning; run `artextract infer " in ran.stderr


def test_graphs_are_exported_with_scores(
    results: Path, paintings: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    assert run("graph", "build", paintings, "--out", tmp_path / "graphs").exit_code == 0
    file = sorted((tmp_path / "graphs" / "val").glob("*.npz"))[0]
    out = tmp_path / "graph.graphml"
    assert run("graph", "export", file, "--out", out, "--results", results).exit_code == 0
    assert 'attr.name="score"' in out.read_text()


def test_evaluation_lists_the_envelope(
    results: Path, paintings: Path, run: Callable[..., Ran]
) -> None:
    ran = run("--json", "evaluate", results, "--truth", paintings)
    assert ran.exit_code == 0, ran.stderr
    means = json.loads(ran.stdout)["means"]
    assert {"artextract", "envelope", "residual", "rx"} <= set(means)
    assert "network" not in means
    assert means["envelope"]["auroc"] == means["artextract"]["auroc"] > 0.5
