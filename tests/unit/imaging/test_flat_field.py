import numpy as np
import pytest

from artextract_cli.imaging.flat_field import LEAST_LIGHT, flat_field

PAINT = np.random.default_rng(0).uniform(0.05, 0.95, (6, 7, 1)).astype(np.float32)
LIGHT = np.linspace(0.3, 0.9, 7, dtype=np.float32)[None, :, None] * np.ones((6, 1, 1), np.float32)
DARK = np.random.default_rng(1).uniform(0.01, 0.03, (6, 7, 1)).astype(np.float32)


@pytest.mark.parametrize(("exposure", "reflectance"), [(1.0, 0.99), (0.5, 0.8)])
def test_uneven_light_and_dark_current_are_taken_away(exposure: float, reflectance: float) -> None:
    raw = np.float32(exposure) * PAINT * LIGHT + DARK
    white = np.float32(reflectance) * LIGHT + DARK
    made = flat_field(raw, white, DARK, white_reflectance=reflectance, exposure_ratio=exposure)
    np.testing.assert_allclose(made.reflectance, PAINT, atol=1e-5)
    assert made.valid.all()
    assert made.saturated_white == 0


def test_pixels_that_do_not_measure() -> None:
    raw, white = PAINT * LIGHT + DARK, LIGHT + DARK
    raw[0, 0], white[1, 1] = 1, 1
    white[2, 2] = DARK[2, 2] + LEAST_LIGHT / 2
    made = flat_field(raw, white, DARK)
    assert np.argwhere(made.saturated).tolist() == [[0, 0], [1, 1]]
    assert np.argwhere(made.dead).tolist() == [[2, 2]]
    assert made.saturated_white == pytest.approx(1 / 42)
    assert (made.reflectance[[0, 1, 2], [0, 1, 2]] == 0).all()


def test_one_colour_is_enough_not_to_measure() -> None:
    raw = np.full((2, 2, 3), 0.4, np.float32)
    raw[0, 1, 2] = 1
    made = flat_field(raw, np.full_like(raw, 0.8), np.zeros_like(raw))
    assert np.argwhere(~made.valid).tolist() == [[0, 1]]


def test_highlights_and_noise_below_dark_stay_in_range() -> None:
    raw = np.array([[[0.9], [0.0]]], np.float32)
    made = flat_field(raw, np.full_like(raw, 0.6), np.full_like(raw, 0.1))
    assert made.reflectance.ravel().tolist() == [1, 0]
