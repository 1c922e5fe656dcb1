import numpy as np
import pytest

from artextract_cli.scenes.scene import Scene, resize_scene
from tests.helpers.scene_files import RNG, SHAPE


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
