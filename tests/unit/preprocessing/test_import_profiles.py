from pathlib import Path

import numpy as np
import pytest

from artextract_cli import Coding, import_dataset, open_dataset, read_scene
from artextract_cli.io.codings import embedded_profile
from artextract_cli.io.profiles import srgb_by_profile
from artextract_cli.preprocessing.register_dataset import register_dataset
from artextract_cli.scenes.history import read_history
from tests.helpers.image_files import GREY8, RGB16
from tests.helpers.profiles import ADOBE_RGB, grey_profile, save


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    folder = tmp_path / "lady"
    folder.mkdir()
    save(folder / "photo.tif", RGB16, ADOBE_RGB)
    save(folder / "850.png", GREY8, None)
    save(folder / "950.png", GREY8, grey_profile(2.2))
    return folder


def test_the_dataset_is_srgb_and_linear(capture: Path, tmp_path: Path) -> None:
    import_dataset("bands", capture, tmp_path / "data")
    (files,) = open_dataset(tmp_path / "data").scenes
    assert embedded_profile(files.rgb) is None
    scene = read_scene(files)
    expected = srgb_by_profile((RGB16 / np.float32(65535)).astype(np.float32), ADOBE_RGB)
    np.testing.assert_allclose(scene.rgb, expected, atol=1 / 65535)
    light = np.stack([GREY8 / 255, (GREY8 / 255) ** 2.2], axis=2)
    np.testing.assert_allclose(scene.bands, light, atol=2e-5)
    (step,) = read_history(tmp_path / "data")["lady"]
    assert set(step.parameters["profiles"]) == {"photograph", "950"}


def test_what_is_stated_counts_first(capture: Path, tmp_path: Path) -> None:
    coding = Coding(photograph="srgb", bands="linear")
    import_dataset("bands", capture, tmp_path / "data", coding=coding)
    (files,) = open_dataset(tmp_path / "data").scenes
    np.testing.assert_array_equal(read_scene(files).rgb, (RGB16 / 65535).astype(np.float32))
    (step,) = read_history(tmp_path / "data")["lady"]
    assert "profiles" not in step.parameters


def test_pairs_too(capture: Path, tmp_path: Path) -> None:
    (capture / "850.png").unlink()
    import_dataset("pair", capture, tmp_path / "data", options={"nm": 950})
    (files,) = open_dataset(tmp_path / "data").scenes
    np.testing.assert_allclose(read_scene(files).bands[..., 0], (GREY8 / 255) ** 2.2, atol=2e-5)


def test_registered_datasets_keep_profiles(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    coarse = rng.integers(4000, 60000, (24, 24, 3)).astype(np.uint16)
    image = coarse.repeat(8, 0).repeat(8, 1)
    data = tmp_path / "data"
    (data / "val/rgb_images").mkdir(parents=True)
    (data / "val/ms_masks").mkdir()
    save(data / "val/rgb_images/a_RGB.tif", image, ADOBE_RGB)
    save(data / "val/ms_masks/a_ms_950.tif", image[..., 1], grey_profile(2.2))
    register_dataset(data, tmp_path / "out", model="shift")
    (files,) = open_dataset(tmp_path / "out").scenes
    assert embedded_profile(files.rgb) == ADOBE_RGB
    assert embedded_profile(files.bands[0]) == grey_profile(2.2)


def test_a_rendered_photograph_is_made_of_light(tmp_path: Path) -> None:
    colours = {}
    for name, profile in (("coded", grey_profile(2.2)), ("linear", None)):
        folder = tmp_path / name
        folder.mkdir()
        light = GREY8 / 255
        values = light ** (1 / 2.2) if profile else light
        for nm in range(420, 701, 20):
            save(folder / f"{nm}.tif", np.uint16(np.rint(values * 65535)), profile)
        import_dataset("bands", folder, tmp_path / "data", options={"name": name})
        colours[name] = read_scene(open_dataset(tmp_path / "data").scenes[-1]).rgb
    np.testing.assert_allclose(colours["coded"], colours["linear"], atol=5e-4)
