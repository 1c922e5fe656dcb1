import json
from pathlib import Path

import numpy as np
import pytest

from artextract_cli import Coding, colour_dataset, open_dataset, read_scene
from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.coding import coded_rgb, linear_rgb
from artextract_cli.imaging.colour.correction import reference_chart
from artextract_cli.preprocessing import colour_dataset as colour_module
from artextract_cli.preprocessing.chart_finding import FoundChart
from artextract_cli.scenes.history import read_history
from tests.helpers.checkers import CAST, CORNER, SIDE, dataset, photograph

GREY = (CORNER[1] + 3, CORNER[0] + 3 * (SIDE + SIDE // 4) + 3, SIDE - 6, SIDE - 6)
"""The white patch, first of the last row."""

PLAIN = np.random.default_rng(1).uniform(0.2, 0.6, (220, 300, 3))


def corrected(root: Path) -> dict[str, np.ndarray]:
    return {files.name: read_scene(files).rgb for files in open_dataset(root).scenes}


def test_a_chart_gets_the_colours_that_were_published(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", a=photograph())
    (row,) = colour_dataset(data, tmp_path / "out")
    assert row.mean[0] > 5
    assert row.mean[1] < 1
    assert row.largest[1] >= row.mean[1]
    assert row.left_out is not None
    assert row.left_out < 1.5
    red = CORNER[0] + 2 * (SIDE + SIDE // 4) + 9, CORNER[1] + 2 * (SIDE + SIDE // 4) + 9
    expected = coded_rgb(reference_chart().linear[14].clip(0, 1))
    np.testing.assert_allclose(corrected(tmp_path / "out")["a"][red], expected, atol=0.02)
    # Everything else is as it was.
    band = "val/ms_masks/a_ms_950.png"
    assert (tmp_path / "out" / band).read_bytes() == (data / band).read_bytes()
    (step,) = read_history(tmp_path / "out")["a"]
    assert (step.name, step.parameters["measured_in"]) == ("colour", "a")
    assert step.figures["mean_difference"][1] < step.figures["mean_difference"][0]


def test_the_chart_of_one_scene_serves_all(tmp_path: Path) -> None:
    plain = coded_rgb(linear_rgb(np.float32(PLAIN)) @ CAST.astype(np.float32))
    data = dataset(tmp_path / "data", a=photograph(), b=plain)
    with pytest.raises(InputError, match=r"b_RGB\.png shows no ColorChecker"):
        colour_dataset(data, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    rows = colour_dataset(data, tmp_path / "out", chart_scene="a")
    assert [row.measured_in for row in rows] == ["a", "a"]
    np.testing.assert_allclose(corrected(tmp_path / "out")["b"], PLAIN, atol=0.03)


def test_a_grey_patch_becomes_neutral(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", a=photograph())
    (row,) = colour_dataset(data, tmp_path / "out", grey=GREY)
    assert (len(row.patches), row.left_out) == (1, None)
    left, top, width, height = GREY
    patch = corrected(tmp_path / "out")["a"][top : top + height, left : left + width]
    means = linear_rgb(patch).mean(axis=(0, 1))
    assert np.ptp(means) < 1e-3
    assert row.mean[1] < 0.01 < row.mean[0]


def test_the_coding_is_stated_as_written(tmp_path: Path) -> None:
    linear = linear_rgb(np.float32(photograph()))
    data = dataset(tmp_path / "data", a=linear)
    (data / "dataset.yaml").write_text("coding: {photograph: linear, bands: gamma 2}\n")
    colour_dataset(data, tmp_path / "out")
    (files,) = open_dataset(tmp_path / "out").scenes
    assert files.coding == Coding(photograph="srgb", bands="gamma 2")


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (PLAIN, {}, "shows no ColorChecker"),
        (photograph(np.eye(3), exposure=4), {"grey": GREY}, "is overexposed"),
        (photograph(exposure=0.01), {"grey": GREY}, "is too dark"),
        (PLAIN, {"grey": (0, 0, 100, 100)}, "is uneven"),
        (PLAIN, {"grey": (290, 0, 20, 20)}, "does not lie in .* 300 × 220 pixels"),
        (PLAIN, {"chart_scene": "z"}, "has no scene 'z'"),
    ],
)
def test_refusals(tmp_path: Path, image: np.ndarray, options: dict, message: str) -> None:
    data = dataset(tmp_path / "data", a=image)
    with pytest.raises(InputError, match=message):
        colour_dataset(data, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_colours_that_would_be_worse_are_left(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    image = photograph(np.eye(3))
    step = SIDE + SIDE // 4
    # Each patch has an error of its own, which no matrix can mend.
    for row in range(4):
        for column in range(6):
            top, left = CORNER[0] + row * step, CORNER[1] + column * step
            image[top : top + SIDE, left : left + SIDE] += rng.normal(0, 0.012, 3)
    data = dataset(tmp_path / "data", a=image.clip(0, 1))
    with pytest.raises(InputError, match="is not corrected, as its colours would be worse"):
        colour_dataset(data, tmp_path / "out")


def test_an_overexposed_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    white = FoundChart(centres=np.zeros((24, 2)), measured=np.ones((24, 3)))
    monkeypatch.setattr(colour_module, "find_chart", lambda *_: white)
    with pytest.raises(InputError, match=r"the ColorChecker in .* is overexposed"):
        colour_dataset(dataset(tmp_path / "data", a=PLAIN), tmp_path / "out")


def test_the_output_is_checked_first(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", a=PLAIN)
    with pytest.raises(UsageError, match="is inside the dataset"):
        colour_dataset(data, data / "out")


def test_figures_can_be_read_by_others(tmp_path: Path) -> None:
    colour_dataset(dataset(tmp_path / "data", a=photograph()), tmp_path / "out")
    content = json.loads((tmp_path / "out/history/a.json").read_text())
    assert np.array(content["steps"][-1]["figures"]["matrix"]).shape == (3, 3)
