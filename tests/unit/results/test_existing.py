"""What is there of a scene before it is scored."""

from pathlib import Path

from artextract_cli.results.existing import former_result
from tests.helpers.results import write_result


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
