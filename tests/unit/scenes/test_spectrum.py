"""Which bands are infrared."""

import dataclasses

import numpy as np

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.spectrum import infrared_bands, visible_channels
from tests.helpers.residuals import SHAPE
from tests.helpers.scenes import make_scene


def test_infrared_bands_come_by_wavelength() -> None:
    scene = make_scene(SHAPE, 5, wavelengths=(950.0, 720.0, 721.0, 400.0, 850.0))
    assert infrared_bands(scene) == [2, 4, 0]
    assert visible_channels(scene).shape == (*SHAPE, 5)
    np.testing.assert_array_equal(visible_channels(scene)[..., 3:], scene.bands[..., [1, 3]])
    unknown = dataclasses.replace(scene, wavelengths=None)
    assert infrared_bands(unknown) == []
    np.testing.assert_array_equal(visible_channels(unknown), linear_rgb(scene.rgb))
