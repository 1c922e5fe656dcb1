"""Models that are included, and those in a folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from artextract_cli.models.listing import list_models
from tests.helpers.command_line import Ran


def test_included_models_and_runs(trained: Path, tmp_path: Path) -> None:
    included = list_models(tmp_path)
    assert [each.name for each in included] == ["gat", "gcn", "none"]
    assert all(each.quality for each in included if each.backbone)
    shutil.copytree(trained, tmp_path / "run")
    shutil.copytree(trained, tmp_path / "study" / "seed-0")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.safetensors").write_text("not a model")
    found = list_models(tmp_path)[3:]
    assert [each.name for each in found] == [
        str(tmp_path / name) for name in ("run", "study/seed-0")
    ]
    assert all(each.is_finished for each in found)
    assert all(each.origin == str(tmp_path) for each in found)


def test_the_group_alone_lists(run: Callable[..., Ran]) -> None:
    alone, listed = run("models", "--json"), run("models", "list", "--json")
    assert alone.stdout == listed.stdout
    assert [each["name"] for each in json.loads(alone.stdout)][:3] == ["gat", "gcn", "none"]
