"""Regression in a window around each pixel."""

import numpy as np

from artextract_cli.kernels.local_regression import monomials
from tests.helpers.residuals import SHAPE, Seen, channels, residual


def test_a_polynomial_of_the_visible_leaves_nothing() -> None:
    seen = Seen(channels())
    terms = monomials(seen.components, seen.slopes, True)
    assert terms.shape[1] == 3 + 6 + 10 + 4
    target = (terms @ np.linspace(-0.1, 0.1, terms.shape[1])).reshape(SHAPE)
    assert np.abs(residual(seen, target.astype(np.float32))).max() < 1
