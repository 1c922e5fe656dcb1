"""Compositions and brush marks of the old masters."""

import numpy as np
import pytest

from artextract_cli.simulate.styles.old_masters.manner import OLD_MASTERS_MANNER, compose

SHAPE = (64, 80)


@pytest.mark.parametrize("seed", range(6))
def test_a_composition_has_several_regions_and_follows_from_the_seed(seed: int) -> None:
    labels = compose(np.random.default_rng(seed), SHAPE)
    assert labels.shape == SHAPE
    assert labels.min() >= 0
    assert len(np.unique(labels)) > 1
    assert np.array_equal(labels, compose(np.random.default_rng(seed), SHAPE))


def test_brush_marks_are_of_about_unit_variance() -> None:
    labels = compose(np.random.default_rng(1), SHAPE)
    marks = OLD_MASTERS_MANNER.brush(np.random.default_rng(2), labels, int(labels.max()) + 1)
    assert marks.shape == SHAPE
    assert 0.5 < marks.std() < 2
