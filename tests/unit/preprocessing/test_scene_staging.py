"""Scenes that are read and encoded, before they join a dataset."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.import_history import ImportRecord
from artextract_cli.preprocessing.scene_staging import SceneSource, SceneStaging
from artextract_cli.scenes.dataset_writer import place_files
from tests.helpers.datasets import write_png

RGB = np.random.default_rng(0).integers(0, 256, (12, 10, 3), np.uint8)


@pytest.fixture
def staging(tmp_path: Path) -> SceneStaging:
    """Scenes in two folders of one name, with one band, to be read by the importer ``bands``."""
    for folder, level in (("x", 7), ("y", 9)):
        write_png(tmp_path / "raw" / folder / "abbey" / "photo.png", RGB)
        write_png(tmp_path / "raw" / folder / "abbey" / "950nm.png", RGB[..., 0] // level)
    (tmp_path / "temporary").mkdir()
    record = ImportRecord(
        importer="bands",
        source=tmp_path / "raw",
        options={},
        coding=Coding(),
        auto_mask=False,
    )
    return SceneStaging(
        record=record,
        root=tmp_path / "data",
        split="val",
        coding=Coding(),
        folder=tmp_path / "temporary",
    )


def source(staging: SceneStaging, number: int) -> SceneSource:
    return SceneSource(number=number, path=staging.record.source / "xy"[number] / "abbey")


def test_scenes_of_one_name_have_files_of_their_own(staging: SceneStaging) -> None:
    (one,), (other,) = (staging(source(staging, number)) for number in (0, 1))
    assert (one.name, one.split, one.depth, one.band_ids) == ("abbey", "val", "uint8", ("950",))
    assert one.files == other.files
    (band,) = one.files[1:]
    for staged, level in ((one, 7), (other, 9)):
        values = decode_picture(staged.staged[band]).values[..., 0]
        np.testing.assert_array_equal(values, RGB[..., 0] // level)
    place_files(one.staged)
    (same,), (changed,) = (staging(source(staging, number)) for number in (0, 1))
    assert (same.is_up_to_date, same.changed, dict(same.staged)) == (True, (), {})
    assert (changed.is_up_to_date, changed.changed) == (True, (band,))


def test_a_dry_run_writes_nothing(staging: SceneStaging) -> None:
    (scene,) = replace(staging, folder=None)(source(staging, 0))
    assert (scene.size, dict(scene.staged)) == ((10, 12), {})
    assert list((staging.root.parent / "temporary").iterdir()) == []


def test_what_cannot_be_read_is_an_input_error(staging: SceneStaging) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        staging(SceneSource(number=0, path=staging.root / "missing"))
