"""Grey morphology, against SciPy."""

import numpy as np
import pytest
from scipy.ndimage import grey_closing, grey_opening

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.morphology import closing, opening

SHAPES = [(1, 1), (1, 7), (7, 1), (2, 3), (31, 45)]


def noise(shape: tuple[int, ...], seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


class TestOpening:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("radius", [1, 2, 4])
    def test_against_scipy(self, shape: tuple[int, int], radius: int) -> None:
        image, side = noise((*shape, 2)), 2 * radius + 1
        size = (side, side, 1)
        np.testing.assert_array_equal(opening(image, radius), grey_opening(image, size=size))
        np.testing.assert_array_equal(closing(image, radius), grey_closing(image, size=size))

    def test_only_narrow_details_go(self) -> None:
        image = np.zeros((20, 20, 1), np.float32)
        image[2:5, 2:5], image[10:15, 10:15] = 1, 1
        left = opening(image, 2)
        assert not left[:8, :8].any()
        assert left[10:15, 10:15].all()
