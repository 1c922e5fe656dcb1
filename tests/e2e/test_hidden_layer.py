"""Looking for hidden layers as a user does: simulate, train, infer, evaluate, show."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.simulate import PALETTES, SceneSettings, simulate_dataset
from tests.helpers.command_line import Ran

SMALL = ["-o", "hidden=8", "-o", "out_size=8", "-o", "layers=2", "--epochs", "2"]
FEW_BANDS = (470.0, 550.0, 650.0, 940.0)


@dataclass(frozen=True)
class Job:
    """What one run of the whole job left."""

    clean: Path
    graphs: Path
    run: Path
    paintings: Path
    results: Path


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Train on clean scenes of one palette, infer scenes of the other with fewer bands."""
    from typer.testing import CliRunner

    from artextract_cli.cli.main import app

    root = tmp_path_factory.mktemp("hidden")
    made = Job(*(root / name for name in ("clean", "graphs", "run", "paintings", "results")))
    other = SceneSettings(size=64, wavelengths=FEW_BANDS, palette=PALETTES["moderns"])
    simulate_dataset(made.paintings, train=0, val=5, seed=3, settings=other)
    for words in (
        ["data", "simulate", made.clean, "--train", 5, "--val", 4, "--size", 64, "--clean", "all"],
        ["graph", "build", made.clean, "--out", made.graphs],
        ["train", made.graphs, "--out", made.run, *SMALL],
        ["infer", made.paintings, "--model", made.run, "--out", made.results],
    ):
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 0, result.output
    return made


def test_every_scene_has_its_maps(job: Job) -> None:
    folders = sorted(path for path in job.results.iterdir() if path.is_dir())
    assert len(folders) == 5
    for folder in folders:
        for name in ("heatmap", "dark", "light", "network", "residual", "hidden", "probability"):
            page = tifffile.imread(folder / f"{name}.tif")
            assert page.shape == (64, 64)
            assert page.dtype == np.float32
            assert np.isfinite(page).all()
        assert tifffile.imread(folder / "bands.tif").shape == (4, 64, 64)
        described = json.loads((folder / "scene.json").read_text())
        whole = described["image_level"]
        assert whole.keys() == {"score", "false_alarm_rate", "something_is_there"}
        assert whole["something_is_there"] == (whole["false_alarm_rate"] <= 0.05)
        assert described["euclidean_distance"].keys() == {"bands", "fused"}
        assert described["expect"] == "either"
        share = described["share_above_1_percent_false_alarms"]
        assert sum(described["signs"].values()) == pytest.approx(share)
        probability = tifffile.imread(folder / "probability.tif")
        assert 0 <= probability.min() <= probability.max() <= 1


def test_the_heat_map_of_an_expected_sign(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    """Results of another expectation are made anew; those of the same stay as they are."""
    out = tmp_path / "results"
    shutil.copytree(job.results, out)
    words = ("-v", "infer", job.paintings, "--model", job.run, "--out", out)
    assert run(*words, "--expect", "light").stderr.count("up to date") == 0
    for folder in (path for path in out.iterdir() if path.is_dir()):
        heatmap, light = (tifffile.imread(folder / f"{n}.tif") for n in ("heatmap", "light"))
        np.testing.assert_array_equal(heatmap, light)
        before = tifffile.imread(job.results / folder.name / "light.tif")
        np.testing.assert_array_equal(light, before)
        assert json.loads((folder / "scene.json").read_text())["expect"] == "light"
    assert run(*words, "--expect", "light").stderr.count("up to date") == 5


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_either_sign_is_drawn(job: Job, tmp_path: Path, run: Callable[..., Ran], mode: str) -> None:
    out = tmp_path / "sign.png"
    ran = run("visualize", "pair", job.results, "--mode", mode, "--out", out)
    assert ran.exit_code == 0, ran.stderr
    with Image.open(out) as picture:
        assert min(picture.size) > 100


def test_a_run_can_be_repeated_with_seeds(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    ran = run("--json", "train", job.graphs, "--out", tmp_path / "run", *SMALL, "--seeds", "0,3")
    assert ran.exit_code == 0, ran.stderr
    first, second = json.loads(ran.stdout)
    assert [Path(row["run"]).name for row in (first, second)] == ["run-0", "run-3"]
    assert first["quality"].keys() == {"fused", "network", "residual"}
    same = (tmp_path / "run-0" / "model.safetensors").read_bytes()
    assert same == (job.run / "model.safetensors").read_bytes()
    assert same != (tmp_path / "run-3" / "model.safetensors").read_bytes()


def test_seeds_wait_for_no_run_that_exists(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    shutil.copytree(job.run, tmp_path / "run-3")
    ran = run("train", job.graphs, "--out", tmp_path / "run", *SMALL, "--seeds", "0,3")
    assert ran.exit_code == 2
    assert "run-3 contains a run already" in ran.stderr
    assert not (tmp_path / "run-0").exists()


@pytest.mark.parametrize("seeds", ["0,x", "0,0", "-1", ",", "99999999999"])
def test_seeds_that_are_none(job: Job, run: Callable[..., Ran], seeds: str) -> None:
    ran = run("train", job.graphs, f"--seeds={seeds}")
    assert ran.exit_code == 2
    assert "--seeds takes distinct comma-separated numbers" in ran.stderr


def test_evaluation_compares_fused_network_and_residual(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    figure = tmp_path / "evaluation.png"
    ran = run("--json", "evaluate", job.results, "--truth", job.paintings, "--figure", figure)
    assert ran.exit_code == 0, ran.stderr
    measured = json.loads(ran.stdout)
    assert {"artextract", "network", "residual", "rx", "spectral_angle"} <= set(measured["means"])
    assert figure.exists()


def test_clean_paintings_tell_of_false_alarms(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    words = ["infer", job.clean, "--split", "val", "--model", job.run, "--out", tmp_path / "clean"]
    assert run(*words).exit_code == 0
    words = ["evaluate", tmp_path / "clean", "--truth", job.clean]
    assert "0 scenes with hidden layers, 4 clean" in run(*words).stdout
    ran = run("--json", *words, "--figure", tmp_path / "clean.png")
    assert ran.exit_code == 0, ran.stderr
    measured = json.loads(ran.stdout)
    assert 0 <= measured["image_level"]["artextract"]["false_alarms_5_percent"] < 0.5
    assert measured["comparisons"] == []


def test_results_of_two_models_are_not_mixed(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    results = Path(shutil.copytree(job.results, tmp_path / "results"))
    before = (results / "summary.json").read_bytes()
    ran = run("infer", job.clean, "--out", results)
    assert ran.exit_code == 2
    assert "as scored by another model: choose another --out" in ran.stderr
    assert (results / "summary.json").read_bytes() == before
    # The same scenes once more: nothing of the other model would be left.
    assert run("infer", job.paintings, "--out", results).exit_code == 0


def test_losses_of_different_objectives_are_called_so(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    other = ["--objective", "node-contrastive", "--epochs", "1"]
    assert run("train", job.graphs, "--out", tmp_path / "other", *other).exit_code == 0
    ran = run("visualize", "loss", job.run, tmp_path / "other", "--out", tmp_path / "loss.png")
    assert ran.exit_code == 0
    assert "losses of hidden-layer and node-contrastive cannot be compared" in ran.stderr


def test_the_hidden_picture_is_drawn_in_greys(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    out = tmp_path / "hidden.png"
    ran = run("visualize", "pair", job.results, "--mode", "hidden", "--out", out)
    assert ran.exit_code == 0, ran.stderr
    with Image.open(out) as picture:
        assert min(picture.size) > 100


def test_bands_without_infrared_are_refused(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    photograph = next((job.paintings / "val" / "rgb_images").iterdir())
    band = next((job.paintings / "val" / "ms_masks").glob(f"{photograph.name[:12]}*_550.png"))
    pair = ["--rgb", photograph, "--band", f"550={band}", "--model", job.run]
    ran = run("infer", *pair, "--out", tmp_path / "results")
    assert ran.exit_code == 3
    assert "no band is infrared" in ran.stderr


def test_training_without_infrared_takes_another_objective(
    tmp_path: Path, run: Callable[..., Ran]
) -> None:
    visible = SceneSettings(size=32, wavelengths=(450.0, 550.0, 650.0))
    simulate_dataset(tmp_path / "data", train=3, val=1, settings=visible)
    assert run("graph", "build", tmp_path / "data", "--out", tmp_path / "graphs").exit_code == 0
    small = ["-o", "hidden=8", "-o", "out_size=8", "--epochs", "1"]
    ran = run("train", tmp_path / "graphs", "--out", tmp_path / "run", *small)
    assert ran.exit_code == 0, ran.stderr
    assert "hidden-layer needs an infrared band: training uses node-contrastive" in ran.stderr


def test_pixels_of_another_size_are_refused(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    copy = Path(shutil.copytree(job.graphs, tmp_path / "graphs"))
    path = next((copy / "train").glob("*.pixels.npy"))
    np.save(path, np.load(path)[:20])
    ran = run("train", copy, "--out", tmp_path / "run", *SMALL)
    assert ran.exit_code == 3
    assert "run `artextract graph build " in ran.stderr
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_one_band_alone_is_a_difference(job: Job, run: Callable[..., Ran], tmp_path: Path) -> None:
    out = tmp_path / "band.png"
    words = ["visualize", "pair", job.results, "--only-band", "--out", out]
    assert run(*words).exit_code == 0
    ran = run(*words, "--mode", "hidden")
    assert ran.exit_code == 2
    assert "--only-band requires --mode difference" in ran.stderr


def test_a_dataset_without_infrared_ends_without_results(
    job: Job, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    visible = SceneSettings(size=64, wavelengths=(470.0, 550.0))
    simulate_dataset(tmp_path / "visible", train=0, val=2, seed=3, settings=visible)
    out = tmp_path / "results"
    ran = run("infer", tmp_path / "visible", "--model", job.run, "--out", out)
    assert ran.exit_code == 3
    assert ran.stderr.endswith("2 of 2 scenes could not be scored\n")
    assert not out.exists()
