import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.baselines import BASELINES
from artextract_cli.errors import InputError
from artextract_cli.evaluation import OURS, Evaluation, evaluate
from artextract_cli.metrics import DetectionScores
from artextract_cli.scene import picture_digest
from tests.conftest import write_png, write_scene

SIZE = (20, 24)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Scenes a and b with the same hidden square, and c without."""
    for name in "abc":
        write_scene(tmp_path / "data", "val", name, size=SIZE, hidden=name != "c")
    return tmp_path / "data"


def truth_of(data: Path, name: str) -> Path:
    return data / "val" / "truth" / f"{name}_hidden.png"


def square() -> np.ndarray:
    hidden = np.zeros(SIZE, bool)
    hidden[10:22, 12:30] = True
    return hidden


def write_heatmap(results: Path, name: str, heatmap: np.ndarray) -> None:
    folder = results / name
    folder.mkdir(parents=True, exist_ok=True)
    photograph = results.parent / "data" / "val" / "rgb_images" / f"{name}_RGB.png"
    digest = picture_digest(photograph) if photograph.exists() else "none"
    described = {"format_version": 1, "scene": name, "photograph": {"sha256": digest}}
    (folder / "scene.json").write_text(json.dumps(described))
    tifffile.imwrite(
        folder / "heatmap.tif", heatmap.astype(np.float32), photometric="minisblack", metadata=None
    )


def test_perfect_and_worst_heat_maps(data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    write_heatmap(results, "a", square() * 3.0)
    write_heatmap(results, "b", square() * -3.0)
    write_heatmap(results, "c", np.zeros(SIZE))
    seen: list[str] = []
    evaluation = evaluate(results, data, on_scene=seen.append)
    assert seen == ["a", "b", "c"]
    n_hidden = int(square().sum())
    a, b, c = (evaluation.scenes[name][OURS] for name in "abc")
    assert (a.auroc, a.average_precision) == (1, 1)
    assert b.auroc == 0
    assert b.average_precision == pytest.approx(n_hidden / np.prod(SIZE))
    assert (a.n_positive, a.n_negative) == (n_hidden, np.prod(SIZE) - n_hidden)
    assert (c.auroc, c.average_precision, c.n_positive) == (None, None, 0)
    means = evaluation.means()
    assert set(means) == {OURS, *BASELINES}
    assert means[OURS]["auroc"] == means[OURS]["auroc_sd"] == 0.5


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
    write_heatmap(tmp_path / "results", "a", heatmap)
    found = evaluate(tmp_path / "results", data).scenes["a"][OURS]
    assert found.auroc == 1
    assert found.n_negative == 15 * 21 - found.n_positive


def test_a_heat_map_of_another_size(data: Path, tmp_path: Path) -> None:
    write_heatmap(tmp_path / "results", "a", np.zeros((20, 23)))
    said = r"heatmap\.tif has size \(20, 23\), the photograph of a \(20, 24\)"
    with pytest.raises(InputError, match=said):
        evaluate(tmp_path / "results", data)


def test_results_of_another_photograph(data: Path, tmp_path: Path) -> None:
    write_heatmap(tmp_path / "results", "a", np.zeros(SIZE))
    write_scene(data, "val", "a", size=SIZE, seed=9, hidden=True)
    with pytest.raises(InputError, match=r"results of a in .* are of another photograph"):
        evaluate(tmp_path / "results", data)


def test_truth_of_another_size(data: Path, tmp_path: Path) -> None:
    write_heatmap(tmp_path / "results", "a", np.zeros(SIZE))
    write_png(truth_of(data, "a"), np.zeros((3, 4), np.uint8))
    with pytest.raises(InputError, match=r"a_hidden\.png is 4 × 3 pixels but its photograph"):
        evaluate(tmp_path / "results", data)


def test_nothing_to_evaluate(data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    write_heatmap(results, "elsewhere", np.zeros(SIZE))
    with pytest.raises(InputError, match=r"no scene of .* has a truth picture"):
        evaluate(results, data)
    write_heatmap(results, "c", np.zeros(SIZE))
    with pytest.raises(InputError, match=r"none of the 1 scenes .* hides anything"):
        evaluate(results, data)


def test_means_leave_out_scenes_that_hide_nothing() -> None:
    def scores(auroc: float | None) -> dict[str, DetectionScores]:
        found = DetectionScores(auroc=auroc, average_precision=auroc, n_positive=1, n_negative=1)
        return dict.fromkeys((OURS, *BASELINES), found)

    evaluation = Evaluation(scenes={"a": scores(0.5), "b": scores(0.9), "c": scores(None)})
    assert evaluation.means()[OURS] == pytest.approx(
        {"auroc": 0.7, "auroc_sd": 0.2, "average_precision": 0.7, "average_precision_sd": 0.2}
    )
