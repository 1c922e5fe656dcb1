"""Reweighted least squares, on lines with outliers by construction."""

from functools import partial

import numpy as np
import pytest

from artextract_cli.imaging.robust_regression import (
    Values,
    Weighting,
    reweighted,
    ridge_solution,
    robust_deviation,
    robust_deviations,
    upper_median,
)


def test_the_robust_deviation_is_that_of_normal_noise() -> None:
    noise = np.random.default_rng(0).normal(0, 3, 40_000)
    assert robust_deviation(noise) == pytest.approx(3, rel=0.02)
    noise[::10] = 1e6  # a tenth of outliers hardly counts
    assert robust_deviation(noise) == pytest.approx(3, rel=0.2)
    assert robust_deviation(np.zeros(5), 0.25) == 0.25


def test_columns_have_deviations_of_their_own() -> None:
    columns = np.array([[1, -4], [-1, 4], [1, 4]], np.float32)
    found = robust_deviations(columns)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [1.4826, 4 * 1.4826], rtol=1e-6)


@pytest.mark.parametrize(("values", "median"), [([3, 1, 2], 2), ([4, 1, 3, 2], 3), ([7], 7)])
def test_of_the_two_middle_values_the_upper_one(values: list[int], median: int) -> None:
    assert upper_median(np.array(values)) == median
    assert robust_deviation(np.array(values), median=upper_median) == 1.4826 * median


def test_weights_by_size_and_side() -> None:
    residuals = np.array([-4.0, -2, 0, 2, 4])
    both, below = Weighting(tolerance=2), Weighting(tolerance=2, side=-1)
    np.testing.assert_allclose(both(residuals, 1), [0.2, 0.5, 1, 0.5, 0.2])
    np.testing.assert_allclose(below(residuals, 1), [0.2, 0.5, 1, 1, 1])
    np.testing.assert_allclose(both(residuals, 2), [0.5, 0.8, 1, 0.8, 0.5])


@pytest.mark.parametrize("side", [0, -1])
def test_outliers_do_not_bend_a_line(side: int) -> None:
    rng = np.random.default_rng(1)
    design = np.stack([np.ones(300), rng.standard_normal(300)], axis=1)
    y = design @ [1.0, 2.0] + 0.01 * rng.standard_normal(300)
    y[::5] -= 3

    def solve(weights: Values) -> tuple[Values, Values]:
        n = len(weights)
        found = ridge_solution(design[:n], y[:n], weights, np.zeros((2, 2)))
        return found, y - design @ found

    rounds = [100, 100, 300, 300, 300, 300]
    weighting = Weighting(tolerance=1, side=side)
    fit = partial(reweighted, solve, np.ones(300), weighting=weighting, deviation=robust_deviation)
    found, deviation = fit(rounds)
    np.testing.assert_allclose(found, [1, 2], atol=0.02)
    assert deviation < 0.05
    plain, _ = fit([300])
    assert abs(plain[0] - 1) > 0.5


def test_a_ridge_shrinks() -> None:
    design, y = np.ones((4, 1)), np.full(4, 3.0)
    assert ridge_solution(design, y, np.ones(4), np.eye(1) * 4) == pytest.approx(1.5)
