"""Both maps together, by the product of their false-alarm rates."""

import numpy as np
import pytest

from artextract_cli.evaluation.layers import combined_levels


def test_the_rate_of_a_product_is_that_of_chance() -> None:
    rng = np.random.default_rng(0)
    levels = -np.log10(rng.random((2, 200_000)))
    combined = combined_levels(*levels)
    for rate in (0.1, 0.01):
        assert (combined >= -np.log10(rate)).mean() == pytest.approx(rate, rel=0.1)


def test_neither_map_lowers_the_other_below_its_own_order() -> None:
    first, second = np.array([1.0, 2.0, 3.0]), np.array([-5.0, 0.0, 0.0])
    assert (np.diff(combined_levels(first, second)) > 0).all()
