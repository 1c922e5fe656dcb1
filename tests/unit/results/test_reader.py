import csv
import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError, UsageError
from artextract_cli.results.reader import find_scene, open_complete, open_results
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import WholeScore
from artextract_cli.results.writer import (
    write_description,
    write_scene,
)
from artextract_cli.utils.checksums import file_digest
from tests.helpers.datasets import write_png
from tests.helpers.results import contents, sealed_again, write_result
from tests.helpers.rewriting import write_again


def test_maps_show_the_scores_and_nan_off_the_painting(scored, tmp_path: Path) -> None:
    files, scene, scores, model = scored
    described = write_scene(tmp_path, files, scene, scores, model)
    (result,) = open_results(tmp_path)
    heatmap, labels = result.map("heatmap"), result.map("labels").astype(int)
    np.testing.assert_array_equal(np.isfinite(heatmap), scene.mask)
    np.testing.assert_array_equal(labels, scores.labels)
    np.testing.assert_array_equal(heatmap[scene.mask], scores.maps["heatmap"][scene.mask])
    np.testing.assert_array_equal(np.isfinite(result.pages("gradcam")), [scene.mask] * 2)
    of_band = result.pages("bands")[1]
    np.testing.assert_array_equal(np.isfinite(of_band), scene.mask)
    np.testing.assert_array_equal(of_band[scene.mask], scores.band_maps[scene.mask, 1])
    inside = heatmap[scene.mask]
    assert described["share_above_1_percent_false_alarms"] == pytest.approx((inside >= 2).mean())
    assert described["share_blue"] == pytest.approx((inside <= -np.log10(0.05)).mean())
    assert json.loads((tmp_path / "v0" / "scene.json").read_text())["shape"] == [40, 48]
    assert [p.name for p in tmp_path.iterdir()] == ["v0"]
    np.testing.assert_array_equal(result.photograph(), scene.rgb)
    assert files.mask is not None
    noted = {"path": str(files.mask.resolve()), "sha256": file_digest(files.mask)}
    assert described["object_mask"] == noted


def test_whatever_else_a_network_says_is_written_too(scored, tmp_path: Path) -> None:
    """Every map by its name, signed bands as they are, and the verdict on the whole painting."""
    files, scene, scores, model = scored
    shape = scores.labels.shape
    maps = {
        name: np.full(shape, level, np.float32)
        for name, level in (
            *(("heatmap", 2.5), ("network", 1.0), ("residual", 2.0), ("hidden", -0.5)),
            *(("dark", 0.5), ("light", 2.5), ("probability", 0.75)),
        )
    }
    maps["dark"][:, 40:] = 4  # of columns 10 to 47
    whole = WholeScore(score=2.0, false_alarm_rate=0.01, something_is_there=True)
    band_maps = scores.band_maps.copy()
    band_maps[..., 0], band_maps[..., 1:] = -9, 4
    told = dataclasses.replace(scores, maps=maps, whole=whole, band_maps=band_maps)
    described = write_scene(tmp_path, files, scene, told, model)
    (result,) = open_results(tmp_path)
    for name, painted in maps.items():
        found = result.map(name)
        np.testing.assert_array_equal(np.isfinite(found), scene.mask)
        np.testing.assert_array_equal(found[scene.mask], painted[scene.mask])
    assert (result.pages("bands")[0][scene.mask] == -9).all()
    with (tmp_path / scene.name / "regions.csv").open(newline="") as file:
        (region,) = csv.DictReader(file)
    assert region["telling_band"] == scene.band_ids[0]
    assert region["sign"] == "lighter"  # 30 columns by 2 more, 8 by 1.5 less
    assert described["signs"] == pytest.approx({"darker": 8 / 38, "lighter": 30 / 38})
    assert described["image_level"] == {
        "score": 2.0,
        "false_alarm_rate": 0.01,
        "something_is_there": True,
    }


@pytest.mark.parametrize("split", ["", "train"])
def test_a_lone_pair_has_no_dataset(tmp_path: Path, split: str) -> None:
    assert write_result(tmp_path, split=split).dataset_root is None


def test_a_photograph_that_was_changed_is_not_shown(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    photograph = result.photograph()
    write_png(Path(result.description["photograph"]["path"]), np.uint8(photograph[:, ::-1] * 255))
    with pytest.raises(InputError, match=r"made_RGB\.png has changed since it was scored: restore"):
        result.photograph()


def test_what_a_result_was_made_from_and_consists_of_is_not_written_over(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    made_from = tmp_path / "dataset" / "val" / "ms_masks" / "made_ms_0.png"
    other = write_result(tmp_path, folder="other").path / "heatmap.tif"
    for path in (made_from, result.path / "heatmap.tif", result.path / "scene.json", other):
        with pytest.raises(UsageError, match="is one of the inputs"):
            result.output_plan(path).check()
    with pytest.raises(UsageError, match="is inside the dataset"):
        result.output_plan(tmp_path / "dataset" / "val" / "truth" / "made_hidden.png").check()
    result.output_plan(result.path / "difference.png").check()


def test_a_scene_whose_description_is_gone_is_missed(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "notes").mkdir()
    assert len(open_results(tmp_path)) == 1
    (tmp_path / "v0" / "scene.json").unlink()
    with pytest.raises(InputError, match=r"v0 has a heat map but no scene\.json"):
        open_results(tmp_path)


def test_a_model_without_attention_writes_none(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    with pytest.raises(InputError, match="its model provides no attention"):
        find_scene(tmp_path, "v0").pages("attention")


def test_results_of_an_earlier_run_are_replaced_whole(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "attention.tif").write_bytes(b"of another model")
    sealed_again(find_scene(tmp_path, "v0"))
    write_again(tmp_path, *scored)
    assert not (tmp_path / "v0" / "attention.tif").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["v0"]


def test_what_others_put_where_a_result_belongs_is_not_written_over(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "overlay.png").unlink()
    sealed_again(find_scene(tmp_path, "v0"))
    (tmp_path / "v0" / "overlay.png").write_bytes(b"mine")
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=r"v0/overlay\.png is not a result of artextract"):
        write_again(tmp_path, *scored)
    assert contents(tmp_path) == before


def test_a_copy_of_a_scene_is_no_other_scene(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    shutil.copytree(tmp_path / "v0", tmp_path / "v0 copy")
    with pytest.raises(
        InputError, match="v0 copy contains the results of scene 'v0': rename the folder"
    ):
        open_results(tmp_path)
    assert find_scene(tmp_path, "v0").path.name == "v0"


@pytest.mark.parametrize("shape", [(1, 7), (7, 1), (1, 1)])
def test_maps_of_one_row_keep_their_shape(tmp_path: Path, shape: tuple[int, int]) -> None:
    score = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    tifffile.imwrite(tmp_path / "heatmap.tif", score, photometric="minisblack", metadata=None)
    stack = np.stack([score, score + 1])
    tifffile.imwrite(tmp_path / "bands.tif", stack, photometric="minisblack", metadata=None)
    result = SceneResult(path=tmp_path, description=write_description(tmp_path, {}))
    np.testing.assert_array_equal(result.map("heatmap"), score)
    np.testing.assert_array_equal(result.pages("bands"), stack)


def test_results_that_are_not_there(scored, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"there are no results in .*`artextract infer DATASET --out RESULTS`"
    ):
        open_results(tmp_path)
    write_scene(tmp_path, *scored)
    with pytest.raises(InputError, match="has no scene 'v1'; its scenes are: v0"):
        find_scene(tmp_path, "v1")
    assert find_scene(tmp_path, None).name == "v0"


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "cannot be read"), ("3", "cannot be read"), ('{"format_version": 9}', "has version 9")],
)
def test_damaged_descriptions(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "scene.json").write_text(content)
    with pytest.raises(InputError, match=rf"scene\.json {said}"):
        open_results(tmp_path)


def test_a_description_that_lacks_something(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    assert open_complete(result.path).name == result.name
    lacking = {k: v for k, v in result.description.items() if k not in ("engine", "bands")}
    sealed_again(dataclasses.replace(result, description=lacking))
    with pytest.raises(
        InputError, match=r"scene\.json lacks bands, engine: remove .* and run `artextract "
    ):
        open_complete(result.path)
