import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blind_field import BlindField, blind_field, flattened

SIZE = (96, 120)
ROWS, COLUMNS = (np.linspace(-1, 1, size) for size in SIZE)
FALL = np.exp(-0.4 * COLUMNS - 0.2 * ROWS[:, None] ** 2)
LIGHT = np.float32(FALL / FALL.max())
EVERYWHERE = np.ones(SIZE, np.bool_)


def patches(seed: int = 0) -> FloatArray:
    """Fields of paint (H, W, 1) of 8 pixels, each of one tone but for grain."""
    rng = np.random.default_rng(seed)
    tones = rng.uniform(0.2, 0.7, (12, 15)).repeat(8, 0).repeat(8, 1)
    return np.float32(tones * rng.normal(1, 0.01, SIZE))[..., None]


def fitted(picture: FloatArray, measures: np.ndarray = EVERYWHERE) -> BlindField:
    field = blind_field(picture, measures)
    assert field is not None
    return field


def error(field: BlindField, light: FloatArray) -> float:
    return float(np.std(np.log(field.light()) - np.log(light)))


@pytest.mark.parametrize("depth", [255, 65535])
def test_light_is_told_from_paint(depth: int) -> None:
    picture = np.float32(np.rint(patches() * LIGHT[..., None] * depth) / depth)
    field = fitted(picture)
    assert np.std(np.log(LIGHT)) > 0.2
    assert error(field, LIGHT) < 0.03
    assert field.weakest == pytest.approx(LIGHT.min(), abs=0.05)
    assert field.dark < 0.05
    assert field.disagreement < 0.05


def test_even_light_stays() -> None:
    picture = patches()
    flat = flattened(picture, fitted(picture), EVERYWHERE)
    np.testing.assert_allclose(flat, picture, rtol=0.06)


def test_a_broad_dark_area_is_no_shadow_and_is_told() -> None:
    picture = patches()
    picture[:, :50] *= 0.25
    field = fitted(picture * LIGHT[..., None])
    assert error(field, LIGHT) < 0.05
    assert field.dark > 0.2


def test_colours_have_one_light() -> None:
    picture = np.concatenate([patches(seed) for seed in range(3)], axis=2) * LIGHT[..., None]
    flat = flattened(picture, fitted(picture), EVERYWHERE)
    hues = [made / made.sum(axis=2, keepdims=True) for made in (flat, picture)]
    np.testing.assert_allclose(*hues, rtol=1e-4)
    assert np.percentile(flat, 99.5) == pytest.approx(np.percentile(picture, 99.5), rel=1e-3)


def test_what_is_masked_or_saturated_does_not_count() -> None:
    picture = patches() * LIGHT[..., None]
    measures = EVERYWHERE.copy()
    measures[:, :40] = False
    spoilt = picture.copy()
    spoilt[:, :40] = np.linspace(0, 1, 40)[:, None]
    found = [fitted(made, measures).coefficients for made in (spoilt, picture)]
    np.testing.assert_array_equal(*found)
    assert blind_field(np.ones((*SIZE, 1), np.float32), EVERYWHERE) is None
    assert blind_field(picture, ~EVERYWHERE) is None
    assert blind_field(picture[:2, :2], EVERYWHERE[:2, :2]) is None


def test_the_gain_has_a_limit() -> None:
    steep = np.float32(np.exp(2 * COLUMNS) / np.exp(2)) * np.ones((SIZE[0], 1), np.float32)
    field = fitted(patches() * steep[..., None])
    assert field.weakest < 0.1
    assert field.light().min() == pytest.approx(0.2)
