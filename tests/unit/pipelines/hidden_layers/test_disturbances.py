"""Disturbances of captures, against what they must leave and what they must change."""

import numpy as np
import pytest

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.pipelines.hidden_layers.disturbances import display_coded, uneven_light


def test_light_is_smooth_different_in_every_band_and_within_its_limits() -> None:
    white = np.ones((40, 60, 3), dtype=np.float32)
    lit = uneven_light(np.random.default_rng(0), white, 0.2)
    assert lit.dtype == np.float32
    gains = lit * 1.2
    assert gains.min() >= 0.8 - 1e-5
    assert gains.max() <= 1.2 + 1e-5
    # Either limit is reached by every band, and the mean of the gain is one.
    reached = np.abs(gains - 1).max(axis=(0, 1))
    np.testing.assert_allclose(reached, 0.2, atol=1e-5)
    np.testing.assert_allclose(gains.mean(axis=(0, 1)), 1, atol=1e-5)
    assert np.abs(np.diff(gains, axis=0)).max() < 0.03
    assert np.abs(gains[..., 0] - gains[..., 1]).max() > 0.02


def test_light_multiplies_and_repeats_with_its_seed() -> None:
    bands = np.random.default_rng(1).uniform(0, 1, (20, 30, 2)).astype(np.float32)
    lit = uneven_light(np.random.default_rng(3), bands)
    gains = uneven_light(np.random.default_rng(3), np.ones_like(bands))
    np.testing.assert_allclose(lit, bands * gains, rtol=1e-5)
    assert not np.allclose(lit, uneven_light(np.random.default_rng(4), bands))
    np.testing.assert_array_equal(uneven_light(np.random.default_rng(3), bands, 0), bands)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 2)])
def test_light_takes_the_smallest_pictures(shape: tuple[int, ...]) -> None:
    assert np.isfinite(uneven_light(np.random.default_rng(0), np.ones(shape, np.float32))).all()


def test_display_coding_changes_the_chosen_bands_to_steps_of_8_bits() -> None:
    bands = np.random.default_rng(0).uniform(0, 1, (20, 30, 3)).astype(np.float32)
    before = bands.copy()
    coded = display_coded(bands, [1, 2])
    np.testing.assert_array_equal(bands, before)
    np.testing.assert_array_equal(coded[..., 0], bands[..., 0])
    steps = coded[..., 1:] * 255
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-4)
    # Linear .2140 is the middle grey of a screen; decoding leaves the rounding alone.
    grey = display_coded(np.full((1, 1, 1), 0.214, np.float32), [0])
    assert grey[0, 0, 0] == pytest.approx(0.5, abs=0.5 / 255)
    np.testing.assert_allclose(linear_rgb(coded[..., 1:]), bands[..., 1:], atol=0.006)
