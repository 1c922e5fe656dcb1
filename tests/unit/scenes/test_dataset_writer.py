from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import ArtextractError
from artextract_cli.imaging.coding import Coding
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import (
    DatasetCopy,
    ScenePaths,
    copied_dataset,
    counts_of_16_bit,
    place_files,
    stage_files,
    stored_counts,
    truth_files,
    update_description,
    write_image,
    write_layer,
)
from tests.helpers.machines import files_of_at_most

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A dataset of one scene with all files that a scene may have."""
    paths = ScenePaths(folder=tmp_path / "source" / "val", name="a", suffix=".png")
    write_image(paths.photograph, np.dstack([GREY] * 3))
    write_image(paths.band("850"), GREY)
    write_image(paths.truth, GREY)
    write_layer(paths.layer, GREY.astype(np.float32))
    write_image(paths.mask(), GREY)
    write_image(paths.mask("850"), GREY)
    (tmp_path / "source" / "dataset.yaml").write_text("notes: mine\ncoding: {bands: srgb}\n")
    return tmp_path / "source"


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_what_is_written_is_found_again(source: Path) -> None:
    (scene,) = open_dataset(source).scenes
    paths = ScenePaths(folder=source / "val", name="a")
    assert (scene.rgb, scene.bands) == (paths.photograph, (paths.band("850"),))
    assert (scene.mask, dict(scene.band_masks)) == (paths.mask(), {"850": paths.mask("850")})
    assert truth_files(scene) == [paths.truth, paths.layer]
    paths.layer.unlink()
    assert truth_files(scene) == [paths.truth]


def test_a_copy_has_the_files_of_its_source(source: Path, tmp_path: Path) -> None:
    (scene,) = open_dataset(source).scenes
    for path in source.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    with copied_dataset(source, tmp_path / "all") as output:
        output.copy_all()
    with copied_dataset(source, tmp_path / "parts") as output:
        output.copy_photograph(scene)
        output.copy_files([*scene.bands, *truth_files(scene), None])
        output.copy_masks(scene)
        output.copy_top_level()
    assert files(tmp_path / "all") == files(tmp_path / "parts")
    assert files(tmp_path / "all") == files(source)
    assert (tmp_path / "all" / "dataset.yaml").stat().st_mode & 0o200


def test_a_photograph_that_is_not_coded_as_srgb_becomes_so(source: Path, tmp_path: Path) -> None:
    (scene,) = open_dataset(source, coding=Coding(photograph="linear")).scenes
    output = DatasetCopy(source=source, folder=tmp_path / "new")
    output.copy_photograph(scene)
    written = decode_picture(tmp_path / "new" / "val" / "rgb_images" / "a_RGB.png")
    assert written.depth == "uint16"
    expected = decode_picture(scene.rgb).srgb("linear")
    np.testing.assert_allclose(written.scaled(), expected, atol=1e-5)


def test_the_coding_of_what_is_written_is_stated(source: Path, tmp_path: Path) -> None:
    output = DatasetCopy(source=source, folder=tmp_path / "new")
    scenes = open_dataset(source).scenes
    output.write_reflectance(scenes[0].bands[0], np.full((3, 4, 1), 0.5, np.float32))
    output.copy_top_level(without=["other"])
    output.state_written_coding(scenes)
    text = (tmp_path / "new" / "dataset.yaml").read_text()
    assert text == "notes: mine\ncoding:\n  photograph: srgb\n  bands: linear\n"
    written = decode_picture(tmp_path / "new" / "val" / "ms_masks" / "a_ms_850.png")
    assert (written.values == 32768).all()


@pytest.mark.parametrize(
    ("name", "written"), [("a_RGB.jpg", "a_RGB.png"), ("a.b_RGB.TIFF", "a.b_RGB.tif")]
)
def test_images_become_png_or_tiff(tmp_path: Path, name: str, written: str) -> None:
    output = DatasetCopy(source=tmp_path / "old", folder=tmp_path / "new")
    output.write(tmp_path / "old" / "train" / name, GREY)
    np.testing.assert_array_equal(
        decode_picture(tmp_path / "new" / "train" / written).values[..., 0], GREY
    )


def test_statements_are_added_to_those_that_are_there(tmp_path: Path) -> None:
    update_description(tmp_path / "new", {"clean": ["a"], "notes": "x"})
    update_description(tmp_path / "new", {"clean": "all", "pixels_per_mm": 3})
    text = (tmp_path / "new" / "dataset.yaml").read_text()
    assert text == "clean: all\nnotes: x\npixels_per_mm: 3\n"


def test_counts() -> None:
    values = np.array([0, 0.5, 1], np.float32)
    assert counts_of_16_bit(values).tolist() == [0, 32768, 65535]
    assert stored_counts(values).dtype == np.uint16
    assert stored_counts(GREY).dtype == np.uint8
    assert stored_counts(GREY.astype(np.int64)).dtype == np.uint16


def test_the_images_of_a_scene_are_written_together(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 50), np.uint8)
    images = {tmp_path / "a.png": GREY, tmp_path / "b.png": noise}
    (tmp_path / "staged").mkdir()
    with files_of_at_most(1000), pytest.raises(ArtextractError, match=r"b\.png: File too large"):
        stage_files(images, {}, tmp_path / "staged" / "0")
    staged = stage_files(images, {tmp_path / "new" / "c": b"text"}, tmp_path / "staged" / "0")
    (tmp_path / "a.png").mkdir()
    with pytest.raises(ArtextractError, match=r"a\.png: Is a directory"):
        place_files(staged)
    (tmp_path / "a.png").rmdir()
    assert files(tmp_path) == {"staged/0-0.png"}
    place_files(stage_files(images, {tmp_path / "new" / "c": b"text"}, tmp_path / "staged" / "0"))
    assert files(tmp_path) == {"a.png", "b.png", "new/c"}
