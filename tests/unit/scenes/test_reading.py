"""Reading the images of a scene, into memory or into files."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.imaging.coding import Coding, coded_rgb, linear_rgb
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.reading import read_mask, read_picture, read_scene, read_truth
from artextract_cli.scenes.scene import SceneFiles, resize_scene
from tests.helpers.profiles import ADOBE_RGB, grey_profile, save
from tests.helpers.scene_files import BANDS, RGB, RNG, SHAPE, write


class InParts(MemoryPlan):
    """Processes every scene in small blocks, however small it is."""

    def workspace(self, n_pixels: int, n_bands: int) -> Workspace:
        return Workspace(block_side=5, scratch=self.scratch)


def in_parts(folder: Path) -> MemoryPlan:
    return InParts(limit=0, scratch=folder / "scratch", program=0, per_pixel=1, per_band=0)


def test_a_scene_of_every_depth(files: SceneFiles) -> None:
    scene = read_scene(files)
    np.testing.assert_array_equal(scene.rgb, (RGB / 65535).astype(np.float32))
    expected = [BANDS[0] / 65535, (BANDS[1] >> 8) / 255, BANDS[2] / np.float32(65535)]
    np.testing.assert_array_equal(scene.bands, np.stack(expected, axis=-1).astype(np.float32))
    assert scene.rgb.dtype == scene.bands.dtype == np.float32
    assert (scene.name, scene.band_ids, scene.wavelengths) == (
        "s",
        ("a", "b", "c"),
        (450, 650, 950),
    )
    assert scene.mask is None


def test_a_scene_that_is_too_large_is_read_into_files(tmp_path: Path, files: SceneFiles) -> None:
    tifffile.imwrite(files.bands[2], BANDS[2] / np.float32(65535), tile=(16, 16))
    plan = MemoryPlan(limit=200_000, scratch=tmp_path / "s", program=0, per_pixel=1, per_band=0)
    assert read_scene(files, plan).workspace is None
    tight = dataclasses.replace(plan, limit=150_000, per_pixel=1000)
    with pytest.raises(UsageError, match=r"0.15MB is not enough .* allow at least 13.MB"):
        read_scene(files, tight)


def test_what_is_on_disk_is_what_is_in_memory(tmp_path: Path, files: SceneFiles) -> None:
    whole = read_scene(files)
    on_disk = read_scene(files, in_parts(tmp_path))
    np.testing.assert_array_equal(on_disk.rgb, whole.rgb)
    np.testing.assert_array_equal(on_disk.bands, whole.bands)
    blocks = on_disk.blocks(2)
    assert len(blocks) == 9
    for block in blocks:
        window = blocks.window(block)
        part = on_disk.part(window)
        assert part.rgb.flags.c_contiguous
        assert part.bands.flags.c_contiguous
        np.testing.assert_array_equal(part.bands, whole.bands[window.place])
        assert part.workspace is None
    labels = np.arange(11 * 14, dtype=np.int32).reshape(SHAPE)
    values = np.random.default_rng(0).random((labels.size, 2), np.float32)
    np.testing.assert_array_equal(on_disk.scatter_to_pixels(values, labels), values[labels])
    resized = (resize_scene(made, 7) for made in (whole, on_disk))
    for first, second in zip(*((r.rgb, r.bands) for r in resized), strict=True):
        np.testing.assert_array_equal(first, second)


def test_profiles_count_on_disk_too(tmp_path: Path, files: SceneFiles) -> None:
    large = np.tile(RGB, (3, 3, 1))
    rgb = save(tmp_path / "p_RGB.tif", large, ADOBE_RGB)
    band = save(tmp_path / "p.tif", large[..., 0], grey_profile(2.2))
    files = dataclasses.replace(files, rgb=rgb, bands=(band,), band_ids=("a",), wavelengths=None)
    whole, on_disk = read_scene(files), read_scene(files, in_parts(tmp_path))
    np.testing.assert_array_equal(on_disk.rgb, whole.rgb)
    np.testing.assert_array_equal(on_disk.bands, whole.bands)
    assert abs(whole.rgb - large / 65535).max() > 0.01


def test_a_band_of_another_size_is_found_in_parts(tmp_path: Path, files: SceneFiles) -> None:
    write(files.bands[1], BANDS[1][:, :-2])
    with pytest.raises(InputError, match="12 × 11 pixels but its photograph"):
        read_scene(files, in_parts(tmp_path))


def test_a_grey_photograph_has_three_equal_channels(files: SceneFiles) -> None:
    write(files.rgb, BANDS[0])
    rgb = read_scene(files).rgb
    assert rgb.shape == (*SHAPE, 3)
    assert rgb.flags.writeable
    for channel in range(3):
        np.testing.assert_array_equal(rgb[..., channel], (BANDS[0] / 65535).astype(np.float32))


def test_sizes_must_agree(files: SceneFiles) -> None:
    write(files.bands[1], BANDS[1][:, :-2])
    with pytest.raises(InputError) as raised:
        read_scene(files)
    for word in (str(files.bands[1]), str(files.rgb), "12 × 11 pixels", "14 × 11 pixels"):
        assert word in str(raised.value)


@pytest.mark.parametrize("picture", ["rgb", "band"])
def test_a_missing_picture_is_named(files: SceneFiles, picture: str) -> None:
    path = files.rgb if picture == "rgb" else files.bands[2]
    path.unlink()
    with pytest.raises(InputError, match=f"cannot read {path}: No such file"):
        read_scene(files)


def test_the_mask_is_where_the_picture_is_not_zero(tmp_path: Path, files: SceneFiles) -> None:
    picture = np.zeros(SHAPE, np.uint8)
    picture[2:5, 3:9], picture[7, 7] = 255, 1
    path = write(tmp_path / "mask.png", picture)
    scene = read_scene(SceneFiles(**{**vars(files), "mask": path}))
    assert scene.mask is not None
    assert scene.mask.dtype == bool
    np.testing.assert_array_equal(scene.mask, picture > 0)


def test_masks_that_will_not_do(tmp_path: Path) -> None:
    path = write(tmp_path / "mask.png", np.zeros(SHAPE, np.uint8))
    with pytest.raises(InputError, match=r"mask.png is 0 everywhere"):
        read_mask(path, SHAPE)
    with pytest.raises(InputError, match="14 × 11 pixels but its photograph is 11 × 14 pixels"):
        read_mask(path, SHAPE[::-1])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_truth(tmp_path: Path, dtype: type) -> None:
    values = RNG.choice(np.array([0, 128, 255], np.uint8), SHAPE)
    scale = np.iinfo(dtype).max // 255
    path = write(tmp_path / "t.png", values.astype(dtype) * dtype(scale))
    truth = read_truth(path, SHAPE)
    assert truth.dtype == np.uint8
    np.testing.assert_array_equal(truth, values)


def test_truth_of_one_bit(tmp_path: Path) -> None:
    Image.fromarray(BANDS[0] > 30000).save(tmp_path / "t.png")
    np.testing.assert_array_equal(
        read_truth(tmp_path / "t.png", SHAPE), (BANDS[0] > 30000) * np.uint8(255)
    )


def test_truth_with_other_values(tmp_path: Path) -> None:
    path = write(tmp_path / "t.png", np.array([[0, 1, 128], [127, 255, 254]], np.uint8))
    with pytest.raises(InputError, match=r"t\.png contains 1, 127, 254; truth values are 255"):
        read_truth(path, (2, 3))
    tifffile.imwrite(tmp_path / "t.tif", np.array([[0.0, 255.0]], np.float32))
    with pytest.raises(InputError, match=r"t\.tif contains 65025; truth values are"):
        read_truth(tmp_path / "t.tif", (1, 2))
    with pytest.raises(InputError, match="3 × 2 pixels but its photograph is 9 × 9"):
        read_truth(path, (9, 9))


def test_pages_are_channels_and_unscaled(tmp_path: Path) -> None:
    maps = np.stack([BANDS[0], BANDS[1]])
    tifffile.imwrite(tmp_path / "m.tif", maps, photometric="minisblack", metadata=None)
    np.testing.assert_array_equal(
        read_picture(tmp_path / "m.tif", pages=True), np.moveaxis(maps, 0, 2)
    )


def test_read_picture_keeps_channels(files: SceneFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_picture(files.rgb).shape == (*SHAPE, 3)
    assert read_picture(files.bands[0]).shape == (*SHAPE, 1)
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", "9")
    with pytest.raises(InputError, match="only 1 to 9 pixels"):
        read_picture(files.rgb)


def test_codings_are_decoded_in_memory_and_in_parts(files: SceneFiles, tmp_path: Path) -> None:
    """Grey of 16 bit, colours of 8 bit and floats, as they are read whole and part by part."""
    plain = read_scene(files)
    coding = Coding(photograph="gamma 2", by_band={"a": "srgb", "b": "gamma 2", "c": "srgb"})
    coded = dataclasses.replace(files, coding=coding)
    scene = read_scene(coded)
    np.testing.assert_allclose(scene.bands[..., 0], linear_rgb(plain.bands[..., 0]), atol=1e-6)
    np.testing.assert_allclose(scene.bands[..., 1], plain.bands[..., 1] ** 2, atol=1e-6)
    np.testing.assert_allclose(scene.bands[..., 2], linear_rgb(plain.bands[..., 2]), atol=1e-6)
    np.testing.assert_allclose(scene.rgb, coded_rgb(plain.rgb**2), atol=1e-6)
    on_disk = read_scene(coded, in_parts(tmp_path))
    np.testing.assert_array_equal(on_disk.rgb, scene.rgb)
    np.testing.assert_array_equal(on_disk.bands, scene.bands)


def test_a_coloured_band_is_decoded_before_its_mean_is_taken(tmp_path: Path) -> None:
    colours = np.zeros((2, 2, 3), np.uint8)
    colours[..., 0] = 255
    colours[..., 1] = 128
    grey = decode_picture(write(tmp_path / "x.png", colours)).grey("srgb")
    np.testing.assert_allclose(grey, (1 + linear_rgb(np.float32(128 / 255))) / 3, rtol=1e-5)
