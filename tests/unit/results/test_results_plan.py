"""The output plan of a results directory."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.results.results_plan import check_not_foreign, results_plan
from tests.helpers.results import write_result


def same_model(result: Any) -> Any:
    """A model whose digest and score are those of a result."""
    description = result.description
    return SimpleNamespace(
        digest=description["model"]["sha256"], heat_map_score=description.get("heat_map_score", "")
    )


def another_model(result: Any) -> Any:
    return SimpleNamespace(**vars(same_model(result)) | {"digest": "another"})


def test_results_of_another_model_are_replaced_or_refused(tmp_path: Path) -> None:
    """They may be replaced, but must not stay beside new ones."""
    result = write_result(tmp_path)
    results = result.path.parent
    results_plan(results, [result.name], another_model(result), {}).check()
    with pytest.raises(UsageError, match=f"contains {result.name} as scored by another model"):
        results_plan(results, ["other"], another_model(result), {}).check()
    results_plan(results, ["other"], same_model(result), {}).check()


def test_a_damaged_result_does_not_block_others(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    (result.path / "scene.json").write_text("{")
    results_plan(result.path.parent, ["other"], another_model(result), {}).check()


@pytest.mark.parametrize("content", ["[]", '{"format": "something else"}'])
def test_other_files_are_not_replaced(tmp_path: Path, content: str) -> None:
    model: Any = SimpleNamespace(digest="", heat_map_score="")
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(UsageError, match=r"summary\.json is not a result of artextract"):
        results_plan(tmp_path, ["v0"], model, {}).check()
    (tmp_path / "summary.json").unlink()
    (tmp_path / "v0").mkdir()
    (tmp_path / "v0" / "scene.json").write_text(content)
    with pytest.raises(UsageError, match="v0 exists but contains no results of artextract"):
        results_plan(tmp_path, ["v0"], model, {}).check()


def test_a_file_is_foreign_if_its_target_exists(tmp_path: Path) -> None:
    check_not_foreign(tmp_path / "old.png", tmp_path / "new.png")
    (tmp_path / "new.png").touch()
    with pytest.raises(UsageError, match=r"old\.png is not a result of artextract"):
        check_not_foreign(tmp_path / "old.png", tmp_path / "new.png")
