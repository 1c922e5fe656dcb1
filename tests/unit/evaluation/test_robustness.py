import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.evaluation import robustness
from artextract_cli.evaluation.robustness import (
    CURVES,
    METHODS,
    Curve,
    Level,
    as_scene,
    measure_robustness,
    model_scorer,
)
from artextract_cli.pipelines.scoring import open_scorer, score_scene
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import Scene
from artextract_cli.simulate import DEFAULT_WAVELENGTHS, SceneSettings, simulate_scene
from artextract_cli.utils.checksums import file_digest
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_scene
from tests.helpers.scored_datasets import square, write_results

SIZE = 48
FEW = (
    Curve(
        name="coverage",
        label="share",
        axis="numbers",
        levels=tuple(Level(name=f"{v:g}", changes={"coverage": v}) for v in (0.1, 0.2)),
    ),
    Curve(
        name="bands",
        label="bands",
        axis="ranks",
        levels=(Level(name="8"), Level(name="950", bands=(950.0,))),
    ),
)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only two curves of two levels each."""
    monkeypatch.setattr(robustness, "CURVES", FEW)


class Seen:
    """A scorer that keeps the scenes; dark is hidden to it, and to its network what is bright."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def __call__(self, scene: Scene) -> Mapping[str, np.ndarray]:
        self.scenes.append(scene)
        band = scene.bands[..., -1]
        return {"heatmap": -band, "network": band, "hidden": band}


@pytest.mark.usefixtures("few")
def test_every_level_shows_the_same_paintings() -> None:
    seen = Seen()
    found = measure_robustness(seen, 2, size=SIZE)
    assert len(seen.scenes) == 8
    *_, first, second, first_infrared, second_infrared = seen.scenes
    np.testing.assert_array_equal(first.rgb, first_infrared.rgb)
    np.testing.assert_array_equal(second.bands[..., 7:], second_infrared.bands)
    assert first_infrared.wavelengths == (950.0,)
    assert (first.rgb != second.rgb).any()
    assert (found.palette, found.n_scenes) == ("moderns", 2)
    levels = {curve: [*levels] for curve, levels in found.curves.items()}
    assert levels == {"coverage": ["0.1", "0.2"], "bands": ["8", "950"]}


@pytest.mark.usefixtures("few")
def test_figures_are_by_method_and_opposite_maps_are_opposite() -> None:
    found = measure_robustness(Seen(), 2, size=SIZE).curves["coverage"]["0.2"]
    assert {*found} == {*METHODS} - {"envelope", "residual"}
    ours, network = found["artextract"]["auroc"], found["network"]["auroc"]
    assert ours is not None
    assert network == pytest.approx(1 - ours)
    assert {*found["rx"]} == {
        *("n_scenes", "auroc", "auroc_sd", "average_precision", "average_precision_sd")
    }


def test_the_best_component_is_chosen_for_each_measure() -> None:
    def summary(auroc: float | None, precision: float | None) -> dict[str, float | None]:
        figures = {"auroc": auroc, "average_precision": precision}
        return {"n_scenes": 2, "auroc_sd": 0.1, "average_precision_sd": 0.2} | figures

    best = robustness.best_by_measure([summary(0.6, 0.3), summary(0.9, 0.1), summary(None, None)])
    assert best == summary(0.9, 0.3)


def test_a_condition_that_two_curves_share_is_measured_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = Curve(name="content", label="kind", axis="kinds", levels=(Level(name="as drawn"),))
    monkeypatch.setattr(robustness, "CURVES", (FEW[1], plain))
    seen = Seen()
    found = measure_robustness(seen, 1, palette="a", size=SIZE).curves
    assert len(seen.scenes) == 2
    assert found["content"]["as drawn"] == found["bands"]["8"]


def test_paintings_that_show_nothing_have_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint thick enough hides all; the level says that no painting counted."""
    level = Level(name="50", changes={"thickness": 50.0})
    thick = Curve(name="thickness", label="thickness", axis="numbers", levels=(level,))
    monkeypatch.setattr(robustness, "CURVES", (thick,))
    found = measure_robustness(Seen(), 1, size=SIZE).curves["thickness"]["50"]
    assert found["artextract"] == found["best pca"]
    assert (found["rx"]["n_scenes"], found["rx"]["auroc"]) == (0, None)


def test_the_curves_can_all_be_simulated() -> None:
    """Every level's settings are accepted, and its bands are among those that are rendered."""
    assert {*METHODS} >= {"artextract", "plain_residual", "best ica"}
    names = [curve.name for curve in CURVES]
    assert len({*names}) == len(names) == 6
    for curve in CURVES:
        for level in curve.levels:
            SceneSettings(**level.changes)
            assert {*level.bands} <= {*DEFAULT_WAVELENGTHS}
            assert curve.axis != "numbers" or float(level.name) == level.changes[curve.name]


def test_a_painting_becomes_a_scene() -> None:
    painting = simulate_scene((0, 2, 0), SceneSettings(size=16))
    scene = as_scene(painting, (470.0, 950.0))
    assert (scene.band_ids, scene.wavelengths) == (("470", "950"), (470.0, 950.0))
    np.testing.assert_array_equal(scene.bands, painting.bands[..., [1, 7]])
    assert scene.mask is None


@pytest.mark.parametrize(("palette", "n_scenes"), [("c", 1), ("a", 0)])
def test_what_there_is_not(palette: str, n_scenes: int) -> None:
    with pytest.raises(UsageError, match="palettes old-masters, moderns and at least one scene"):
        measure_robustness(Seen(), n_scenes, palette=palette)


def test_the_model_is_the_one_that_made_the_results(trained: Path, dataset: Path) -> None:
    def result(**described: Any) -> SceneResult:
        return SceneResult(path=Path("results/a"), description=described)

    scene = read_scene(open_dataset(dataset).scenes[0])
    expected = score_scene(open_scorer(trained), scene).maps
    made_by = {"path": str(trained), "sha256": file_digest(trained / "model.safetensors")}
    found = model_scorer(result(model=made_by))(scene)
    assert found.keys() == expected.keys()
    np.testing.assert_array_equal(found["heatmap"], expected["heatmap"])
    with pytest.raises(InputError, match="results/a does not name the model that produced it"):
        model_scorer(result())
    with pytest.raises(InputError, match=r"run/model\.safetensors is no longer the model"):
        model_scorer(result(model=made_by | {"sha256": "other"}))


def test_the_command_measures_and_draws(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One painting per condition, with a stand-in for the model."""
    monkeypatch.setattr(robustness, "model_scorer", lambda result: Seen())
    monkeypatch.setattr(robustness, "measure_robustness", partial(measure_robustness, size=SIZE))
    monkeypatch.setattr(robustness, "CURVES", FEW[1:])
    monkeypatch.setattr("artextract_cli.evaluation.figure.CURVES", FEW[1:])
    write_scene(tmp_path / "data", "val", "a", size=(20, 24), hidden=True)
    for seed in (0, 1):
        write_results(tmp_path / f"seed{seed}", "a", square() * 1.0)
    folders = [tmp_path / f"seed{seed}" for seed in (0, 1)]
    words = ["evaluate", *folders, "--truth", tmp_path / "data", "--robustness", 1]
    figure = tmp_path / "figure.svg"
    ran = run("--json", *words, "--palette", "a", "--figure", figure)
    assert ran.exit_code == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert answer["means_over_results"]["artextract"]["auroc"] == 1
    assert answer["robustness"]["palette"] == "old-masters"
    assert answer["robustness"]["curves"]["bands"]["950"]["artextract"]["n_scenes"] == 1
    assert "<svg" in figure.read_text()
    shown = run(*words).stdout
    assert "artextract, 2 results" in shown
    assert "AP: 1 paintings of palette moderns per condition" in shown
    inside = run(*words, "--figure", tmp_path / "data" / "figure.png")
    assert (inside.exit_code, inside.stdout) == (2, "")
