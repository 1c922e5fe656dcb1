from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.evaluation import evaluate as module
from artextract_cli.evaluation.baselines.painted_pixels import longest_band
from artextract_cli.evaluation.baselines.pixels import BASELINES, plain_residual
from artextract_cli.evaluation.evaluate import evaluate
from artextract_cli.evaluation.metrics import correlation
from artextract_cli.evaluation.scores import OURS
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.utils.checksums import file_digest
from tests.helpers.datasets import write_png, write_scene
from tests.helpers.scored_datasets import SIZE, square, write_map, write_results


def truth_of(data: Path, name: str) -> Path:
    return data / "val" / "truth" / f"{name}_hidden.png"


def test_perfect_and_worst_heat_maps(data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    write_results(results, "a", square() * 3.0)
    write_results(results, "b", square() * -3.0)
    write_results(results, "c", np.zeros(SIZE))
    evaluation = evaluate([results], data)
    assert evaluation.results == ("results",)
    assert [scene.hidden for scene in evaluation.scenes.values()] == [True, True, False]
    n_hidden = int(square().sum())
    a, b, c = (evaluation.scenes[name].methods[OURS].detection for name in "abc")
    assert (a.auroc, a.average_precision) == (1, 1)
    assert b.auroc == 0
    assert b.average_precision == pytest.approx(n_hidden / np.prod(SIZE))
    assert (a.n_positive, a.n_negative) == (n_hidden, np.prod(SIZE) - n_hidden)
    assert (c.auroc, c.average_precision, c.n_positive) == (None, None, 0)
    assert evaluation.labels == (OURS, *BASELINES)


def test_several_results_are_measured_on_their_common_scenes(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).random(SIZE)
    write_results(tmp_path / "good", "a", square() * 3.0, network=~square(), residual=noise)
    write_results(tmp_path / "good", "b", square() * 3.0)
    write_results(tmp_path / "bad", "a", square() * -3.0)
    evaluation = evaluate([tmp_path / "good", tmp_path / "bad"], data)
    assert "1 scenes are left out" in capsys.readouterr().err
    assert [*evaluation.scenes] == ["a"]
    own = ("artextract/good", "artextract/bad", "network/good", "residual/good")
    assert evaluation.labels == (*own, *BASELINES)
    found = [evaluation.scenes["a"].methods[label].detection.auroc for label in own[:3]]
    assert found == [1, 0, 0]


def test_the_answer_for_a_scene_and_what_stands_in_for_it(data: Path, tmp_path: Path) -> None:
    """Our answer is that of scene.json; every other map is worth its 99.5th percentile."""
    ramp = np.arange(np.prod(SIZE), dtype=float).reshape(SIZE)
    answer = {"image_level": {"score": 7.5, "something_is_there": True, "false_alarm_rate": 0.01}}
    write_results(tmp_path / "results", "a", ramp, answer, network=ramp)
    write_results(tmp_path / "results", "b", ramp)
    scenes = evaluate([tmp_path / "results"], data).scenes
    ours, network = (scenes["a"].methods[name] for name in (OURS, "network"))
    assert (ours.image_score, ours.called_hidden) == (7.5, True)
    assert network.image_score == pytest.approx(0.995 * (np.prod(SIZE) - 1))
    assert network.called_hidden is None
    older = scenes["b"].methods[OURS]
    assert (older.image_score, older.called_hidden) == (network.image_score, None)


def test_false_alarms_are_those_of_calibrated_maps_of_clean_scenes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CLEAN_PIXELS", 300)
    heatmap = np.zeros(SIZE)
    heatmap.flat[:48], heatmap.flat[:24] = 1.5, 2.5  # 10 % of 480 pixels, 5 %
    for name in "ac":
        write_results(tmp_path / "results", name, heatmap)
    scenes = evaluate([tmp_path / "results"], data).scenes
    clean = scenes["c"].methods[OURS]
    assert clean.false_alarms == pytest.approx({"1_percent": 0.05, "5_percent": 0.1})
    assert clean.clean_scores is not None
    assert len(clean.clean_scores) == 240  # every second one
    assert np.count_nonzero(clean.clean_scores) == 24
    for other in (scenes["a"].methods[OURS], scenes["c"].methods["rx"]):
        assert other.false_alarms is other.clean_scores is None


def test_signed_pictures_are_compared_with_the_simulated_layer(data: Path, tmp_path: Path) -> None:
    """Perfectly for the layer itself; a residual that is large where it is dark is turned over."""
    layer = np.where(square(), -0.3, 0).astype(np.float32)
    for name in "abc":
        write_results(tmp_path / "results", name, square() * 1.0, hidden=5 * layer + 1)
    for name in "ac":
        write_map(data / "val" / "truth" / f"{name}_layer.tif", layer)
    scenes = evaluate([tmp_path / "results"], data).scenes
    assert scenes["b"].correlations == scenes["c"].correlations == {}  # no layer; nothing hidden
    files = next(files for files in open_dataset(data).scenes if files.name == "a")
    scene = read_scene(files)
    expected = {
        "hidden": 1.0,
        "longest_band": correlation(scene.bands[..., longest_band(scene)], layer, scene.painted),
        "plain_residual": correlation(-plain_residual(scene), layer, scene.painted),
    }
    assert scenes["a"].correlations == pytest.approx(expected)
    assert scenes["a"].correlations["plain_residual"] > 0.5


def test_pixels_that_do_not_count(data: Path, tmp_path: Path) -> None:
    """128, and what lies off the painting, may hold any score; there the heat map is NaN."""
    truth = np.where(square(), 255, 0).astype(np.uint8)
    truth[:5] = 128
    write_png(truth_of(data, "a"), truth)
    mask = np.full(SIZE, 255, np.uint8)
    mask[:, :3] = 0
    write_png(data / "val" / "object" / "a_mask.png", mask)
    heatmap = square() * 3.0
    heatmap[:5], heatmap[:, :3] = 99, np.nan
    write_results(tmp_path / "results", "a", heatmap)
    found = evaluate([tmp_path / "results"], data).scenes["a"].methods[OURS].detection
    assert found.auroc == 1
    assert found.n_negative == 15 * 21 - found.n_positive


@pytest.mark.parametrize("kind", ["heatmap", "residual"])
def test_a_map_of_another_size(data: Path, tmp_path: Path, kind: str) -> None:
    maps = {"heatmap": np.zeros(SIZE), kind: np.zeros((20, 23))}
    write_results(tmp_path / "results", "a", **maps)
    said = rf"{kind}\.tif has shape \(20, 23\), but the photograph of a has \(20, 24\)"
    with pytest.raises(InputError, match=said):
        evaluate([tmp_path / "results"], data)


def test_results_of_another_photograph(data: Path, tmp_path: Path) -> None:
    write_results(tmp_path / "results", "a", np.zeros(SIZE))
    write_scene(data, "val", "a", size=SIZE, seed=9, hidden=True)
    with pytest.raises(InputError, match=r"results of a in .* belong to another photograph"):
        evaluate([tmp_path / "results"], data)


def test_results_of_other_bands(data: Path, tmp_path: Path) -> None:
    """The photograph is not enough: the same one may come with displaced bands."""
    bands = [
        {"id": band, "sha256": file_digest(data / "val" / "ms_masks" / f"a_ms_{band}.png")}
        for band in ("450", "650", "850")
    ]
    write_results(tmp_path / "results", "a", square() * 1.0, {"bands": bands})
    assert evaluate([tmp_path / "results"], data).scenes
    write_results(tmp_path / "other", "a", square() * 1.0, {"bands": bands[:2]})
    with pytest.raises(InputError, match=r"of a in .*other/a belong to bands other than"):
        evaluate([tmp_path / "results", tmp_path / "other"], data)


def test_truth_of_another_size(data: Path, tmp_path: Path) -> None:
    write_results(tmp_path / "results", "a", np.zeros(SIZE))
    write_png(truth_of(data, "a"), np.zeros((3, 4), np.uint8))
    with pytest.raises(InputError, match=r"a_hidden\.png is 4 × 3 pixels but its photograph"):
        evaluate([tmp_path / "results"], data)


def test_nothing_to_evaluate(data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    write_results(results, "elsewhere", np.zeros(SIZE))
    with pytest.raises(InputError, match=r"no scene of .* has a truth image"):
        evaluate([results], data)
    write_results(results, "c", np.zeros(SIZE))
    write_results(tmp_path / "others", "a", np.zeros(SIZE))
    with pytest.raises(InputError, match="results, others have no scene with truth in common"):
        evaluate([results, tmp_path / "others"], data)


def test_results_of_one_name_cannot_be_told_apart(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"one/results and .*two/results have the same name"):
        evaluate([tmp_path / "one" / "results", tmp_path / "two" / "results"], data)
