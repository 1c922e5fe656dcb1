"""What the baselines work with: which bands, which pixels, and what predicts what."""

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.evaluation.baselines.painted_pixels import (
    longest_band,
    painted_mask,
    predictors_and_target,
    ridge_prediction,
    scatter_to_image,
)
from artextract_cli.imaging.coding import linear_rgb
from tests.helpers.painted_scenes import make_scene, painted_bands


@pytest.mark.parametrize(
    ("wavelengths", "predictors", "target"),
    [
        ((450, 950, 650, 850), [0, 2], 1),
        ((450, 720, 721), [0, 1], 2),
        ((700, 450, 650), [1, 2], 0),
        (None, [0, 1, 2], 3),
    ],
)
def test_what_predicts_what(
    wavelengths: tuple[float, ...] | None, predictors: list[int], target: int
) -> None:
    bands = painted_bands((5, 6), 4 if wavelengths is None else len(wavelengths))
    scene = make_scene(bands, wavelengths)
    found, longest = predictors_and_target(scene)
    assert longest_band(scene) == target
    np.testing.assert_array_equal(found, bands[..., predictors])
    np.testing.assert_array_equal(longest, bands[..., target])


@pytest.mark.parametrize("wavelengths", [(950.0,), (850.0, 950.0), None])
def test_the_photograph_predicts_where_no_band_does(wavelengths: tuple[float, ...] | None) -> None:
    rgb = painted_bands((5, 6), 3)
    bands = painted_bands((5, 6), len(wavelengths or (0,)))
    predictors, _ = predictors_and_target(make_scene(bands, wavelengths, rgb=rgb))
    np.testing.assert_array_equal(predictors, linear_rgb(rgb))


def test_a_mask_without_painting_is_refused() -> None:
    scene = make_scene(painted_bands((4, 5), 2), mask=np.zeros((4, 5), dtype=bool))
    with pytest.raises(InputError, match="the object mask leaves no pixel"):
        painted_mask(scene)


def test_what_is_not_painted_gets_the_lowest_score() -> None:
    painted = np.array([[True, False], [True, True]])
    made = scatter_to_image(np.array([3.0, -1.0, 2.0]), painted)
    np.testing.assert_array_equal(made, np.array([[3, -1], [-1, 2]], dtype=np.float32))


def test_reweighting_looks_away_from_pixels_that_do_not_follow() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2))
    truth = 1 + x[:, 0] - 0.5 * x[:, 1] ** 2
    y = truth + rng.normal(0, 0.01, 4000)
    y[rng.random(4000) < 0.15] -= 1
    followed = np.abs(ridge_prediction(x, y, penalty=1e-6) - truth)
    robust = np.abs(ridge_prediction(x, y, penalty=1e-6, rounds=10) - truth)
    assert np.median(followed) > 0.1
    assert np.median(robust) < 0.01


def test_other_pixels_than_those_of_the_fit_can_be_predicted() -> None:
    x = np.random.default_rng(0).normal(size=(500, 2))
    y = 2 + x[:, 0] * x[:, 1]
    others = np.array([[0.0, 0.0], [1.0, 2.0], [-1.0, 0.5]])
    predicted = ridge_prediction(x, y, penalty=1e-9, of=others)
    np.testing.assert_allclose(predicted, [2, 4, 1.5], atol=1e-5)
