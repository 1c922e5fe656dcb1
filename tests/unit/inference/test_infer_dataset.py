"""Scenes of a dataset are scored once, and nothing that was written is read back."""

import dataclasses
import json
from pathlib import Path

import pytest

from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.results import existing
from artextract_cli.results.reader import open_results, open_scene
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.summary import summarize


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
