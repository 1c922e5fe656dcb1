"""What a dataset accepts from an import, and what is written into its description."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.import_target import Images, open_target
from artextract_cli.scenes.dataset_writer import ScenePaths, write_images
from artextract_cli.utils.yaml import read_yaml

RGB = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)
BAND = np.arange(64, dtype=np.uint16).reshape(8, 8)


def capture(name: str = "abbey", nm: float = 950, scale: float | None = None) -> Capture:
    return Capture(
        name=name,
        rgb=RGB,
        bands=[BAND],
        wavelengths=(nm,),
        band_ids=("950",),
        pixels_per_mm=scale,
    )


def images(root: Path, name: str = "abbey") -> Images:
    paths = ScenePaths(folder=root / "train", name=name)
    return {paths.photograph: RGB, paths.band("950"): BAND}


def test_only_missing_images_of_a_scene_are_written(tmp_path: Path) -> None:
    files = images(tmp_path)
    photograph, band = files
    assert open_target(tmp_path, Coding()).missing(capture(), files) == files
    write_images(files, {})
    assert open_target(tmp_path, Coding()).missing(capture(), files) == {}
    band.unlink()
    assert list(open_target(tmp_path, Coding()).missing(capture(), files)) == [band]
    assert photograph.exists()


def test_an_existing_name_is_refused_whatever_its_case(tmp_path: Path) -> None:
    write_images(images(tmp_path), {})
    target = open_target(tmp_path, Coding())
    with pytest.raises(InputError, match="a scene named 'Abbey' already exists"):
        target.missing(capture("Abbey"), images(tmp_path, "Abbey"))


def test_wavelengths_and_coding_are_described_once(tmp_path: Path) -> None:
    target = open_target(tmp_path / "new", Coding(bands="srgb"))
    assert target.add(capture())
    target.root.mkdir()
    target.describe()
    described = read_yaml(target.root / "dataset.yaml")
    assert described == {"wavelengths": {"950": 950}, "coding": {"bands": "srgb"}}
    assert not target.add(capture("barn"))
    with pytest.raises(InputError, match="band 950 of scene 'barn' is 940 nm, but 950 nm in"):
        target.check_bands(capture("barn", nm=940))


def test_the_first_scene_gives_the_scale(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    target = open_target(tmp_path, Coding())
    assert target.add(capture(scale=12.5))
    target.describe()
    assert read_yaml(tmp_path / "dataset.yaml")["pixels_per_mm"] == 12.5
    assert not target.add(capture("barn", scale=12.501))
    assert not target.add(capture("church"))
    assert not caplog.records
    assert not target.add(capture("dome", scale=20))
    assert "scene 'dome' has 20 pixels per mm, but" in caplog.text
    assert "states 12.5 for all scenes" in caplog.text


def test_later_scenes_give_no_scale_to_earlier_ones(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target = open_target(tmp_path, Coding())
    target.add(capture())
    assert not target.add(capture("barn", scale=12.5))
    target.describe()
    assert "pixels_per_mm" not in read_yaml(tmp_path / "dataset.yaml")
    assert "states none for all scenes" in caplog.text
