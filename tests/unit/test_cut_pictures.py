import numpy as np
import pytest
from skimage.color import rgb2lab

from artextract_cli import cut_pictures
from artextract_cli.cut_pictures import full_range, segmentation_picture
from tests.small_scenes import make_scene


@pytest.mark.parametrize("at_a_time", [2**13, 100, 1])
@pytest.mark.parametrize(("n_bands", "n_components"), [(1, 4), (2, 5), (30, 5)])
def test_the_segmentation_picture_is_white_and_weighted(
    monkeypatch: pytest.MonkeyPatch, n_bands: int, n_components: int, at_a_time: int
) -> None:
    monkeypatch.setattr(cut_pictures, "PIXELS_AT_A_TIME", at_a_time)
    picture = segmentation_picture(make_scene((31, 45), n_bands))
    assert picture.shape == (31, 45, n_components)
    assert picture.dtype == np.float32
    assert picture.flags.c_contiguous
    covariance = np.cov(picture.reshape(-1, n_components).T, bias=True)
    weights = 10 * np.array([2.0, 1.5, 1.0, 1.0, 1.0])[:n_components]
    np.testing.assert_allclose(covariance, np.diag(weights**2), atol=0.05)


def test_directions_without_variance_stay_dark_in_the_segmentation_picture() -> None:
    grey = np.random.default_rng(0).random((13, 17), np.float32)
    flat = np.full((13, 17, 2), 0.4, np.float32)
    picture = segmentation_picture(make_scene(rgb=np.stack([grey] * 3, -1), bands=flat))
    assert picture[..., 0].std() == pytest.approx(20, rel=1e-3)
    assert not picture[..., 1:].any()


def test_a_photograph_is_stretched_on_to_cielab() -> None:
    rgb = 0.2 + 0.5 * np.random.default_rng(0).random((9, 11, 3), np.float32)
    stretched = (rgb - rgb.min()) / np.ptp(rgb)
    np.testing.assert_allclose(full_range(rgb), rgb2lab(stretched), atol=5e-4)


def test_a_band_is_stretched_and_an_even_one_is_dark() -> None:
    band = np.linspace(3, 5, 12, dtype=np.float32).reshape(3, 4, 1)
    np.testing.assert_allclose(full_range(band), (band - 3) / 2, atol=1e-6)
    assert not full_range(np.full((3, 4, 1), 0.3, np.float32)).any()
