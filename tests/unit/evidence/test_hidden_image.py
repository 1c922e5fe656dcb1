"""The picture of what lies beneath, on paintings whose underlayer is known by construction."""

import dataclasses

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.hidden_image import CREDIBLE_CHANGE, hidden_layer_image
from tests.helpers.paintings import SHAPE, WAVELENGTHS, painting, ring, with_bands


def disc(radius: float) -> FloatArray:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return (np.hypot(rows - 44, columns - 50) < radius).astype(np.float32)


def correlation(first: FloatArray, second: FloatArray) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@pytest.mark.parametrize("strength", [-0.2, 0.2])
def test_a_drawn_line_shows_with_its_sign(strength: float) -> None:
    picture = hidden_layer_image(painting(strength * ring()))
    assert picture.shape == SHAPE
    assert picture.dtype == np.float32
    assert correlation(picture, strength * ring()) > 0.9


@pytest.mark.parametrize("strength", [-0.2, 0.2])
def test_a_filled_shape_shows_to_its_middle(strength: float) -> None:
    picture = hidden_layer_image(painting(strength * disc(26)))
    assert disc(26).mean() > 0.15
    # A fifth of the painting: part of it is taken for paint.
    assert 0.02 < np.sign(strength) * np.median(picture[disc(22) > 0]) < 1.1 * CREDIBLE_CHANGE
    assert np.abs(np.median(picture[disc(30) == 0])) < 0.01


def test_the_composition_does_not_show_although_it_fills_the_infrared() -> None:
    scene = painting(-0.1 * ring())
    assert abs(correlation(scene.bands[..., -1], ring())) < 0.3
    left = hidden_layer_image(scene)[ring() == 0]
    assert left.std() < 0.05 * np.log(scene.bands[..., -1]).std()


def test_where_nothing_is_hidden_the_picture_is_almost_zero() -> None:
    assert np.abs(hidden_layer_image(painting(np.zeros(SHAPE)))).max() < 0.01


def test_an_infrared_that_is_a_visible_band_hides_nothing() -> None:
    scene = painting(np.zeros(SHAPE))
    same = dataclasses.replace(scene, bands=scene.bands[..., [0, 1, 2, 2, 2, 2]])
    assert np.abs(hidden_layer_image(same)).max() < 0.005


def test_several_infrared_bands_show_more_than_the_longest_alone() -> None:
    """Errors of two bands that are the same cancel, since hidden layers are stronger in one."""
    scene = painting(-0.05 * ring())
    common = 0.02 * np.random.default_rng(1).standard_normal((*SHAPE, 1))
    bands = scene.bands.copy()
    bands[..., 3:] *= np.exp(common).astype(np.float32)
    noisy = dataclasses.replace(scene, bands=bands)
    together = correlation(hidden_layer_image(noisy), -ring())
    assert (
        together > correlation(hidden_layer_image(with_bands(noisy, [0, 1, 2, 5])), -ring()) + 0.01
    )


def test_a_displaced_band_leaves_no_edges() -> None:
    scene = painting(np.zeros(SHAPE))
    bands = scene.bands.copy()
    bands[:, 1:, 3:] = 0.6 * bands[:, 1:, 3:] + 0.4 * bands[:, :-1, 3:]
    assert np.abs(hidden_layer_image(dataclasses.replace(scene, bands=bands))[:, 2:]).max() < 0.03


def test_photograph_and_one_infrared_band_are_enough() -> None:
    scene = with_bands(painting(-0.2 * ring()), [5])
    assert correlation(hidden_layer_image(scene), -ring()) > 0.9


def test_thirty_bands_are_taken() -> None:
    scene = painting(-0.2 * ring())
    chosen = sorted(list(range(6)) * 5)
    near = tuple(WAVELENGTHS[band] + i % 5 for i, band in enumerate(chosen))
    many = dataclasses.replace(with_bands(scene, chosen), wavelengths=near)
    assert correlation(hidden_layer_image(many), -ring()) > 0.9


def test_order_of_bands_does_not_matter() -> None:
    scene = painting(-0.2 * ring())
    turned = with_bands(scene, [5, 3, 1, 0, 4, 2])
    np.testing.assert_allclose(hidden_layer_image(turned), hidden_layer_image(scene), atol=2e-3)


def test_outside_the_mask_is_nan_and_has_no_influence() -> None:
    scene = painting(-0.2 * ring())
    mask = np.ones(SHAPE, np.bool_)
    mask[:, :12] = False
    frame = scene.bands.copy()
    frame[~mask] = 0.9
    masked = dataclasses.replace(scene, mask=mask)
    picture = hidden_layer_image(masked)
    np.testing.assert_array_equal(np.isnan(picture), ~mask)
    framed = dataclasses.replace(masked, bands=frame)
    np.testing.assert_array_equal(hidden_layer_image(framed), picture)


def test_dark_and_light_content_keep_their_signs_side_by_side() -> None:
    middle = SHAPE[1] // 2
    hidden = -0.2 * ring()
    hidden[:, middle:] *= -0.8
    picture = hidden_layer_image(painting(hidden))
    on = ring() > 0.9
    assert np.median(picture[:, :middle][on[:, :middle]]) < -0.05
    assert np.median(picture[:, middle:][on[:, middle:]]) > 0.05


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (2, 3), (9, 8)])
def test_tiny_pictures_are_finite(shape: tuple[int, int]) -> None:
    picture = hidden_layer_image(painting(np.zeros(shape), shape))
    assert picture.shape == shape
    assert np.isfinite(picture).all()


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_a_constant_picture_hides_nothing(value: float) -> None:
    scene = painting(np.zeros(SHAPE))
    flat = dataclasses.replace(
        scene, rgb=np.full_like(scene.rgb, value), bands=np.full_like(scene.bands, value)
    )
    np.testing.assert_allclose(hidden_layer_image(flat), 0, atol=1e-6)


def test_without_infrared_it_says_so() -> None:
    scene = painting(np.zeros(SHAPE))
    with pytest.raises(InputError, match=r"no band is above 720 nm, the longest is 650 nm"):
        hidden_layer_image(with_bands(scene, [0, 1, 2]))
    with pytest.raises(InputError, match="no wavelengths are known"):
        hidden_layer_image(dataclasses.replace(scene, wavelengths=None))


def test_an_empty_mask_is_refused() -> None:
    scene = dataclasses.replace(painting(np.zeros(SHAPE)), mask=np.zeros(SHAPE, np.bool_))
    with pytest.raises(InputError, match="leaves no pixel of the painting"):
        hidden_layer_image(scene)
