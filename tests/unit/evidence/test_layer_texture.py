"""Weave and bars that are known by construction."""

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.layer_texture import Bars, PeriodicFilter
from artextract_cli.imaging.blocks import Block, full_block

SHAPE = (150, 170)


def noise(seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(SHAPE).astype(np.float32)


def weave() -> FloatArray:
    rows, columns = np.indices(SHAPE, np.float32)
    threads: FloatArray = np.cos(2 * np.pi * rows / 5.3) + np.cos(2 * np.pi * columns / 4.7)
    return threads


def test_a_weave_is_removed_and_a_shape_stays() -> None:
    shape = np.zeros(SHAPE, np.float32)
    shape[60:100, 70:110] = 4
    image = 0.3 * noise() + 2 * weave() + shape
    filtered = PeriodicFilter(image)(full_block(SHAPE))
    assert np.abs(filtered[:50] - 0.3 * noise()[:50]).std() < 0.25
    assert filtered[70:90, 80:100].mean() - filtered[:50].mean() > 3.5


def test_hatching_in_one_place_is_kept() -> None:
    image = 0.3 * noise()
    image[100:140, 100:140] += 2 * weave()[100:140, 100:140]
    filtered = PeriodicFilter(image)(full_block(SHAPE))
    assert filtered[105:135, 105:135].std() > 0.9 * image[105:135, 105:135].std()


def test_noise_without_texture_stays_as_it_is() -> None:
    filtered = PeriodicFilter(noise())(full_block(SHAPE))
    assert np.corrcoef(filtered.ravel(), noise().ravel())[0, 1] > 0.99


def test_blocks_give_what_the_whole_gives() -> None:
    image = noise() + weave()
    image[20:30, 40:60] = np.nan
    made = PeriodicFilter(image)
    whole = made(full_block(SHAPE))
    assert np.isfinite(whole).all()
    for block in (Block(0, 0, 64, 64), Block(33, 65, 101, 170), Block(149, 169, 150, 170)):
        np.testing.assert_allclose(made(block), whole[block.place], atol=1e-5)


def test_small_and_constant_maps_are_left_alone() -> None:
    small = noise()[:40, :50]
    np.testing.assert_array_equal(PeriodicFilter(small)(full_block(small.shape)), small)
    constant = np.zeros(SHAPE, np.float32)
    np.testing.assert_array_equal(PeriodicFilter(constant)(full_block(SHAPE)), constant)


def test_bars_are_found_beneath_noise_and_do_not_add_up_in_corners() -> None:
    frame = np.zeros(SHAPE, np.float32)
    frame[:20], frame[:, -25:] = 2, 2
    bars = Bars((SHAPE[0], SHAPE[1]))
    image = frame + 0.2 * noise()
    image[60:80, 20:60] = 8  # hidden content
    image[10] = np.nan
    bars.add(image)
    rows, columns = np.arange(SHAPE[0])[:, None], np.arange(SHAPE[1])
    found = bars.at(rows, columns)
    known = np.arange(SHAPE[0]) != 10
    assert np.abs(found - frame)[known].max() < 0.3
    assert np.abs(found[:9, -25:] - 2).max() < 0.3
