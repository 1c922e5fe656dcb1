"""Scoring the scenes of a dataset."""

import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.pipelines.loaded_model import open_model


def test_scenes_of_a_split_are_scored_once(dataset: Path, trained: Path, tmp_path: Path) -> None:
    model = open_model(trained, device="cpu")
    first = infer_dataset(dataset, tmp_path / "out", model, split="val")
    assert [scene["scene"] for scene in first] == ["v0", "v1"]
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
