"""The job as a user runs it: graphs, training, inference, evaluation, figures."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png, write_scene

SMALL = ["-o", "hidden=8", "-o", "out_size=4", "--batch-size", "2"]
SMALL += ["--objective", "node-contrastive", "--epochs", "2"]


def engines() -> list[str]:
    from artextract_cli.utils.libraries.dgl_compat import load_dgl

    return ["numba", "torch"] if load_dgl()[0] is None else ["numba", "dgl", "torch"]


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


@dataclass(frozen=True)
class Job:
    """What one run of the whole job left."""

    engine: str
    dataset: Path
    graphs: Path
    run: Path
    results: Path


@pytest.fixture(scope="module", params=engines())
def job(
    request: pytest.FixtureRequest, dataset: Path, tmp_path_factory: pytest.TempPathFactory
) -> Job:
    """Build, train and infer once per engine, by the command line."""
    from typer.testing import CliRunner

    from artextract_cli.cli.main import app

    root = tmp_path_factory.mktemp(request.param)
    made = Job(request.param, dataset, root / "graphs", root / "run", root / "results")
    engine = ["--engine", made.engine]
    for words in (
        ["graph", "build", dataset, "--out", made.graphs],
        ["train", made.graphs, "--out", made.run, "--backbone", "gat", *SMALL, *engine],
        ["infer", dataset, "--model", made.run, "--out", made.results, *engine],
    ):
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 0, result.output
    return made


def test_the_run_directory_is_complete(job: Job) -> None:
    names = {path.name for path in job.run.iterdir()}
    assert names == {"README.md", "config.yaml", "last.pt", "metrics.jsonl", "model.safetensors"}
    rows = [json.loads(line) for line in (job.run / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2]
    assert all(np.isfinite([row["train_loss"], row["val_loss"]]).all() for row in rows)


def test_every_scene_has_maps_of_the_size_of_its_photograph(job: Job) -> None:
    for name in ("t0", "t1", "t2", "v0", "v1"):
        folder = job.results / name
        heatmap = tifffile.imread(folder / "heatmap.tif")
        assert heatmap.shape == (40, 48)
        assert heatmap.dtype == np.float32
        assert tifffile.imread(folder / "bands.tif").shape == (3, 40, 48)
        assert tifffile.imread(folder / "attention.tif").shape == (2, 40, 48)
        assert tifffile.imread(folder / "gradcam.tif").shape == (2, 40, 48)
        labels = tifffile.imread(folder / "labels.tif")
        assert labels.shape == (40, 48)
        assert size_of(folder / "overlay.png") == (48, 40)
        assert size_of(folder / "heatmap.png") == (48, 40)
        with np.load(folder / "embeddings.npz") as embeddings:
            assert embeddings["pooled"].shape == (4, 4)
            assert embeddings["nodes_3"].shape == (labels.max() + 1, 4)


def test_numbers_for_every_pair(job: Job) -> None:
    described = json.loads((job.results / "v0" / "scene.json").read_text())
    for kind in ("euclidean_distance", "cosine_similarity"):
        assert set(described[kind]) == {"450", "650", "850", "fused"}
    with np.load(job.results / "v0" / "embeddings.npz") as embeddings:
        pooled = embeddings["pooled"]
    distance = np.linalg.norm(pooled[0] - pooled[3])
    assert described["euclidean_distance"]["850"] == pytest.approx(distance, rel=1e-5)
    assert described["engine"] == job.engine
    assert set(described["masking_effect"]) == {"attended", "random"}


def test_evaluate_stands_beside_the_baselines(job: Job, run: Callable[..., Ran]) -> None:
    ran = run("--json", "evaluate", job.results, "--truth", job.dataset)
    assert ran.exit_code == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert {"artextract", "rx", "plain_residual", "nir_tophat", "pca_1"} <= set(answer["means"])
    assert answer["scenes"]["v0"]["artextract"]["n_positive"] == 12 * 18
    assert answer["scenes"]["t0"]["artextract"]["auroc"] is None
    assert answer["means"]["plain_residual"]["auroc"] > 0.8
    assert answer["image_level"]["artextract"]["n_clean"] == 3
    assert answer["image_level"]["artextract"]["calibration_error"] < 1
    assert "plain_residual" in {one["against"] for one in answer["comparisons"]}


def test_evaluate_draws_several_results(job: Job, run: Callable[..., Ran], tmp_path: Path) -> None:
    shutil.copytree(job.results, tmp_path / "again")
    figure = tmp_path / "figure.png"
    ran = run(
        "evaluate", job.results, tmp_path / "again", "--truth", job.dataset, "--figure", figure
    )
    assert ran.exit_code == 0, ran.stderr
    assert "artextract/again" in ran.stdout
    assert "artextract, 2 results" in ran.stdout
    assert size_of(figure)[0] > 500
    same = run("evaluate", job.results, job.results, "--truth", job.dataset)
    assert same.exit_code == 2
    assert "same name" in same.stderr


@pytest.mark.parametrize("mode", ["difference", "attention", "gradcam"])
def test_visualize_pair(job: Job, run: Callable[..., Ran], tmp_path: Path, mode: str) -> None:
    out = tmp_path / "pair.png"
    words = ("--scene", "v1", "--mode", mode, "--show-band", "650", "--out", out)
    ran = run("visualize", "pair", job.results, *words)
    assert ran.exit_code == 0, ran.stderr
    assert size_of(out)[0] > 500


def test_visualize_loss_and_graph(job: Job, run: Callable[..., Ran], tmp_path: Path) -> None:
    loss, graph = tmp_path / "loss.svg", tmp_path / "graph.png"
    assert run("visualize", "loss", job.run, job.run, "--out", loss).exit_code == 0
    assert "<svg" in loss.read_text()
    file = job.graphs / "val" / "v0.npz"
    assert run("visualize", "graph", file, "--out", graph).exit_code == 0
    assert size_of(graph)[0] > 500


def test_report(job: Job, run: Callable[..., Ran], tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    ran = run("--json", "report", job.results, "--scene", "v1", "--scene", "t0", "--out", out)
    assert ran.exit_code == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer == {
        "report": str(out),
        "scenes": ["v1", "t0"],
        "bytes": out.stat().st_size,
        "filing": {},
        "plates": None,
        "marks": None,
    }
    text = out.read_text(encoding="utf-8")
    digest = json.loads((job.results / "v1" / "scene.json").read_text())["photograph"]["sha256"]
    assert digest in text
    assert "Loss by epoch" in text
    assert "Principal component 3" in text


def test_a_report_without_its_sources(
    job: Job, dataset: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    copy, results, out = tmp_path / "data", tmp_path / "results", tmp_path / "report.html"
    shutil.copytree(dataset, copy)
    words = ("--model", job.run, "--split", "val", "--engine", job.engine)
    assert run("infer", copy, "--out", results, *words).exit_code == 0
    (copy / "val" / "ms_masks" / "v0_ms_650.png").unlink()
    ran = run("report", results, "--out", out, "--scene", "v0")
    assert ran.exit_code == 3
    assert ran.stderr.count("error: ") == 1
    assert "v0_ms_650.png, from which the results were computed" in ran.stderr
    assert not out.exists()
    ran = run("report", results, "--out", out)
    assert ran.exit_code == 3
    assert ran.stderr.count("error: ") == 1
    assert ran.stderr.endswith(f"; the others are in {out}\n")
    page = out.read_text(encoding="utf-8")
    assert "<h1><bdi>v1</bdi></h1>" in page
    assert "<bdi>v0</bdi>: " in page.partition("Not in this report")[2]
    assert run("report", results, "--out", out, "--no-bands").exit_code == 0
    (copy / "val" / "rgb_images" / "v0_RGB.png").write_bytes(b"another")
    ran = run("report", results, "--out", out, "--no-bands", "--scene", "v0")
    assert ran.exit_code == 3
    assert "v0_RGB.png has changed since it was scored" in ran.stderr


def test_graph_build_skips_what_is_up_to_date(
    dataset: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    data, out = tmp_path / "data", tmp_path / "graphs"
    shutil.copytree(dataset, data)
    first = run("graph", "build", data, "--out", out, "--jobs", 2)
    assert "5 scenes built, 0 up to date" in first.stdout, first.stderr
    before = {path: path.read_bytes() for path in out.rglob("*.np*")}
    again = run("graph", "build", data, "--out", out)
    assert "0 scenes built, 5 up to date" in again.stdout
    write_scene(data, "train", "t1", seed=77)
    changed = run("graph", "build", data, "--out", out)
    assert "1 scenes built, 4 up to date" in changed.stdout
    after = {path: path.read_bytes() for path in out.rglob("*.np*")}
    assert {p.name for p in after if after[p] != before[p]} == {"t1.npz", "t1.pixels.npy"}
    rebuilt = run("graph", "build", data, "--out", out, "-s", "region_size=6")
    assert "5 scenes built, 0 up to date" in rebuilt.stdout


def test_training_ignores_truth(
    job: Job, dataset: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    blind = tmp_path / "blind"
    shutil.copytree(dataset, blind, ignore=shutil.ignore_patterns("truth"))
    assert run("graph", "build", blind, "--out", tmp_path / "graphs").exit_code == 0
    words = ["--backbone", "gat", *SMALL, "--engine", job.engine]
    ran = run("train", tmp_path / "graphs", "--out", tmp_path / "run", *words)
    assert ran.exit_code == 0, ran.stderr
    model = "model.safetensors"
    assert (tmp_path / "run" / model).read_bytes() == (job.run / model).read_bytes()


def test_a_resumed_run_ends_like_one_that_was_never_left(
    job: Job, run: Callable[..., Ran], tmp_path: Path
) -> None:
    options = [*SMALL[:-2], "--engine", job.engine, "--augment"]
    for out, steps in (("whole", [4]), ("parts", [1, 3, 4])):
        for index, epochs in enumerate(steps):
            words = ["--epochs", epochs, *(["--resume"] if index else [])]
            ran = run("train", job.graphs, "--out", tmp_path / out, *options, *words)
            assert ran.exit_code == 0, ran.stderr
    model = "model.safetensors"
    assert (tmp_path / "whole" / model).read_bytes() == (tmp_path / "parts" / model).read_bytes()


def test_identical_layers_are_blue_everywhere(
    job: Job, run: Callable[..., Ran], tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    grey = np.uint16(rng.uniform(0, 65535, (9, 11)).repeat(6, 0).repeat(6, 1))
    write_png(tmp_path / "photograph.png", np.stack([grey] * 3, axis=-1))
    write_png(tmp_path / "band.png", grey)
    pair = ["--rgb", tmp_path / "photograph.png", "--band", f"850={tmp_path / 'band.png'}"]
    out = tmp_path / "results"
    ran = run("infer", *pair, "--model", job.run, "--out", out, "--engine", job.engine)
    assert ran.exit_code == 0, ran.stderr
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    assert tifffile.imread(folder / "heatmap.tif").max() <= 0
    described = json.loads((folder / "scene.json").read_text())
    assert described["euclidean_distance"]["fused"] == pytest.approx(0, abs=1e-5)
    assert described["share_blue"] == 1
    figure = tmp_path / "at_once.png"
    ran = run("visualize", "pair", *pair, "--model", job.run, "--out", figure)
    assert ran.exit_code == 0, ran.stderr
    assert figure.exists()


def test_the_published_recipe(dataset: Path, run: Callable[..., Ran], tmp_path: Path) -> None:
    """Separate segmentations, 14 features, pooled embeddings; a last batch of one scene."""
    configs = Path(__file__).parents[2] / "examples" / "configs"
    graphs = tmp_path / "graphs"
    small = ["--size", 32, "-s", "n_segments=60", "-s", "compactness=1"]
    ran = run(
        "--config", configs / "published-gcn.yaml",
        "graph", "build", dataset, "--out", graphs, *small, "-s", "bands.compactness=0.01",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.stderr
    shown = json.loads(run("--json", "graph", "inspect", graphs / "train" / "t0.npz").stdout)
    assert len(shown["graphs"]) == 4
    assert len(shown["feature_names"][0]) == 14
    for backbone in ("gcn", "gat"):
        config = ["--config", configs / f"published-{backbone}.yaml"]
        model, results = tmp_path / backbone, tmp_path / f"results-{backbone}"
        short = ["--epochs", 2, "--batch-size", 2]
        ran = run(*config, "train", graphs, "--out", model, *short)
        assert ran.exit_code == 0, ran.stderr
        ran = run("infer", dataset, "--model", model, "--out", results, "--split", "val")
        assert ran.exit_code == 0, ran.stderr
        assert tifffile.imread(results / "v0" / "heatmap.tif").shape == (40, 48)
        assert (results / "v0" / "attention.tif").exists() == (backbone == "gat")


def test_demo(run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("demo", "--size", 96)
    assert ran.exit_code == 0, ran.stderr
    first, *paintings, picture, report = ran.stdout.splitlines()
    assert re.fullmatch("[0-3] of 4 paintings: finding; 3 have a hidden layer", first)
    assert [line.split()[0] for line in paintings] == [f"sim_val_{n:04}" for n in range(4)]
    assert paintings[3].startswith("  sim_val_0003 hides nothing: ")
    assert size_of(tmp_path / picture.split()[1])[0] > 500
    assert (tmp_path / report.split()[1]).read_text().count('class="scene"') == 4
    assert run("report").exit_code == 0  # by what demo leaves in artextract.yaml


def test_demo_with_training(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small = ("--train-scenes", 2, "--val-scenes", 2, "--size", 48, "--epochs", 1)
    ran = run("demo", "--train", *small)
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.count("AUROC") == 1
    assert (tmp_path / "demo" / "loss.png").exists()
    assert ran.stdout.rstrip().endswith("report    demo/report.html")
    assert (tmp_path / "demo" / "report.html").read_text().count('class="scene"') == 2
    # What demo leaves in artextract.yaml makes the bare commands work.
    assert run("graph", "build").exit_code == 0
    assert run("train", "--backbone", "gcn", "--epochs", 1).exit_code == 0
    assert run("visualize", "pair").exit_code == 0
    assert run("report").exit_code == 0
    assert (tmp_path / "report.html").exists()
