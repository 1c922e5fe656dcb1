import numpy as np
import pytest

from artextract_cli.kernels.logarithm import signed_log1p


@pytest.mark.parametrize("size", [1e-30, 1e-7, 1e-3, 0.3, 1, 25, 1e6, 1e30])
def test_to_the_last_digits(size):
    values = (size * np.random.default_rng(0).normal(size=(3, 700))).astype(np.float32)
    exact = values.astype(np.float64)
    found = signed_log1p(values)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.sign(exact) * np.log1p(np.abs(exact)), rtol=3e-7)


def test_zero_stays():
    assert signed_log1p(np.zeros((2, 1, 3), np.float32)).tolist() == [[[0, 0, 0]], [[0, 0, 0]]]


def test_views_and_other_types():
    values = np.linspace(-4, 4, 60).reshape(3, 4, 5).T[::2]
    expected = np.sign(values) * np.log1p(np.abs(values))
    np.testing.assert_allclose(signed_log1p(values), expected, rtol=3e-7)
