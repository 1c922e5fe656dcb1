import dataclasses
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.imaging.coding import Coding, coded_rgb, linear_rgb
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes import reading
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.reading import read_mask, read_picture, read_scene, read_truth
from artextract_cli.scenes.scene import Scene, SceneFiles, resize_scene
from artextract_cli.utils.checksums import file_digest

SHAPE = (11, 14)
RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 65536, (*SHAPE, 3), np.uint16)
BANDS = RNG.integers(0, 65536, (3, *SHAPE), np.uint16)


def write(path: Path, values: np.ndarray) -> Path:
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))
    return path


@pytest.fixture
def files(tmp_path: Path) -> SceneFiles:
    """A 16-bit photograph, and bands as 16-bit grey, 8-bit RGBA and float TIFF."""
    full = np.full(SHAPE, 255, np.uint8)
    grey8 = (BANDS[1] >> 8).astype(np.uint8)
    tifffile.imwrite(tmp_path / "c.tif", BANDS[2] / np.float32(65535))
    return SceneFiles(
        name="s",
        split="train",
        rgb=write(tmp_path / "s_RGB.png", RGB),
        bands=(
            write(tmp_path / "a.png", BANDS[0]),
            write(tmp_path / "b.png", np.dstack([grey8, grey8, grey8, full])),
            tmp_path / "c.tif",
        ),
        band_ids=("a", "b", "c"),
        wavelengths=(450.0, 650.0, 950.0),
        truth=None,
        mask=None,
        clean=None,
    )


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
    with pytest.raises(UsageError, match=r"0.15MB is too little .* give at least 13.MB"):
        read_scene(files, tight)


def test_what_is_on_disk_is_what_is_in_memory(tmp_path: Path, files: SceneFiles) -> None:
    whole, workspace = read_scene(files), Workspace(block_side=5, scratch=tmp_path / "scratch")
    rgb, bands = reading._read_pictures(files, workspace)
    np.testing.assert_array_equal(rgb, whole.rgb)
    np.testing.assert_array_equal(bands, whole.bands)
    on_disk = dataclasses.replace(whole, rgb=rgb, bands=bands, workspace=workspace)
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
    np.testing.assert_array_equal(on_disk.painted_with(values, labels), values[labels])
    resized = (resize_scene(made, 7) for made in (whole, on_disk))
    for first, second in zip(*((r.rgb, r.bands) for r in resized), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_band_of_another_size_is_found_in_parts(tmp_path: Path, files: SceneFiles) -> None:
    write(files.bands[1], BANDS[1][:, :-2])
    workspace = Workspace(block_side=5, scratch=tmp_path)
    with pytest.raises(InputError, match="12 × 11 pixels but its photograph"):
        reading._read_pictures(files, workspace)


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
    with pytest.raises(InputError, match=r"t\.png holds 1, 127, 254; truth is 255"):
        read_truth(path, (2, 3))
    tifffile.imwrite(tmp_path / "t.tif", np.array([[0.0, 255.0]], np.float32))
    with pytest.raises(InputError, match=r"t\.tif holds 65025; truth is"):
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
    with pytest.raises(InputError, match="from 1 to 9 pixels"):
        read_picture(files.rgb)


def test_digests_tell_files_apart(files: SceneFiles) -> None:
    assert len({file_digest(path) for path in files.bands}) == 3


def test_linear_light() -> None:
    """Worked by hand: 0.5 is ((0.5 + 0.055) / 1.055) ** 2.4, and 0.04 / 12.92 is on the line."""
    coded = np.array([0, 0.04, 0.5, 1], np.float32)
    linear = linear_rgb(coded)
    assert linear.dtype == np.float32
    np.testing.assert_allclose(linear, [0, 0.00309598, 0.21404114, 1], rtol=1e-5)


def test_coding_is_the_inverse() -> None:
    values = np.linspace(-0.1, 1.2, 500, dtype=np.float32)
    np.testing.assert_allclose(coded_rgb(linear_rgb(values)), values, atol=1e-6)
    assert (np.diff(linear_rgb(values)) > 0).all()


def scene_of(rgb: np.ndarray, bands: np.ndarray, mask: np.ndarray | None = None) -> Scene:
    return Scene(
        name="s",
        rgb=rgb.astype(np.float32),
        bands=bands.astype(np.float32),
        band_ids=tuple(map(str, range(bands.shape[2]))),
        wavelengths=None,
        mask=mask,
    )


def test_resizing_keeps_constants_and_shape() -> None:
    scene = scene_of(np.full((*SHAPE, 3), 0.3), np.full((*SHAPE, 2), 0.7), np.ones(SHAPE, bool))
    small = resize_scene(scene, 5)
    assert small.rgb.shape == (5, 5, 3)
    assert small.bands.shape == (5, 5, 2)
    assert small.rgb.dtype == small.bands.dtype == np.float32
    np.testing.assert_allclose(small.rgb, 0.3, atol=1e-5)
    np.testing.assert_allclose(small.bands, 0.7, atol=1e-5)
    assert small.mask is not None
    assert small.mask.all()


def test_fine_detail_becomes_its_mean_light() -> None:
    """A checkerboard of black and white has the linear mean 1/2, coded 0.7354."""
    board = np.indices((64, 64)).sum(axis=0) % 2
    small = resize_scene(scene_of(np.dstack([board] * 3), board[..., None]), 8)
    np.testing.assert_allclose(small.bands, 0.5, atol=0.02)
    np.testing.assert_allclose(small.rgb, 0.7354, atol=0.02)


def test_a_resized_mask_stays_in_place() -> None:
    mask = np.zeros((40, 60), bool)
    mask[:20, 30:] = True
    scene = resize_scene(scene_of(np.zeros((40, 60, 3)), np.zeros((40, 60, 1)), mask), 10)
    expected = np.zeros((10, 10), bool)
    expected[:5, 5:] = True
    np.testing.assert_array_equal(scene.mask, expected)


@pytest.mark.parametrize("side", [1, 3, 30])
def test_any_side(side: int) -> None:
    scene = scene_of(RNG.random((7, 1, 3)), RNG.random((7, 1, 30)))
    assert resize_scene(scene, side).bands.shape == (side, side, 30)


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
    workspace = Workspace(block_side=5, scratch=tmp_path / "scratch")
    rgb, bands = reading._read_pictures(coded, workspace)
    np.testing.assert_array_equal(rgb, scene.rgb)
    np.testing.assert_array_equal(bands, scene.bands)


def test_a_coloured_band_is_decoded_before_its_mean_is_taken(tmp_path: Path) -> None:
    colours = np.zeros((2, 2, 3), np.uint8)
    colours[..., 0] = 255
    colours[..., 1] = 128
    grey = decode_picture(write(tmp_path / "x.png", colours)).grey("srgb")
    np.testing.assert_allclose(grey, (1 + linear_rgb(np.float32(128 / 255))) / 3, rtol=1e-5)
