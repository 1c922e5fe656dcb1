import numpy as np
import pytest
from skimage.color import rgb2lab

from artextract_cli.graphs import segmentation_input
from artextract_cli.graphs.segmentation_input import Components, FullRange
from artextract_cli.imaging.blocks import Block
from tests.helpers.scenes import make_scene


@pytest.mark.parametrize("shape", [(31, 45), (113, 147)], ids=["one chunk", "three chunks"])
@pytest.mark.parametrize(("n_bands", "n_components"), [(1, 4), (2, 5), (30, 5)])
def test_the_segmentation_picture_is_white_and_weighted(
    n_bands: int, n_components: int, shape: tuple[int, int]
) -> None:
    scene = make_scene(shape, n_bands)
    picture = Components(scene)(scene)
    assert picture.shape == (*shape, n_components)
    assert picture.dtype == np.float32
    assert picture.flags.c_contiguous
    covariance = np.cov(picture.reshape(-1, n_components).T, bias=True)
    weights = 10 * np.array([2.0, 1.5, 1.0, 1.0, 1.0])[:n_components]
    np.testing.assert_allclose(covariance, np.diag(weights**2), atol=0.05)


def test_directions_without_variance_stay_dark_in_the_segmentation_picture() -> None:
    grey = np.random.default_rng(0).random((13, 17), np.float32)
    flat = np.full((13, 17, 2), 0.4, np.float32)
    scene = make_scene(rgb=np.stack([grey] * 3, -1), bands=flat)
    picture = Components(scene)(scene)
    assert picture[..., 0].std() == pytest.approx(20, rel=1e-3)
    assert not picture[..., 1:].any()


def test_a_photograph_is_stretched_on_to_cielab() -> None:
    rgb = 0.2 + 0.5 * np.random.default_rng(0).random((9, 11, 3), np.float32)
    stretched = (rgb - rgb.min()) / np.ptp(rgb)
    scene = make_scene(rgb=rgb)
    look = FullRange(scene, lambda part: part.rgb)
    np.testing.assert_allclose(look(scene), rgb2lab(stretched), atol=5e-4)


def test_a_band_is_stretched_and_an_even_one_is_dark() -> None:
    band = np.linspace(3, 5, 12, dtype=np.float32).reshape(3, 4, 1)
    for bands, expected in ((band, (band - 3) / 2), (np.full_like(band, 0.3), 0)):
        scene = make_scene((3, 4), bands=bands)
        look = FullRange(scene, lambda part: part.bands)
        np.testing.assert_allclose(look(scene), expected, atol=1e-6)
        part = scene.part(Block(1, 2, 3, 4))
        np.testing.assert_array_equal(look(part), look(scene)[1:3, 2:4])


@pytest.mark.parametrize("most", [2**20, 200])
def test_components_of_a_part_are_those_of_the_whole(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segmentation_input, "MAX_SAMPLED_PIXELS", most)
    scene = make_scene((31, 45), 3)
    look = Components(scene)
    part = scene.part(Block(3, 5, 20, 31))
    np.testing.assert_allclose(look(part), look(scene)[3:20, 5:31], rtol=1e-5, atol=1e-4)
    assert np.abs(look(scene).mean((0, 1))).max() < (1e-3 if most > 31 * 45 else 3)
