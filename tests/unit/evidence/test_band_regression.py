"""Robust regression of a band, on targets that follow or do not follow by construction."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import (
    DARKEST,
    LARGEST_RESIDUAL,
    RIDGE,
    TWO_SIDED,
    Surface,
    fit_bands,
    log_reflectance,
)
from artextract_cli.kernels.local_regression import monomials
from tests.helpers.residuals import SHAPE, Seen, channels, residual, residuals


def following(seen: Seen, seed: int = 1) -> FloatArray:
    """A band (H, W) that is a cubic polynomial of the surface, plus .01 of noise."""
    x = seen.components
    y = 0.2 * x[:, 0] - 0.1 * x[:, 1] ** 2 + 0.05 * x[:, 0] ** 2 * x[:, 1]
    y = y + 0.01 * np.random.default_rng(seed).standard_normal(len(y))
    return np.asarray(y.reshape(seen.shape), np.float32)


def spots(share: float, seed: int = 2) -> NDArray[np.bool_]:
    """Which pixels (H, W) hide something."""
    return np.random.default_rng(seed).random(SHAPE) < share


def test_logarithms_are_those_of_the_blurred_reflectance() -> None:
    picture = np.full((4, 5, 2), 0.2, np.float32)
    np.testing.assert_allclose(log_reflectance(picture, 1.0), np.log(0.2 + DARKEST), rtol=1e-6)
    np.testing.assert_allclose(log_reflectance(-picture, 1.0), np.log(DARKEST), rtol=1e-6)


def test_components_are_uncorrelated_and_of_variance_one() -> None:
    seen = Seen(channels(n=8))
    assert seen.shape == SHAPE
    assert seen.components.shape == (31 * 45, 5)
    covariance = seen.components.T @ seen.components / len(seen.components)
    np.testing.assert_allclose(covariance, np.eye(5), atol=1e-3)
    assert seen.slopes.shape == (31 * 45, 4)


def test_a_direction_without_variance_is_no_component() -> None:
    grey = channels(n=1).repeat(3, axis=2)
    seen = Seen(grey)
    assert np.abs(seen.components[:, 1:]).max() == 0
    assert seen.components[:, 0].std() == pytest.approx(1, abs=1e-3)


def test_the_fit_is_the_ridge_regression_of_scikit_learn() -> None:
    """With the weights that its own residuals give; two components are all but the same."""
    rng = np.random.default_rng(5)
    one = rng.standard_normal(400)
    both = np.stack([one, one + 1e-3 * rng.standard_normal(400)], axis=1).astype(np.float32)
    target = (one + 0.1 * rng.standard_normal(400)).astype(np.float32)
    surface = Surface(both, both[:, :0])
    fit = fit_bands(surface, target[:, None], cubic=False)
    terms = monomials(*surface, False).astype(np.float64)
    error = target - fit.offsets - (terms @ fit.gains)[:, 0]
    assert fit.deviations[0] == pytest.approx(1.4826 * np.median(np.abs(error)), rel=0.01)
    weights = 1 / (1 + (error / fit.deviations / TWO_SIDED.tolerance) ** 2)
    ridge = Ridge(alpha=RIDGE * len(target))
    ridge.fit((terms - terms.mean(0)) / terms.std(0), target, weights)
    np.testing.assert_allclose(fit.gains[:, 0] * terms.std(0), ridge.coef_, atol=2e-3)


def test_bands_are_told_one_by_one() -> None:
    seen = Seen(channels())
    bands = np.stack([following(seen, seed) for seed in (1, 2, 3)], axis=-1)
    bands[..., 1] -= 3 * spots(0.1)
    left = residuals(seen, bands)
    assert left.shape == bands.shape
    for b in range(3):
        np.testing.assert_allclose(left[..., b], residual(seen, bands[..., b]), atol=1e-4)


def test_noise_has_a_deviation_of_one() -> None:
    seen = Seen(channels())
    left = residual(seen, following(seen))
    assert 1.4826 * np.median(np.abs(left)) == pytest.approx(1, abs=0.05)
    assert np.abs(left.mean()) < 0.1


@pytest.mark.parametrize("change", [-0.3, 0.3])
@pytest.mark.parametrize("share", [0.05, 0.2])
def test_what_is_hidden_stands_out_with_its_sign(change: float, share: float) -> None:
    """Up to a fifth of the pixels, all to one side: thirty deviations of noise."""
    seen, hidden = Seen(channels()), spots(share)
    target = following(seen)
    left = residual(seen, target + np.float32(change) * hidden.astype(np.float32))
    expected = residual(seen, target)
    assert np.median(np.sign(change) * left[hidden]) > 10
    # The painting around it is told as it would be without.
    assert np.corrcoef(left[~hidden], expected[~hidden])[0, 1] > 0.9
    assert np.abs(np.median(left[~hidden])) < 0.5


def test_residuals_are_bounded() -> None:
    seen = Seen(channels())
    left = residual(seen, following(seen) + 100 * spots(0.02))
    assert left.max() == LARGEST_RESIDUAL
    assert left.dtype == np.float32


def test_what_is_off_the_mask_does_not_change_the_fit() -> None:
    mask = np.ones(SHAPE, bool)
    mask[:, :15] = False
    seen = Seen(channels(), mask)
    target = following(seen)
    framed = np.where(mask, target, 5).astype(np.float32)
    np.testing.assert_array_equal(residual(seen, framed)[mask], residual(seen, target)[mask])


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (31, 45)])
@pytest.mark.parametrize("n", [1, 3, 30])
def test_any_shape_and_number_of_channels_is_finite(shape: tuple[int, int], n: int) -> None:
    seen = Seen(channels(shape, n))
    assert np.isfinite(seen.components).all()
    assert np.isfinite(seen.slopes).all()
    target = channels(shape, 1, seed=3)[..., 0]
    assert np.isfinite(residual(seen, target)).all()


@pytest.mark.parametrize("n_painted", [1, 2, 10])
def test_fewer_pixels_than_terms_are_finite(n_painted: int) -> None:
    mask = np.zeros(SHAPE, bool)
    mask.ravel()[200 : 200 + n_painted] = True
    seen = Seen(channels(), mask)
    assert len(seen.at[0]) == n_painted
    assert np.isfinite(residual(seen, channels(n=1)[..., 0])).all()


@pytest.mark.parametrize("value", [0.0, 0.37, 1.0, 1e20])
def test_constant_pictures_leave_nothing(value: float) -> None:
    seen = Seen(np.full((*SHAPE, 3), value, np.float32))
    assert np.abs(residual(seen, np.full(SHAPE, np.log(value + 0.03), np.float32))).max() < 0.1
