import numpy as np
import pytest
from skimage.color import rgb2lab

from artextract_cli.colour_kernels import cielab

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
