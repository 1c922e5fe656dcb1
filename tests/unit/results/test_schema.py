"""What `infer` writes is what the published schemas say."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.command_line import Ran
from tests.helpers.schemas import validator

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(params=["layers", "views", "pair"])
def results(
    request: pytest.FixtureRequest, run: Callable[..., Ran], dataset: Path, tmp_path: Path
) -> Path:
    """Results of the model that comes with artextract, of one trained on views, and of a pair."""
    out = tmp_path / "results"
    words: tuple[object, ...] = (dataset, "--split", "val")
    if request.param == "views":
        words += ("--model", request.getfixturevalue("trained"))
    if request.param == "pair":
        folder = dataset / "val"
        band = f"850={folder / 'ms_masks' / 'v0_ms_850.png'}"
        words = ("--rgb", folder / "rgb_images" / "v0_RGB.png", "--band", band)
    ran = run("infer", *words, "--out", out, "-q")
    assert ran.exit_code == 0, ran.stderr
    return out


def test_every_result_keeps_to_its_schema(results: Path) -> None:
    scenes = sorted(results.glob("*/scene.json"))
    assert scenes
    for path in scenes:
        validator("scene").validate(read(path))
    validator("summary").validate(read(results / "summary.json"))


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a description but those whose keys are bands, files, or free."""
    if isinstance(value, dict):
        below = [part for key, part in value.items() if key not in ("parameters", "figures")]
    else:
        below = value if isinstance(value, list) else []
    if isinstance(value, dict) and not {"fused", "heatmap.tif", "850"} & value.keys():
        yield value
    for part in below:
        yield from objects(part)


@pytest.mark.parametrize("name", ["scene", "summary"])
def test_a_key_too_many_or_too_few_is_refused_everywhere(
    run: Callable[..., Ran], dataset: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "results"
    assert run("infer", dataset, "--split", "val", "--out", out, "-q").exit_code == 0
    good = read(next(out.rglob(f"{name}.json")))
    checked = validator(name)
    n_objects = len(list(objects(good)))
    assert n_objects > 1
    for index in range(n_objects):
        more, fewer = copy.deepcopy(good), copy.deepcopy(good)
        list(objects(more))[index]["unheard_of"] = 1
        list(objects(fewer))[index].popitem()
        assert not checked.is_valid(more)
        assert not checked.is_valid(fewer)


@pytest.mark.parametrize("name", ["scene", "summary", "marks"])
def test_the_schema_in_the_documentation_is_the_one_that_is_shipped(name: str) -> None:
    assert read(PUBLISHED / f"{name}.schema.json") == validator(name).schema
