"""What a dataset accepts from an import, and what is written into its description."""

from dataclasses import replace
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.preprocessing.import_target import open_target
from artextract_cli.preprocessing.scene_staging import StagedScene
from artextract_cli.utils.yaml import read_yaml


def scene(
    root: Path, name: str = "abbey", nm: float = 950, scale: float | None = None
) -> StagedScene:
    """A scene whose files are all missing."""
    files = (root / f"train/rgb_images/{name}_RGB.png", root / f"train/ms_masks/{name}_ms_950.png")
    return StagedScene(
        name=name,
        split="train",
        size=(8, 8),
        band_sizes=((8, 8),),
        band_ids=("950",),
        wavelengths=(nm,),
        depth="uint16",
        pixels_per_mm=scale,
        files=files,
        changed=(),
        is_up_to_date=False,
        staged={},
    )


def place(added: StagedScene) -> None:
    """Put empty files where those of the scene belong."""
    for path in added.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_scene_may_be_imported_again(tmp_path: Path) -> None:
    same = scene(tmp_path)
    place(same)
    open_target(tmp_path, Coding()).check_files(same)
    with pytest.raises(InputError, match="a scene named 'abbey' already exists"):
        open_target(tmp_path, Coding()).check_files(replace(same, changed=same.files[1:]))


def test_an_existing_name_is_refused_whatever_its_case(tmp_path: Path) -> None:
    place(scene(tmp_path))
    with pytest.raises(InputError, match="a scene named 'Abbey' already exists"):
        open_target(tmp_path, Coding()).check_files(scene(tmp_path, "Abbey"))


def test_wavelengths_and_coding_are_described_once(tmp_path: Path) -> None:
    target = open_target(tmp_path / "new", Coding(bands="srgb"))
    assert target.add(scene(tmp_path))
    target.root.mkdir()
    target.describe()
    described = read_yaml(target.root / "dataset.yaml")
    assert described == {"wavelengths": {"950": 950}, "coding": {"bands": "srgb"}}
    assert not target.add(scene(tmp_path, "barn"))
    with pytest.raises(InputError, match="band 950 of scene 'barn' is 940 nm, but 950 nm in"):
        target.check_bands(scene(tmp_path, "barn", nm=940))


def test_the_first_scene_gives_the_scale(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    target = open_target(tmp_path, Coding())
    assert target.add(scene(tmp_path, scale=12.5))
    target.describe()
    assert read_yaml(tmp_path / "dataset.yaml")["pixels_per_mm"] == 12.5
    assert not target.add(scene(tmp_path, "barn", scale=12.501))
    assert not target.add(scene(tmp_path, "church"))
    assert not caplog.records
    assert not target.add(scene(tmp_path, "dome", scale=20))
    assert "scene 'dome' has 20 pixels per mm, but" in caplog.text
    assert "states 12.5 for all scenes" in caplog.text


def test_later_scenes_give_no_scale_to_earlier_ones(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target = open_target(tmp_path, Coding())
    target.add(scene(tmp_path))
    assert not target.add(scene(tmp_path, "barn", scale=12.5))
    target.describe()
    assert "pixels_per_mm" not in read_yaml(tmp_path / "dataset.yaml")
    assert "states none for all scenes" in caplog.text
