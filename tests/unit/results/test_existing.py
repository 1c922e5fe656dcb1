"""What is there of a scene before it is scored."""

import json
from pathlib import Path

from artextract_cli.inference.infer_dataset import infer_scenes
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.results.existing import former_result, is_up_to_date, marks_of
from artextract_cli.results.marks import read_marks
from artextract_cli.scenes.dataset import open_dataset
from tests.helpers.marks import entry, mark, write_marks
from tests.helpers.results import write_result
from tests.helpers.schemas import validator


def test_results_are_found_with_the_files_that_belong_to_them(tmp_path: Path) -> None:
    written = write_result(tmp_path)
    found = former_result(written.path)
    assert found is not None
    assert found.description == written.description
    assert "heatmap.tif" in found.description["files"]


def test_nothing_is_known_of_what_is_missing_or_damaged(tmp_path: Path) -> None:
    assert former_result(tmp_path / "none") is None
    folder = write_result(tmp_path).path
    content = (folder / "scene.json").read_bytes()
    (folder / "scene.json").write_bytes(content[:-1] + b" ")
    assert former_result(folder) is None


def test_results_are_current_only_with_the_marks_that_they_learned_from(
    dataset: Path, trained: Path, tmp_path: Path
) -> None:
    files = next(scene for scene in open_dataset(dataset).scenes if scene.name == "v0")
    model = open_model(trained, device="cpu")
    infer_scenes([files], tmp_path, model)
    result = former_result(tmp_path / "v0")
    assert result is not None
    path = write_marks(tmp_path / "marks.json", entry(result, mark("interest", 0, 0, 20, 20)))
    marks = marks_of(files, read_marks(path))
    assert marks is not None
    assert is_up_to_date(result, files, model)
    assert not is_up_to_date(result, files, model, marks)
    infer_scenes([files], tmp_path, model, marks=read_marks(path))
    learned = former_result(tmp_path / "v0")
    assert learned is not None
    assert is_up_to_date(learned, files, model, marks)
    assert not is_up_to_date(learned, files, model)
    other = entry(result, mark("pigment", 0, 0, 20, 20))
    changed = marks_of(files, read_marks(write_marks(path, other)))
    assert not is_up_to_date(learned, files, model, changed)
    validator("scene").validate(json.loads((tmp_path / "v0" / "scene.json").read_bytes()))


def test_no_file_of_marks_has_no_marks(dataset: Path) -> None:
    assert marks_of(open_dataset(dataset).scenes[0], None) is None
