"""The verdict on whole paintings: what the visible alone looks like, tiles, and their rates."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.pipelines.hidden_layers.verdict import (
    STAND_IN_NM,
    TILE,
    excesses,
    tiles,
    without_infrared,
)
from artextract_cli.results.scene_scores import family_rate
from artextract_cli.scenes.spectrum import infrared_bands
from tests.helpers.scenes import make_scene


def noise(seed: int, shape: tuple[int, int] = (96, 96)) -> np.ndarray:
    return np.random.default_rng(seed).normal(-3, 1, shape).astype(np.float32)


def with_line(seed: int, strength: float = 4) -> np.ndarray:
    odds = noise(seed)
    odds[40:45, 10:86] += strength
    return odds


def excess(odds: np.ndarray, null: np.ndarray, painted: np.ndarray | None = None) -> float:
    (value,) = excesses(odds, null, painted)
    return value


def test_the_longest_visible_band_stands_in_for_the_infrared():
    scene = dataclasses.replace(
        make_scene(n_bands=5), wavelengths=(850.0, 650.0, 500.0, 700.0, 950.0)
    )
    blank = without_infrared(scene)
    assert blank.wavelengths == (500.0, 650.0, STAND_IN_NM)
    assert infrared_bands(blank) == [2]
    np.testing.assert_array_equal(blank.bands, scene.bands[..., [2, 1, 3]])
    np.testing.assert_array_equal(blank.rgb, scene.rgb)


def test_without_a_visible_band_red_stands_in_and_is_not_seen():
    scene = dataclasses.replace(make_scene(n_bands=2), wavelengths=(850.0, 950.0))
    blank = without_infrared(scene)
    assert blank.wavelengths == (STAND_IN_NM,)
    np.testing.assert_array_equal(blank.bands, linear_rgb(scene.rgb)[..., :1])
    np.testing.assert_allclose(blank.rgb, scene.rgb[..., [1, 1, 2]], atol=1e-6)


def test_what_hangs_together_counts_and_the_same_pixels_scattered_do_not():
    line, null = with_line(2), noise(9)
    scattered = np.random.default_rng(0).permutation(line.ravel()).reshape(line.shape)
    assert excess(line, null) > excess(scattered, null) + 1
    assert excess(noise(2), null) == pytest.approx(excess(scattered, null), abs=0.5)


def test_what_the_visible_shows_as_well_counts_less():
    odds, null = with_line(3), noise(9)
    stumbling = null.copy()
    stumbling[40:45, 10:86] += 4
    assert excess(odds, stumbling) < excess(odds, null) - 1


def test_what_lies_outside_the_painting_does_not_count():
    odds, null = noise(4), noise(9)
    painted = np.ones(odds.shape, bool)
    painted[:, 60:] = False
    beyond = odds.copy()
    beyond[:, 60:] = 9  # a backdrop that scores high
    assert excess(odds, null, painted) == excess(beyond, null, painted)
    assert excess(beyond, null) > excess(odds, null) + 3


def test_a_painting_is_covered_by_tiles_once():
    shape, count = (3 * TILE + 40, TILE // 2), np.zeros((3 * TILE + 40, TILE // 2), int)
    for at in tiles(shape, None):
        count[at] += 1
    assert (count == 1).all()


def test_tiles_without_painting_are_left_out_unless_all_are():
    painted = np.zeros((2 * TILE, TILE), bool)
    painted[:TILE] = True
    assert [at[0].start for at in tiles(painted.shape, painted)] == [0]
    assert len(list(tiles(painted.shape, np.zeros_like(painted)))) == 2


def test_what_is_small_counts_in_its_tile():
    odds, null = noise(5, (2 * TILE, TILE)), noise(6, (2 * TILE, TILE))
    before = excesses(odds, null, None)
    odds[300:330, 10:130] += 4
    after = excesses(odds, null, None)
    assert after[0] == before[0]
    assert after[1] > before[1] + 1


def test_rates_of_many_tiles_add_up():
    assert family_rate(0.01, 1) == pytest.approx(0.01)
    assert family_rate(0.01, 9) == pytest.approx(1 - 0.99**9)
    assert family_rate(1.0, 3) == pytest.approx(1.0)
