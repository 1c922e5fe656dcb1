"""The verdict on whole paintings: features of tiles, their weights, and rates of many tiles."""

import dataclasses
import json

import numpy as np
import pytest

from artextract_cli.pipelines.hidden_layers.verdict import (
    FEATURES,
    LARGEST_EXCESS,
    TILE,
    Verdict,
    describe,
    fit_verdict,
    from_card,
    tiles,
)
from artextract_cli.scene_scores import family_rate


def noise(seed: int, shape: tuple[int, int] = (96, 96)) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(-3, 1, shape).astype(np.float32) for _ in range(2))


def with_line(seed: int, strength: float = 4) -> tuple[np.ndarray, np.ndarray]:
    dark, light = noise(seed)
    dark[40:42, 10:86] += strength
    return dark, light


def feature(name: str, maps: tuple[np.ndarray, np.ndarray]) -> float:
    return float(describe(*maps, None)[FEATURES.index(name)])


def test_a_long_line_stands_out_where_percentiles_hardly_move():
    assert feature("line_0.999", with_line(1)) > 2 * feature("line_0.999", noise(1))
    assert feature("quantile_0.9", with_line(1)) < feature("quantile_0.9", noise(1)) + 0.2


def test_the_same_pixels_scattered_make_no_line_and_no_area():
    dark, light = with_line(2)
    scattered = np.random.default_rng(0).permutation(dark.ravel()).reshape(dark.shape)
    for name in ("line_0.999", "largest_above_0"):
        assert feature(name, (dark, light)) > feature(name, (scattered, light))


def test_light_and_dark_content_count_alike():
    dark, light = with_line(3)
    np.testing.assert_allclose(describe(dark, light, None), describe(light, dark, None), rtol=1e-5)


def test_what_lies_outside_the_painting_does_not_count():
    dark, light = noise(4)
    painted = np.ones(dark.shape, bool)
    painted[:, 60:] = False
    beyond = dark.copy()
    beyond[:, 66:] = 9  # a backdrop that scores high
    clean, cluttered = (describe(d, light, painted) for d in (dark, beyond))
    np.testing.assert_allclose(clean, cluttered, atol=1e-6)


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


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return fit_verdict([describe(*noise(seed), None) for seed in range(24)])


def test_layers_lie_above_clean_tiles_that_were_not_fitted_on(verdict):
    clean, hidden = (
        [verdict(describe(*make(seed), None)) for seed in (90, 91, 92)]
        for make in (noise, with_line)
    )
    assert max(clean) < min(hidden)
    assert abs(np.mean(clean)) < 1


def test_one_feature_far_off_does_not_decide_alone(verdict):
    described = describe(*noise(93), None)
    before = verdict(described)
    described[0] += 1e9
    assert verdict(described) - before <= (LARGEST_EXCESS + 3) / len(FEATURES)


def test_the_worst_tile_judges_the_painting(verdict):
    dark, light = (np.concatenate([m] * 6)[: 2 * TILE] for m in noise(7))
    clean, n_tiles = verdict.of_painting(dark, light, None)
    dark[300:302, 10:86] += 4
    found, _ = verdict.of_painting(dark, light, None)
    assert n_tiles == 2
    assert found > clean


def test_a_card_holds_a_verdict_as_it_is(verdict):
    assert from_card(json.loads(json.dumps(dataclasses.asdict(verdict)))) == verdict


def test_rates_of_many_tiles_add_up():
    assert family_rate(0.01, 1) == pytest.approx(0.01)
    assert family_rate(0.01, 9) == pytest.approx(1 - 0.99**9)
    assert family_rate(1.0, 3) == pytest.approx(1.0)
