import csv
import dataclasses
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import ArtextractError, InputError, UsageError
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import score_scene
from artextract_cli.results import writer
from artextract_cli.results.reader import SceneResult, find_scene, open_results
from artextract_cli.results.regions import REGION_COLUMNS, strong_regions, superpixel_side
from artextract_cli.results.scene_scores import WholeScore
from artextract_cli.results.summary import write_summary
from artextract_cli.results.writer import (
    refuse_foreign_summary,
    up_to_date,
    write_description,
    write_scene,
)
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.utils.atomic import TEMPORARY
from artextract_cli.utils.checksums import file_digest
from tests.helpers.datasets import write_png
from tests.helpers.results import sealed_again, write_result


@pytest.fixture(scope="module")
def scored(dataset: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory):
    """What `write_scene` takes for a scene whose first ten rows and columns are backdrop."""
    root = Path(shutil.copytree(dataset, tmp_path_factory.mktemp("masked") / "data"))
    mask = np.full((40, 48), 255, np.uint8)
    mask[:10] = mask[:, :10] = 0
    write_png(root / "val" / "object" / "v0_mask.png", mask)
    files = next(scene for scene in open_dataset(root).scenes if scene.name == "v0")
    model, scene = open_model(trained, device="cpu", engine="torch"), read_scene(files)
    return files, scene, score_scene(model, scene), model


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
    with pytest.raises(InputError, match=r"made_RGB\.png has changed since it was scored: bring"):
        result.photograph()


def test_what_a_result_was_made_from_and_consists_of_is_not_written_over(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    made_from = tmp_path / "dataset" / "val" / "ms_masks" / "made_ms_0.png"
    other = write_result(tmp_path, folder="other").path / "heatmap.tif"
    for path in (made_from, result.path / "heatmap.tif", result.path / "scene.json", other):
        with pytest.raises(UsageError, match="is one of the inputs"):
            result.refuse_output(path)
    with pytest.raises(UsageError, match="lies inside the dataset"):
        result.refuse_output(tmp_path / "dataset" / "val" / "truth" / "made_hidden.png")
    result.refuse_output(result.path / "difference.png")


def test_a_scene_whose_description_is_gone_is_missed(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "notes").mkdir()
    assert len(open_results(tmp_path)) == 1
    (tmp_path / "v0" / "scene.json").unlink()
    with pytest.raises(InputError, match=r"v0 has a heat map but no scene\.json"):
        open_results(tmp_path)


def test_a_model_without_attention_writes_none(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    with pytest.raises(InputError, match="its model has no attention"):
        find_scene(tmp_path, "v0").pages("attention")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_half_way_leaves_the_earlier_results(
    scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    write_scene(tmp_path, *scored)
    before = contents(tmp_path)

    def fail(*args: object) -> None:
        assert len(list(tmp_path.glob(".*/*.tif"))) > 2
        raise error

    monkeypatch.setattr(writer, "overlay", lambda *args, **kwargs: fail())
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else ArtextractError
    with pytest.raises(expected):
        write_scene(tmp_path, *scored)
    assert contents(tmp_path) == before
    assert [p.name for p in tmp_path.iterdir()] == ["v0"]


def test_results_of_an_earlier_run_are_replaced_whole(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "attention.tif").write_bytes(b"of another model")
    sealed_again(find_scene(tmp_path, "v0"))
    write_scene(tmp_path, *scored)
    assert not (tmp_path / "v0" / "attention.tif").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["v0"]


def put_foreign(folder: Path) -> dict[str, bytes]:
    """A figure, a note nobody may write, a folder, and a link that leads nowhere."""
    (folder / "difference.png").write_bytes(b"figure")
    (folder / "notes.txt").write_text("seen on Monday")
    (folder / "notes.txt").chmod(0o400)
    (folder / "mine" / "too").mkdir(parents=True)
    (folder / "mine" / "too" / "x.txt").write_text("x")
    (folder / "link").symlink_to("nowhere")
    return contents(folder)


@pytest.mark.parametrize("can_link", [True, False])
@pytest.mark.parametrize("is_damaged", [False, True])
def test_what_others_put_into_the_folder_of_a_scene_stays(
    scored, tmp_path: Path, capsys, monkeypatch, can_link: bool, is_damaged: bool
) -> None:
    files, _, _, model = scored
    described = write_scene(tmp_path, *scored)
    before = put_foreign(tmp_path / "v0")
    (tmp_path / "v0" / f"{TEMPORARY}of-one-who-was-killed").write_text("half")
    if is_damaged:
        (tmp_path / "v0" / "scene.json").write_text("{")
    if not can_link:
        monkeypatch.setattr(os, "link", lambda *args, **kwargs: Path().symlink_to(""))
    assert write_scene(tmp_path, *scored) == described
    assert (
        "v0 is new but for difference.png, link, mine, notes.txt: what" in capsys.readouterr().err
    )
    assert contents(tmp_path / "v0") == before
    assert (tmp_path / "v0" / "link").readlink() == Path("nowhere")
    assert up_to_date(tmp_path, files, model)


def test_what_others_put_where_a_result_belongs_is_not_written_over(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "overlay.png").unlink()
    sealed_again(find_scene(tmp_path, "v0"))
    (tmp_path / "v0" / "overlay.png").write_bytes(b"mine")
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=r"v0/overlay\.png is no result of ours, and would be"):
        write_scene(tmp_path, *scored)
    assert contents(tmp_path) == before


def test_a_folder_named_as_a_result_is_not_lost(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "overlay.png").unlink()
    (tmp_path / "v0" / "overlay.png").mkdir()
    (tmp_path / "v0" / "overlay.png" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"v0/overlay\.png is no result of ours"):
        write_scene(tmp_path, *scored)
    assert (tmp_path / "v0" / "overlay.png" / "mine.txt").read_text() == "mine"


def test_a_description_of_somebody_else_is_not_written_over(scored, tmp_path: Path) -> None:
    (tmp_path / "v0").mkdir()
    (tmp_path / "v0" / "scene.json").write_text('{"camera": "mine"}')
    with pytest.raises(UsageError, match="v0 exists and holds no results of ours"):
        write_scene(tmp_path, *scored)
    (tmp_path / "summary.csv").write_text("mine")
    with pytest.raises(UsageError, match=r"summary\.csv is no result of ours"):
        refuse_foreign_summary(tmp_path)
    (tmp_path / "summary.csv").unlink()
    refuse_foreign_summary(tmp_path)


def test_a_copy_of_a_scene_is_no_other_scene(scored, tmp_path: Path) -> None:
    write_scene(tmp_path, *scored)
    shutil.copytree(tmp_path / "v0", tmp_path / "v0 copy")
    with pytest.raises(
        InputError, match="v0 copy holds the results of scene 'v0': give the folder"
    ):
        open_results(tmp_path)
    assert find_scene(tmp_path, "v0").path.name == "v0"


def test_strong_regions_by_hand() -> None:
    """A block of three pixels at 3, and two that touch at a corner: 2.5 and 4."""
    heatmap = np.full((6, 8), 0.5, np.float32)
    heatmap[1, 1:4] = 3
    heatmap[4, 6], heatmap[5, 7] = 2.5, 4
    heatmap[0, 7], heatmap[3, 0] = 1.99, np.nan
    evidence = np.zeros((6, 8, 2), np.float32)
    evidence[1, 1:4, 1] = -1
    evidence[4:, 6:, 0] = 1
    first, second = strong_regions(heatmap, lambda *at: evidence[at], ["650", "850"])
    assert tuple(first) == REGION_COLUMNS
    assert tuple(first.values()) == (1, 1.0, 2.0, 1, 1, 2, 4, 3, 3.0, 3.0, 0.001, "850", "")
    assert tuple(second.values()) == (2, 4.5, 6.5, 4, 6, 6, 8, 2, 3.25, 4.0, 0.000562, "650", "")


def test_a_region_has_the_sign_of_most_of_its_score() -> None:
    """Of three pixels two are a little darker and one is much lighter; of the other pair none."""
    heatmap = np.zeros((6, 8), np.float32)
    heatmap[1, 1:4] = heatmap[4, 6:8] = 3
    signs = np.zeros((6, 8), np.float32)
    signs[1, 1:4] = 0.5, 0.5, -2
    signs[4, 6:8] = 1
    evidence = heatmap[..., None]
    rows = strong_regions(heatmap, lambda *at: evidence[at], ["950"], signs=lambda *at: signs[at])
    assert [row["sign"] for row in rows] == ["lighter", "darker"]


def test_a_model_of_views_knows_no_sign(scored, tmp_path: Path) -> None:
    described = write_scene(tmp_path, *scored)
    assert described["signs"] is None
    assert described["expect"] == "either"
    with (tmp_path / "v0" / "regions.csv").open(newline="") as file:
        assert {row["sign"] for row in csv.DictReader(file)} <= {""}


def test_a_broken_line_is_one_region_within_reach() -> None:
    """Two dashes with a gap of three pixels; what lies between does not count."""
    heatmap = np.zeros((5, 12), np.float32)
    heatmap[2, 1:4] = heatmap[2, 7:10] = 2.5
    band_score = np.ones((5, 12, 1), np.float32)
    assert len(strong_regions(heatmap, lambda *at: band_score[at], ["1"], reach=1)) == 2
    (region,) = strong_regions(heatmap, lambda *at: band_score[at], ["1"], reach=2)
    assert (region["area_px"], region["left"], region["right"]) == (6, 1, 10)
    assert (region["row"], region["column"], region["mean_score"]) == (2.0, 5.0, 2.5)


@pytest.mark.parametrize(("shape", "n", "side"), [((40, 48), 48, 6), ((3, 3), 90, 1)])
def test_superpixel_side(shape: tuple[int, int], n: int, side: int) -> None:
    assert superpixel_side(shape, n) == side


def test_no_strong_regions_and_too_many() -> None:
    flat = np.zeros((5, 5), np.float32)
    assert strong_regions(flat, lambda *at: flat[at][:, None], ["1"]) == []
    many = np.zeros((30, 30), np.float32)
    many[::2, ::2] = np.arange(225).reshape(15, 15) + 2
    rows = strong_regions(many, lambda *at: many[at][:, None], ["1"])
    assert [row["max_score"] for row in rows] == list(range(226, 126, -1))


@pytest.mark.parametrize("shape", [(1, 7), (7, 1), (1, 1)])
def test_maps_of_one_row_keep_their_shape(tmp_path: Path, shape: tuple[int, int]) -> None:
    score = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    tifffile.imwrite(tmp_path / "heatmap.tif", score, photometric="minisblack", metadata=None)
    stack = np.stack([score, score + 1])
    tifffile.imwrite(tmp_path / "bands.tif", stack, photometric="minisblack", metadata=None)
    result = SceneResult(path=tmp_path, description=write_description(tmp_path, {}))
    np.testing.assert_array_equal(result.map("heatmap"), score)
    np.testing.assert_array_equal(result.pages("bands"), stack)


def test_the_summary_has_a_row_per_scene(scored, tmp_path: Path) -> None:
    described = write_scene(tmp_path, *scored)
    write_summary(tmp_path, [described, described | {"scene": "other"}])
    rows = json.loads((tmp_path / "summary.json").read_text())["scenes"]
    assert [row["scene"] for row in rows] == ["v0", "other"]
    assert rows[0]["euclidean_distance"] == described["euclidean_distance"]["fused"]
    with (tmp_path / "summary.csv").open() as file:
        assert [row["scene"] for row in csv.DictReader(file)] == ["v0", "other"]


def test_results_that_are_not_there(scored, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there are no results in .*'artextract infer'"):
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


def test_a_scene_is_up_to_date_until_anything_changes(scored, tmp_path: Path) -> None:
    files, _, _, model = scored
    assert not up_to_date(tmp_path, files, model)
    write_scene(tmp_path, *scored)
    assert up_to_date(tmp_path, files, model)
    assert not up_to_date(tmp_path, files, dataclasses.replace(model, digest="0"))
    assert not up_to_date(tmp_path, files, dataclasses.replace(model, expect="dark"))
    for change in ({"bands": files.bands[::-1]}, {"mask": None}, {"pixels_per_mm": 3.0}):
        assert not up_to_date(tmp_path, dataclasses.replace(files, **change), model)
    path = tmp_path / "v0" / "heatmap.tif"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert not up_to_date(tmp_path, files, model)
    write_scene(tmp_path, *scored)
    (tmp_path / "v0" / "labels.tif").unlink()
    assert not up_to_date(tmp_path, files, model)
