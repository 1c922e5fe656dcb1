"""Residuals of every band, of paintings whose hidden layer is known by construction."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.evidence.band_regression import TARGET_BLUR, log_reflectance
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import visible_channels
from tests.helpers.evidence import band_residuals
from tests.helpers.paintings import painting, ring, with_bands
from tests.helpers.residuals import SHAPE, Seen, residuals
from tests.helpers.scenes import make_scene


def hidden_ring() -> Scene:
    return painting(-0.2 * ring(SHAPE), SHAPE)


def test_infrared_is_predicted_by_all_visible_data_and_the_visible_by_the_photograph() -> None:
    scene = hidden_ring()
    logs = log_reflectance(scene.bands, TARGET_BLUR)
    everything, photograph = Seen(visible_channels(scene)), Seen(linear_rgb(scene.rgb))
    bands = band_residuals(scene)
    assert bands.shape == scene.bands.shape
    np.testing.assert_allclose(bands[..., 3:], residuals(everything, logs[..., 3:]), atol=1e-4)
    np.testing.assert_allclose(bands[..., :3], residuals(photograph, logs[..., :3]), atol=1e-4)


def test_the_order_of_bands_does_not_matter() -> None:
    scene, order = hidden_ring(), [5, 2, 0, 3, 1, 4]
    found, expected = band_residuals(with_bands(scene, order)), band_residuals(scene)
    np.testing.assert_allclose(found, expected[..., order], atol=0.05)


def test_pixels_off_the_mask_do_not_change_the_residuals() -> None:
    scene = hidden_ring()
    mask = np.ones(SHAPE, np.bool_)
    mask[:, :15] = False
    bands = scene.bands.copy()
    bands[:, :3] = 0.9  # farther from the painting than two blurs and a slope reach
    masked = dataclasses.replace(scene, mask=mask)
    framed = dataclasses.replace(masked, bands=bands)
    np.testing.assert_array_equal(band_residuals(masked)[mask], band_residuals(framed)[mask])


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 3), (5, 4)])
def test_tiny_pictures_are_finite(shape: tuple[int, int]) -> None:
    assert np.isfinite(band_residuals(make_scene(shape, 6))).all()
