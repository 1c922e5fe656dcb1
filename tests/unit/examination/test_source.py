"""What kind of captures a folder contains."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.examination.source import importer_of, is_dataset
from tests.helpers.cubes import write_envi
from tests.helpers.datasets import write_png

GREY = np.zeros((8, 8), np.uint8)


def test_a_folder_of_images_is_read_as_bands(tmp_path: Path) -> None:
    write_png(tmp_path / "a" / "a_450nm.png", GREY)
    assert importer_of(tmp_path / "a") == "bands"
    assert importer_of(tmp_path) == "bands"


def test_a_cube_is_recognised_by_its_header(tmp_path: Path) -> None:
    write_envi(tmp_path / "a.hdr", np.zeros((2, 4, 4), np.uint16), (450, 550))
    write_png(tmp_path / "a_RGB.png", GREY)
    assert importer_of(tmp_path) == "cube"
    assert importer_of(tmp_path / "a.hdr") == "cube"


def test_a_scene_of_cave_is_recognised_by_its_bands(tmp_path: Path) -> None:
    for number in (1, 31):
        write_png(tmp_path / f"beads_ms_{number:02}.png", GREY)
    assert importer_of(tmp_path) == "cave"


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("1888")
    for source in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(InputError, match="contains neither images nor a cube"):
            importer_of(source)
    with pytest.raises(InputError, match=r"cannot read .*: No such file"):
        importer_of(tmp_path / "missing")


def test_two_importers_that_fit_must_be_chosen_from(tmp_path: Path) -> None:
    for number in (1, 31):
        write_png(tmp_path / f"beads_ms_{number:02}.png", GREY)
    (tmp_path / "beads.mat").write_bytes(b"")
    with pytest.raises(InputError, match="give --importer cave or cube"):
        importer_of(tmp_path)


def test_a_dataset_is_recognised_by_its_layout(dataset: Path, tmp_path: Path) -> None:
    assert is_dataset(dataset)
    assert not is_dataset(tmp_path)
