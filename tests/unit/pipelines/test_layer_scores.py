"""Scores of further layers, from a simulated dataset to its results and their evaluation."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.evaluation.evaluate import evaluate
from artextract_cli.evaluation.summary import summarize_evaluation
from artextract_cli.inference.infer_dataset import infer_scenes
from artextract_cli.pipelines.layer_scores import layer_evidence
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.results.existing import former_result, is_up_to_date
from artextract_cli.results.reader import open_results
from artextract_cli.results.scene_scores import LayerEvidence
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.simulate import SceneSettings, simulate_dataset
from tests.helpers.datasets import write_png
from tests.helpers.scenes import make_scene
from tests.helpers.schemas import validator

WAVELENGTHS = (450.0, 550.0, 650.0, 850.0)
SETTINGS = SceneSettings(
    size=72, wavelengths=WAVELENGTHS, kinds=("light",), coverage=0.1, layers=("xray",)
)


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("painted") / "data"
    simulate_dataset(out, train=0, val=4, seed=1, settings=SETTINGS)
    return out


@pytest.fixture(scope="module")
def scored(painted: Path) -> Path:
    out = painted.parent / "results"
    infer_scenes(open_dataset(painted).scenes, out, open_scorer(Path("none")))
    return out


def test_results_have_a_map_of_every_layer_and_say_how_to_read_it(scored: Path) -> None:
    for result in open_results(scored):
        validator("scene").validate(result.description)
        residuals = result.map("layer_xray")
        assert residuals.shape == (72, 72)
        evidence = LayerEvidence.recorded(result.description["layers"]["xray"]["evidence"])
        assert evidence.one_sided
        levels = evidence.levels(residuals)
        assert levels[residuals < 0].max() < levels[residuals > 3].min()
        described = result.description["layers"]["xray"]
        assert described["kind"] == "radiograph"
        share = (levels >= 2).mean()
        assert described["evidence"]["strong_share"] == pytest.approx(share, abs=1e-3)


def test_scenes_without_layers_have_no_such_key(painted: Path, scored: Path) -> None:
    files = dataclasses.replace(open_dataset(painted).scenes[0], layers=())
    out = scored.parent / "bare"
    model = open_scorer(Path("none"))
    infer_scenes([files], out, model)
    bare = open_results(out)[0]
    assert "layers" not in bare.description
    assert not bare.has_map("layer_xray")
    assert is_up_to_date(bare, files, model)
    assert not is_up_to_date(bare, open_dataset(painted).scenes[0], model)


def test_results_of_another_layer_are_not_current(
    painted: Path, scored: Path, tmp_path: Path
) -> None:
    files, model = open_dataset(painted).scenes[0], open_scorer(Path("none"))
    copy = tmp_path / "results" / files.name
    shutil.copytree(scored / files.name, copy)
    result = former_result(copy)
    assert result is not None
    assert is_up_to_date(result, files, model)
    other = tmp_path / "other.png"
    write_png(other, np.zeros((72, 72), np.uint16))
    changed = dataclasses.replace(files.layers[0], path=other)
    assert not is_up_to_date(result, dataclasses.replace(files, layers=(changed,)), model)


def test_an_evaluation_has_layers_alone_and_with_the_bands(painted: Path, scored: Path) -> None:
    evaluation = evaluate([scored], painted)
    means = summarize_evaluation(evaluation)["layers"]
    assert [*means] == [
        "xray, light",
        "xray, dark",
        "xray, residual",
        "artextract where xray exists",
        "artextract and xray",
    ]
    assert means["xray, light"]["auroc"] == pytest.approx(1 - means["xray, dark"]["auroc"])
    # White lead on a dark ground, under thin paint.
    assert means["xray, residual"]["auroc"] > 0.6
    of_bands, both = means["artextract where xray exists"], means["artextract and xray"]
    assert both["auroc"] != of_bands["auroc"]
    assert 0 <= both["false_alarms_5_percent"] <= 1
    assert means["xray, light"]["false_alarms_5_percent"] is None


def test_a_layer_of_another_size_is_refused_before_the_scene_is_scored(
    painted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, small = open_dataset(painted).scenes[0], tmp_path / "small.png"
    write_png(small, np.zeros((36, 36), np.uint16))
    layer = dataclasses.replace(files.layers[0], path=small)
    monkeypatch.setattr("artextract_cli.inference.scene_work.score_scene", None)
    with pytest.raises(InputError, match=r"small\.png.*36"):
        infer_scenes(
            [dataclasses.replace(files, layers=(layer,))], tmp_path / "r", open_scorer(Path("none"))
        )


def test_layers_other_than_radiographs_count_in_both_directions() -> None:
    scene = make_scene((60, 60))
    residuals = np.random.default_rng(0).standard_normal((60, 60)).astype(np.float32)
    evidence = layer_evidence(scene, residuals, "fluorescence")
    assert not evidence.one_sided
    up, down = evidence.levels(np.array([4.0, -4.0], np.float32))
    assert up == down > 1.5
    unknown = evidence.levels(np.array([np.nan], np.float32))
    assert unknown.tolist() == [0]


def test_a_constant_layer_has_no_false_alarm_rates() -> None:
    scene = make_scene((20, 20))
    evidence = layer_evidence(scene, np.zeros((20, 20), np.float32), "element")
    assert evidence.calibration is None
    assert not evidence.levels(np.ones((2, 2), np.float32)).any()
