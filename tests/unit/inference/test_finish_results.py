"""Putting the results of shards together."""

import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.inference.finish_results import finish_results
from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.scenes.names import MOST_NAMES
from artextract_cli.utils.parallel.shards import Shard
from tests.helpers.datasets import write_scene
from tests.helpers.results import contents


@pytest.fixture
def model() -> SceneScorer:
    return open_scorer(Path("none"))


def test_shards_in_any_order_give_the_bytes_of_one_run(
    dataset: Path, tmp_path: Path, model: SceneScorer
) -> None:
    whole = infer_dataset(dataset, tmp_path / "whole", model)
    parts = [
        infer_dataset(dataset, tmp_path / "parts", model, shard=Shard(index=index, count=3))
        for index in (2, 3, 1, 2)
    ]
    assert [[row.scene for row in part] for part in parts] == [
        ["t1", "v1"], ["t2"], ["t0", "v0"], ["t1", "v1"],
    ]  # fmt: skip
    assert not list((tmp_path / "parts").glob("summary.*"))
    assert finish_results(dataset, tmp_path / "parts", model) == whole
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_scenes_that_are_missing_are_named_with_what_to_do(
    dataset: Path, tmp_path: Path, model: SceneScorer
) -> None:
    data, out = Path(shutil.copytree(dataset, tmp_path / "my data")), tmp_path / "out"
    infer_dataset(data, out, model, split="val", shard=Shard(index=1, count=2))
    said = (
        f"^1 of 2 scenes are not scored in {out}: v1; run `artextract infer '{data}' "
        f"--out {out} --model none --split val`, which scores only these$"
    )
    with pytest.raises(InputError, match=said):
        finish_results(data, out, model, split="val")
    assert '"v0"' in (out / "summary.json").read_text()
    # Images that have changed since are not the ones that were scored.
    write_scene(data, "val", "v0", seed=77)
    with pytest.raises(InputError, match=r"2 of 2 scenes are not scored in .*: v0, v1; run"):
        finish_results(data, out, model, split="val")


def test_of_many_missing_scenes_the_first_are_named(tmp_path: Path, model: SceneScorer) -> None:
    for number in range(MOST_NAMES + 1):
        write_scene(tmp_path / "data", "val", f"s{number:02}", size=(16, 16), bands=("850",))
    with pytest.raises(InputError, match=r"11 of 11 scenes .*: s00, .*, s09, \.\.\.; run"):
        finish_results(tmp_path / "data", tmp_path / "out", model)
    assert not (tmp_path / "out").exists()
