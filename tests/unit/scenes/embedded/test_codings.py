import dataclasses
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.imaging.coding import Coding, linear_rgb
from artextract_cli.io.profiles import srgb_by_profile
from artextract_cli.scenes.dataset import pair_files
from artextract_cli.scenes.embedded.codings import codings, profile_to_keep
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import SceneFiles
from tests.helpers.image_files import GREY8, RGB16
from tests.helpers.profiles import ADOBE_RGB, SRGB, grey_profile, save


@pytest.fixture
def files(tmp_path: Path) -> SceneFiles:
    rgb = save(tmp_path / "a_RGB.tif", RGB16, ADOBE_RGB)
    return pair_files(rgb, {"950": save(tmp_path / "b.png", GREY8, grey_profile(1.8))})


def stated(files: SceneFiles, coding: Coding) -> SceneFiles:
    return dataclasses.replace(files, coding=coding)


def test_profiles_count_where_nothing_is_stated(files: SceneFiles) -> None:
    assert codings(files) == ("profile", "gamma 1.8")
    scene = read_scene(files)
    expected = srgb_by_profile((RGB16 / np.float32(65535)).astype(np.float32), ADOBE_RGB)
    np.testing.assert_array_equal(scene.rgb, expected)
    np.testing.assert_allclose(scene.bands[..., 0], (GREY8 / 255) ** 1.8, atol=1e-6)


def test_what_is_stated_counts_first(files: SceneFiles) -> None:
    coding = Coding(photograph="linear", bands="srgb")
    assert codings(stated(files, coding)) == ("linear", "srgb")
    scene = read_scene(stated(files, coding))
    np.testing.assert_array_equal(scene.bands[..., 0], linear_rgb(np.float32(GREY8 / 255)))


def test_what_a_copy_needs(files: SceneFiles, tmp_path: Path) -> None:
    assert profile_to_keep(files, None) == ADOBE_RGB
    assert profile_to_keep(files, "950") == grey_profile(1.8)
    by_user = stated(files, Coding(photograph="srgb", bands="linear"))
    assert profile_to_keep(by_user, None) is profile_to_keep(by_user, "950") is None
    usual = dataclasses.replace(files, rgb=save(tmp_path / "s_RGB.tif", RGB16, SRGB))
    assert profile_to_keep(usual, None) is None
