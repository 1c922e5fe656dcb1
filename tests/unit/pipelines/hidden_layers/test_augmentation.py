"""Poses and conditions of training scenes."""

import dataclasses

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.pipelines.hidden_layers import augmentation
from artextract_cli.pipelines.hidden_layers.augmentation import (
    LARGEST_DISPLACEMENT_PX,
    LARGEST_FALL_OFF,
    NOISE,
    corrupted,
    rotated,
)
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM
from tests.helpers.scenes import make_scene

SHAPE = (7, 11)
INVERSE = {0: 0, 1: 3, 2: 2, 3: 1, 4: 4, 5: 5, 6: 6, 7: 7}  # mirrored poses undo themselves


def numbered(shape: tuple[int, int] = SHAPE) -> Scene:
    """A scene whose every pixel differs, and photograph and bands are of one number."""
    number = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 1000
    mask = np.zeros(shape, np.bool_)
    mask[2:, 1:4] = True
    bands = np.repeat(number[..., None], 6, axis=-1)
    return make_scene(shape, 6, rgb=bands[..., :3].copy(), bands=bands, mask=mask)


@pytest.mark.parametrize("symmetry", range(8))
def test_a_pose_can_be_undone(symmetry: int) -> None:
    scene = numbered()
    there = rotated(scene, symmetry)
    back = rotated(there, INVERSE[symmetry])
    sides = SHAPE if (symmetry % 4) % 2 == symmetry // 4 else SHAPE[::-1]
    assert there.rgb.shape == (*sides, 3)
    for name in ("rgb", "bands", "mask"):
        np.testing.assert_array_equal(getattr(back, name), getattr(scene, name))
    assert there.wavelengths == scene.wavelengths


def test_the_eight_poses_differ() -> None:
    poses = [rotated(numbered((7, 7)), symmetry).rgb.tobytes() for symmetry in range(8)]
    assert len(set(poses)) == 8


@pytest.mark.parametrize("symmetry", range(8))
def test_photograph_bands_and_mask_move_together(symmetry: int) -> None:
    scene = numbered()
    there = rotated(scene, symmetry)
    np.testing.assert_array_equal(there.bands[..., :3], there.rgb)
    assert there.mask is not None
    assert scene.mask is not None
    assert sorted(there.rgb[there.mask].ravel()) == sorted(scene.rgb[scene.mask].ravel())
    assert there.rgb.flags.c_contiguous
    assert there.bands.flags.c_contiguous
    assert rotated(dataclasses.replace(scene, mask=None), symmetry).mask is None


@pytest.fixture
def even_light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither uneven light nor coding for display, which change the levels of whole bands."""
    monkeypatch.setattr(augmentation, "UNEVEN_SHARE", 0)
    monkeypatch.setattr(augmentation, "CODED_SHARE", 0)


def conditions(scene: Scene, n: int = 200) -> list[Scene]:
    return [corrupted(np.random.default_rng(seed), scene) for seed in range(n)]


def test_an_infrared_band_always_stays() -> None:
    scene = make_scene(SHAPE, 6, wavelengths=(900.0, 500.0, 800.0, 600.0, 700.0, 720.5))
    numbers = set()
    for made in conditions(scene):
        assert made.wavelengths is not None
        assert max(made.wavelengths) > LAST_VISIBLE_NM
        assert made.bands.shape == (*SHAPE, len(made.wavelengths))
        assert len(made.band_ids) == len(made.wavelengths)
        # What is named is what is there, in the order of the scene.
        kept = [scene.band_ids.index(band) for band in made.band_ids]
        assert kept == sorted(set(kept))
        assert made.wavelengths == tuple((scene.wavelengths or ())[b] for b in kept)
        numbers.add(len(kept))
    assert {1, 6} <= numbers


@pytest.mark.usefixtures("even_light")
def test_bands_that_stay_are_the_bands_of_their_name() -> None:
    levels = np.linspace(0.1, 0.9, 6, dtype=np.float32)
    scene = make_scene(SHAPE, 6, bands=np.broadcast_to(levels, (*SHAPE, 6)).copy())
    for made in conditions(scene):
        expected = levels[[scene.band_ids.index(band) for band in made.band_ids]]
        difference = np.abs(made.bands.mean((0, 1)) - expected)
        assert difference.max() < NOISE[1]


def test_conditions_leave_the_photograph_and_the_scene_alone() -> None:
    scene = make_scene(SHAPE, 6)
    before = scene.bands.copy()
    for made in conditions(scene, 50):
        assert made.rgb is scene.rgb
        assert 0 <= made.bands.min() <= made.bands.max() <= 1
        assert made.bands.dtype == np.float32
    np.testing.assert_array_equal(scene.bands, before)


def shifts(scene: Scene) -> FloatArray:
    """Row and column (B, 2) of the centre of mass of every band."""
    rows, columns = np.indices(scene.bands.shape[:2])[..., None]
    return np.stack([(axis * scene.bands).sum((0, 1)) for axis in (rows, columns)], axis=-1)


@pytest.mark.usefixtures("even_light")
def test_bands_are_displaced_apart_and_not_far() -> None:
    spot = np.zeros((21, 23, 6), np.float32)
    spot[10, 11] = 1
    scene = make_scene((21, 23), 6, bands=spot)
    farthest = []
    for made in conditions(scene, 400):
        if made.bands.min() < 0 or np.count_nonzero(made.bands) > 6 * 4:
            continue  # noisy
        moved = np.abs(shifts(made) - [10, 11])
        farthest.append(float(moved.max()))
        assert farthest[-1] <= LARGEST_DISPLACEMENT_PX + 1e-4
    displaced = np.array(farthest) > 0
    assert displaced.mean() == pytest.approx(0.25, abs=0.08)


def only(monkeypatch: pytest.MonkeyPatch, condition: str) -> None:
    for name in ("DISPLACED", "NOISY", "FEWER_BANDS", "UNEVEN", "CODED"):
        monkeypatch.setattr(augmentation, f"{name}_SHARE", float(name == condition))


def test_uneven_light_is_smooth_and_not_strong(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "UNEVEN")
    scene = make_scene((21, 23), 3, bands=np.full((21, 23, 3), 0.5, np.float32))
    for made in conditions(scene, 30):
        light = made.bands / 0.5
        assert np.abs(light - 1).max() <= 1.5 * LARGEST_FALL_OFF + 1e-5
        np.testing.assert_allclose(light[10, 11], 1, atol=1e-5)  # at the centre
        assert np.abs(np.diff(light, axis=0)).max() < 0.05
        assert np.ptp(light, axis=(0, 1)).min() > 0
        assert not np.array_equal(light[..., 0], light[..., 1])


def test_infrared_alone_is_coded_for_display_in_8_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "CODED")
    scene = make_scene(SHAPE, 6)  # the last two are past 720 nm
    infrared = np.array(scene.wavelengths) > LAST_VISIBLE_NM
    for made in conditions(scene, 3):
        np.testing.assert_array_equal(made.bands[..., ~infrared], scene.bands[..., ~infrared])
        levels = 255 * made.bands[..., infrared]
        np.testing.assert_allclose(levels, np.rint(levels), atol=1e-3)
        coded = coded_rgb(scene.bands[..., infrared])
        np.testing.assert_allclose(made.bands[..., infrared], coded, atol=0.5 / 255 + 1e-6)


def test_the_seed_decides() -> None:
    scene = make_scene(SHAPE, 6)
    first, again = (conditions(scene, 30) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert one.band_ids == other.band_ids
        np.testing.assert_array_equal(one.bands, other.bands)
    assert len({made.bands.tobytes() for made in first}) > 10


def test_one_infrared_band_and_one_pixel() -> None:
    scene = make_scene((1, 1), 1, wavelengths=(900.0,))
    for made in conditions(scene, 50):
        assert made.bands.shape == (1, 1, 1)
        assert np.isfinite(made.bands).all()
