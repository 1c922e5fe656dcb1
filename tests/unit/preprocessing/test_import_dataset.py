from pathlib import Path

import numpy as np
import pytest

from artextract_cli import Capture, Importer
from artextract_cli.errors import InputError
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.preprocessing.import_dataset import import_dataset
from tests.helpers.toy_plugins import put_in

CAPTURE = Capture(
    name="a",
    rgb=np.zeros((8, 9, 3), np.uint8),
    bands=np.ones((8, 9, 1), np.uint16),
    wavelengths=[950],
)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file for the importer ``toy``, which yields one capture where there is text."""

    def read(path: Path, options: object) -> list[Capture]:
        return [CAPTURE] if path.read_text() else []

    spec = Importer(name="toy", summary="", load=lambda: read)
    plugin = Plugin(spec=spec, distribution="artextract-toy", version="1.0")
    put_in(monkeypatch, "importers", plugin)
    path = tmp_path / "source.txt"
    path.write_text("one")
    return path


@pytest.mark.parametrize("dry_run", [False, True])
def test_the_scenes_are_returned_and_reported(source: Path, tmp_path: Path, dry_run: bool) -> None:
    names: list[str] = []
    (scene,) = import_dataset(
        "toy", source, tmp_path / "data", dry_run=dry_run, on_scene=names.append
    )
    assert (scene.scene, scene.split, scene.size) == ("a", "train", (9, 8))
    assert names == ["a"]
    assert all(file.exists() != dry_run for file in scene.files)


def test_without_a_scene_the_source_is_named(source: Path, tmp_path: Path) -> None:
    source.write_text("")
    with pytest.raises(InputError, match=r"the importer toy found no scenes in .*source\.txt"):
        import_dataset("toy", source, tmp_path / "data")
