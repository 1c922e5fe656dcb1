"""Standardisation of maps, against the formula."""

import numpy as np
import pytest

from artextract_cli.kernels.logarithm import signed_log1p
from artextract_cli.kernels.standardise import standardised_maps


@pytest.mark.parametrize("shape", [(1, 1), (3, 128), (17, 31)])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_against_numpy(shape: tuple[int, int], logarithmic: bool) -> None:
    rng = np.random.default_rng(0)
    planes = rng.normal(size=(5, *shape)).astype(np.float32)
    centre, spread = rng.random((2, 5)).astype(np.float32) + np.float32(0.1)
    found = standardised_maps(planes, centre, spread, 2.0, logarithmic=logarithmic)
    assert found.shape == (*shape, 5)
    expected = np.clip((np.moveaxis(planes, 0, -1) - centre) / spread, -2, 2)
    np.testing.assert_array_equal(found, signed_log1p(expected) if logarithmic else expected)


def test_a_part_of_an_image() -> None:
    planes = np.arange(2 * 6 * 7, dtype=np.float32).reshape(2, 6, 7)
    none, one = np.zeros(2, np.float32), np.ones(2, np.float32)
    found = standardised_maps(planes[:, 1:4, 2:6], none, one, 100.0, logarithmic=False)
    np.testing.assert_array_equal(found, np.moveaxis(planes[:, 1:4, 2:6], 0, -1))
