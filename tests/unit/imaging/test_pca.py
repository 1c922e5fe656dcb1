"""Principal axes of covariances whose axes are known by construction."""

import numpy as np
import pytest

from artextract_cli.imaging.pca import principal_axes

AXES = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, -1]]).T
COVARIANCE = AXES @ np.diag([4.0, 0.0, 9.0]) @ AXES.T


def test_axes_are_ordered_by_variance() -> None:
    found = principal_axes(COVARIANCE)
    np.testing.assert_allclose(found.variances, [9, 4, 0], atol=1e-12)
    np.testing.assert_allclose(found.shares, [9 / 13, 4 / 13, 0], atol=1e-12)
    np.testing.assert_allclose(np.abs(found.directions[:, 0]), [0, 0, 1], atol=1e-12)


@pytest.mark.parametrize(("asked", "found"), [(1, 1), (2, 2), (5, 3)])
def test_no_more_axes_than_channels(asked: int, found: int) -> None:
    axes = principal_axes(COVARIANCE, asked)
    assert axes.directions.shape == (3, found)
    assert axes.total_variance == pytest.approx(13)
    assert axes.shares[0] == pytest.approx(9 / 13)


def test_a_direction_without_variance_has_no_gain() -> None:
    gains = principal_axes(COVARIANCE).gains(1e-3)
    np.testing.assert_allclose(gains, [1 / 3, 1 / 2, 0], atol=1e-12)


def test_the_largest_entry_of_a_signed_direction_is_positive() -> None:
    found = principal_axes(COVARIANCE, 2).signed_directions()
    np.testing.assert_allclose(found, [[0, -0.6], [0, 0.8], [1, 0]], atol=1e-12)


def test_shares_of_nothing_are_zero() -> None:
    assert not principal_axes(np.zeros((2, 2))).shares.any()
