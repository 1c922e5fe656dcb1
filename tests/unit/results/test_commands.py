"""Commands that score again."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.results.commands import infer_again, infer_by_network, infer_dataset_again
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.results import write_result

WEIGHTS = "/anywhere/weights/gat.safetensors"


def words(command: str) -> list[str]:
    program, infer, *rest = shlex.split(command)
    assert (program, infer) == ("artextract", "infer")
    return rest


def scored_by(root: Path, path: str, **changes: Any) -> SceneResult:
    return write_result(root, model={"path": path, "sha256": "0"}, **changes)


def test_dataset_and_model_are_those_of_the_scene(tmp_path: Path) -> None:
    root = tmp_path / "my scans"
    result = scored_by(root, "my run/model.safetensors", expect="dark", adapts=True)
    assert words(result.again) == [
        *(str(root / "dataset"), "--out", str(root / "results")),
        *("--model", "my run/model.safetensors", "--expect", "dark", "--adapt"),
    ]


@pytest.mark.parametrize(
    ("score", "learns_from", "added"),
    [
        ("fused", "hidden-layers", []),
        ("residual", "hidden-layers", ["--scorer", "residual"]),
        ("envelope", "hidden-layers", ["--scorer", "envelope"]),
        ("envelope", None, []),
        ("residual", None, ["--scorer", "residual"]),
    ],
)
def test_the_score_is_named_unless_it_is_the_default(
    tmp_path: Path, score: str, learns_from: str | None, added: list[str]
) -> None:
    result = scored_by(tmp_path, WEIGHTS, heat_map_score=score, learns_from=learns_from)
    assert words(result.again)[3:] == ["--model", "gat", *added]


def test_the_marks_that_were_learned_from_are_named(tmp_path: Path) -> None:
    result = scored_by(tmp_path, WEIGHTS, marks={"path": "/my marks.json"})
    assert words(result.again)[3:] == ["--model", "gat", "--marks", "/my marks.json"]


def test_a_pair_is_given_file_by_file(tmp_path: Path) -> None:
    result = scored_by(tmp_path, WEIGHTS, split="")
    described = dict(result.description)
    described["photograph"] = {"path": "a b.tif", "coding": "linear"}
    described["bands"] = [{"id": "950", "path": "c.tif", "coding": "linear"}]
    assert words(replace(result, description=described).again)[:6] == [
        *("--rgb", "a b.tif", "--band", "950=c.tif", "--coding", "photograph=linear"),
    ]


@pytest.mark.parametrize(
    ("splits", "added"), [(["val"], ["--split", "val"]), (["train", "val"], []), (None, [])]
)
def test_the_split_is_named_if_only_it_was_scored(
    tmp_path: Path, splits: list[str] | None, added: list[str]
) -> None:
    result = scored_by(tmp_path, WEIGHTS)
    (tmp_path / "dataset" / "train").mkdir()
    if splits is not None:
        summary = json.dumps({"scenes": [{"split": split} for split in splits]})
        (tmp_path / "results" / "summary.json").write_text(summary)
    assert words(result.again)[5:] == added


@pytest.mark.parametrize(
    ("statement", "added"),
    [
        ("", ["--wavelengths", "450,650,852.5"]),
        ("wavelengths: {450: 450, 650: 650, 850: 852.5}", []),
        ("wavelengths: [", ["--wavelengths", "450,650,852.5"]),
    ],
)
def test_wavelengths_that_the_dataset_does_not_state_are_named(
    tmp_path: Path, statement: str, added: list[str]
) -> None:
    result = scored_by(tmp_path, WEIGHTS, wavelengths_nm=[450, 650, 852.5])
    (tmp_path / "dataset" / "dataset.yaml").write_text(statement)
    assert words(result.again)[5:] == added


def test_an_unreadable_scene_is_scored_like_the_others(tmp_path: Path) -> None:
    result = scored_by(tmp_path, WEIGHTS, folder="b")
    again = words(infer_again(result.path.with_name("a")))
    assert again == [
        str(tmp_path / "dataset"),
        "--out",
        str(tmp_path / "results"),
        "--model",
        "gat",
    ]


@pytest.mark.parametrize(
    "damaged",
    [{}, {"split": "val"}, {"split": "val", "photograph": 3, "model": None}, {"split": "train"}],
)
def test_what_is_not_known_is_in_capitals(tmp_path: Path, damaged: dict[str, Any]) -> None:
    again = words(infer_again(tmp_path / "results" / "a", damaged))
    assert again == ["DATASET", "--out", str(tmp_path / "results"), "--model", "MODEL"]


def test_a_dataset_that_has_moved_is_not_named(tmp_path: Path) -> None:
    result = scored_by(tmp_path, WEIGHTS)
    (tmp_path / "dataset").rename(tmp_path / "moved")
    assert words(result.again)[0] == "DATASET"
    assert words(infer_dataset_again(tmp_path / "moved", result.path, result.description))[::4] == [
        str(tmp_path / "moved"),
        "gat",
    ]


def test_a_network_scores_into_another_folder(tmp_path: Path) -> None:
    result = scored_by(tmp_path, "none.json", learns_from=None)
    assert words(infer_by_network(result.path, result.description)) == [
        *(str(tmp_path / "dataset"), "--out", str(tmp_path / "results-of-gat"), "--model", "gat"),
    ]
