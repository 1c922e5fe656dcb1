import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.scenes.dataset import list_dataset, open_dataset
from artextract_cli.scenes.dataset_writer import copied_dataset
from artextract_cli.scenes.history import (
    ProcessingStep,
    history_path,
    read_history,
    scene_history,
    write_history,
)

STEP = ProcessingStep(
    name="import", source="/camera/\udcff", parameters={"importer": "bands"}, figures={"bands": 8}
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_history(tmp_path) == {}
    write_history(tmp_path, {"a": (STEP,), "b": ()})
    assert read_history(tmp_path) == {"a": (STEP,), "b": ()}
    assert sorted(path.name for path in (tmp_path / "history").iterdir()) == ["a.json", "b.json"]


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"steps": [{"nom": 1}]}'])
def test_a_damaged_history(tmp_path: Path, content: str) -> None:
    history_path(tmp_path, "a").parent.mkdir()
    history_path(tmp_path, "a").write_text(content)
    with pytest.raises(InputError, match=r"a\.json is damaged: restore it, or delete it"):
        read_history(tmp_path)


def test_a_copy_carries_the_steps_along(dataset: Path, tmp_path: Path) -> None:
    files = open_dataset(dataset).scenes[0]
    before = scene_history(files)
    out = tmp_path / "copy"
    with copied_dataset(dataset, out) as copy:
        copy.copy_all()
        copy.record(files.name, "mask", {}, {"mask": "found"})
    (copied,) = (s for s in open_dataset(out).scenes if s.name == files.name)
    *kept, added = scene_history(copied)
    assert tuple(kept) == before
    assert (added.name, added.source) == ("mask", str(dataset.resolve()))
    assert added.figures == {"mask": "found"}
    assert read_history(dataset).get(files.name, ()) == before


def test_a_pair_of_files_has_no_history(dataset: Path) -> None:
    files = open_dataset(dataset).scenes[0]
    write_to = replace(files, split="")
    assert scene_history(write_to) == ()


def test_json_has_no_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_history(tmp_path, {"a": (replace(STEP, figures={"share": float("nan")}),)})
    write_history(tmp_path, {"a": (STEP,)})
    assert json.loads(history_path(tmp_path, "a").read_bytes())["format"] == "artextract-history"


def test_the_history_of_an_earlier_version_is_not_read_and_named(dataset: Path) -> None:
    shutil.rmtree(dataset / "history", ignore_errors=True)
    assert list_dataset(dataset)[1] == []
    (dataset / "history.json").write_text("[")
    assert read_history(dataset) == {}
    (finding,) = list_dataset(dataset)[1]
    assert finding.level == "warning"
    assert "history.json was written by an earlier version and is not read" in finding.message
    write_history(dataset, {})
    assert list_dataset(dataset)[1] == []
