from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.results.scene_result import result_files
from tests.helpers.results import sealed_again, write_result


def test_a_file_is_checked_before_it_is_read(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    assert result.checked("hidden.tif") == result.path / "hidden.tif"
    (result.path / "heatmap.tif").write_bytes(b"")
    with pytest.raises(InputError, match=r"heatmap\.tif is damaged or has been changed"):
        result.map("heatmap")
    (result.path / "dark.tif").unlink()
    with pytest.raises(InputError, match=r"dark\.tif is missing"):
        result.map("dark")


def test_a_map_that_was_not_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its model provides no gradcam"):
        write_result(tmp_path).map("gradcam")


@pytest.mark.parametrize("name", ["scene.json", "heatmap.tif"])
def test_results_are_not_overwritten(tmp_path: Path, name: str) -> None:
    result = write_result(tmp_path)
    assert result.path / name in result_files(result.path)
    assert result.path / "figure.png" not in result_files(result.path)


def test_a_damaged_description_protects_itself(tmp_path: Path) -> None:
    result = sealed_again(write_result(tmp_path))
    (result.path / "scene.json").write_text("{")
    assert result_files(result.path) == [result.path / "scene.json"]
