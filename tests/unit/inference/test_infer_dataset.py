"""Scoring the scenes of a dataset."""

import dataclasses
import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.inference.infer_dataset import infer_dataset, infer_scenes
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.results import existing
from artextract_cli.results.reader import open_results, open_scene
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.summary import summarize
from artextract_cli.scenes.dataset import pair_files
from tests.helpers.checked_datasets import counts, view, write
from tests.helpers.results import contents


def test_scenes_of_a_split_are_scored_once(dataset: Path, trained: Path, tmp_path: Path) -> None:
    model = open_model(trained, device="cpu")
    first = infer_dataset(dataset, tmp_path / "out", model, split="val")
    assert [scene.scene for scene in first] == ["v0", "v1"]
    heatmap = tmp_path / "out" / "v0" / "heatmap.tif"
    before = heatmap.stat().st_mtime_ns
    assert infer_dataset(dataset, tmp_path / "out", model, split="val") == first
    assert heatmap.stat().st_mtime_ns == before


def test_a_damaged_scene_leaves_the_others(dataset: Path, trained: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(dataset, tmp_path / "data"))
    (copy / "val" / "rgb_images" / "v0_RGB.png").write_text("text")
    with pytest.raises(InputError, match=r"^v0: .*; the others are in "):
        infer_dataset(copy, tmp_path / "out", open_model(trained, device="cpu"), split="val")
    assert (tmp_path / "out" / "v1" / "scene.json").is_file()


def test_a_split_that_is_not_there(dataset: Path, trained: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no scenes in split 'test'; choose train or val"):
        infer_dataset(dataset, tmp_path / "out", open_model(trained, device="cpu"), split="test")
    assert not (tmp_path / "out").exists()


def test_a_summary_needs_no_results_that_were_just_written(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, opened = open_scorer(Path("none")), []

    def reading(folder: Path) -> SceneResult:
        opened.append((folder.name, (folder / "scene.json").exists()))
        return open_scene(folder)

    monkeypatch.setattr(existing, "open_scene", reading)
    first = infer_dataset(dataset, tmp_path / "results", model, split="val")
    assert opened == [("v0", False), ("v1", False)]
    again = infer_dataset(dataset, tmp_path / "results", model, split="val")
    assert opened[2:] == [("v0", True), ("v1", True)]
    assert first == again
    assert first == [summarize(scene.description) for scene in open_results(tmp_path / "results")]
    rows = json.loads((tmp_path / "results" / "summary.json").read_text())["scenes"]
    assert rows == [dataclasses.asdict(row) for row in first]


@pytest.mark.parametrize("jobs", [2, 3])
def test_jobs_give_the_bytes_of_one(dataset: Path, tmp_path: Path, jobs: int) -> None:
    copy, model = Path(shutil.copytree(dataset, tmp_path / "data")), open_scorer(Path("none"))
    (copy / "val" / "rgb_images" / "v0_RGB.png").write_text("text")
    for out, n in ((tmp_path / "1", 1), (tmp_path / "n", jobs)):
        with pytest.raises(InputError, match=r"^v0: .*v0_RGB\.png"):
            infer_dataset(copy, out, model, max_memory=3 * 10**9, jobs=n)
    one = contents(tmp_path / "1")
    assert len([name for name in one if name.endswith("scene.json")]) == 4
    assert contents(tmp_path / "n") == one


def test_a_network_opened_by_other_processes_gives_the_same_bytes(
    dataset: Path, trained: Path, tmp_path: Path
) -> None:
    model = open_model(trained, device="cpu", engine="auto")
    one = infer_dataset(dataset, tmp_path / "1", model, split="val")
    assert infer_dataset(dataset, tmp_path / "2", model, split="val", jobs=2) == one
    assert contents(tmp_path / "2") == contents(tmp_path / "1")


def shifted_dataset(root: Path) -> None:
    """A scene whose infrared band is shifted by 4 px."""
    write(root / "val/rgb_images/a_RGB.png", counts(np.dstack([view(0)] * 3)))
    for band, shift in (("450", 0), ("650", 0), ("850", 4)):
        write(root / f"val/ms_masks/a_ms_{band}.png", counts(view(0, shift)))
    (root / "dataset.yaml").write_text("wavelengths: {450: 450, 650: 650, 850: 850}\n")


@pytest.mark.parametrize("max_memory", [None, 930 * 10**6], ids=["whole", "blocks"])
def test_shifted_bands_are_not_scored_silently(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, max_memory: int | None
) -> None:
    root, out, model = tmp_path / "data", tmp_path / "results", open_scorer(Path("none"))
    shifted_dataset(root)
    for _ in range(2):  # the second time, results are up to date
        caplog.clear()
        with caplog.at_level(logging.WARNING, "artextract"):
            (row,) = infer_dataset(root, out, model, max_memory=max_memory)
        (warning,) = (message for message in caplog.messages if "shifted" in message)
        assert warning.startswith("band 850 of scene a is shifted by 4.")
        assert warning.endswith(f"run `artextract data register {root} --out {root}-registered`")
        assert row.registration_residual == pytest.approx(4, abs=0.1)
    described = open_scene(out / "a").description["registration"]
    assert described["band"] == "850"
    assert described["largest"] == described["residuals"]["850"] == row.registration_residual


def test_a_shifted_pair_is_not_scored_silently(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "data"
    shifted_dataset(root)
    bands = {"850": root / "val/ms_masks/a_ms_850.png"}
    pair = pair_files(root / "val/rgb_images/a_RGB.png", bands)
    with caplog.at_level(logging.WARNING, "artextract"):
        infer_scenes([pair], tmp_path / "results", open_scorer(Path("none")))
    assert "band 850 of scene a is shifted by 4." in caplog.text
