import numpy as np
import pytest
from skimage.color import rgb2lab

from artextract_cli.kernels.colour import cielab, light

PICTURES = {
    "random": np.random.default_rng(0).random((9, 31, 3)),
    "dark": np.random.default_rng(1).random((5, 4, 3)) * 0.06,
    "grey": np.linspace(0, 1, 257)[None, :, None].repeat(3, axis=2),
    "black": np.zeros((1, 1, 3)),
    "white": np.ones((2, 1, 3)),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_cielab_is_that_of_scikit_image(picture):
    found = cielab(picture.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, rgb2lab(picture), atol=2e-4)


def test_views_are_taken():
    picture = np.random.default_rng(2).random((3, 8, 6), np.float32).transpose(2, 1, 0)[::2]
    np.testing.assert_allclose(cielab(picture), rgb2lab(picture), atol=2e-4)


def test_light_is_that_of_the_standard():
    """IEC 61966-2-1: a line up to 0.04045, a power above; bands are light already."""
    rng = np.random.default_rng(3)
    rgb, bands = rng.random((4, 5, 3), np.float32), rng.random((4, 5, 2), np.float32)
    rgb[0, 0], bands[1, 2] = (-0.1, 0.04, 0.041), (-1, 2)
    power = ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4
    linear = np.where(rgb <= 0.04045, np.maximum(rgb, 0) / 12.92, power)
    expected = np.concatenate([linear, np.maximum(bands, 0)], axis=-1).reshape(20, 5) + 0.5
    np.testing.assert_allclose(light(rgb, bands, np.float32(0.5)), expected, rtol=1e-6)
