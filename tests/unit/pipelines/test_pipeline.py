"""A trained model: its heat map, its scores and its description."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.evidence.signs import Expect
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model


@pytest.fixture(scope="module")
def views(trained: Path) -> Model[Any]:
    return open_model(trained, device="cpu", engine="torch")


@pytest.fixture(scope="module")
def layers() -> Model[Any]:
    return open_model(Path("gcn"), device="cpu", engine="torch")


@pytest.mark.parametrize(
    ("shown", "expect", "score"),
    [
        (None, "either", "fused"),
        (None, "dark", "dark"),
        (None, "light", "light"),
        ("envelope", "either", "envelope"),
    ],
)
def test_the_score_of_the_heat_map(
    layers: Model[Any], shown: str | None, expect: Expect, score: str
) -> None:
    model = dataclasses.replace(layers, shown=shown, expect=expect)
    assert model.heat_map_score == score
    assert model.described()["heat_map_score"] == score
    assert model.described()["heat_map_of"] == "pixels"


def test_a_model_of_views_scores_superpixels(views: Model[Any]) -> None:
    assert views.heat_map_score == "network"
    assert views.described()["heat_map_of"] == "superpixels"


def test_the_pipeline_scores(views: Model[Any]) -> None:
    calls: list[tuple[Any, ...]] = []
    pipeline = dataclasses.replace(views.pipeline, score=lambda *given: calls.append(given))
    model = dataclasses.replace(views, pipeline=pipeline)
    scene: Any = object()
    model.score(scene)
    assert calls == [(model, scene)]


def test_the_description_identifies_the_model(views: Model[Any]) -> None:
    description = views.described()
    assert description["model"] == {"path": str(views.path.resolve()), "sha256": views.digest}
    assert description["backbone"] == dict(views.card.backbone)
    assert (description["engine"], description["device"]) == ("torch", "cpu")
    assert views.superpixels == views.card.superpixels
