"""Radiographs of paint whose absorption is given."""

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.simulate.radiograph.film import expose

SHAPE = (96, 128)


def radiograph(paint: FloatArray, seed: int = 0, *, canvas: bool = True) -> FloatArray:
    return expose(np.random.default_rng(seed), paint, 0.02, canvas=canvas)


def test_what_absorbs_is_lighter_and_nothing_else_changes() -> None:
    bare = np.full(SHAPE, 0.2, np.float32)
    dense = bare.copy()
    dense[40:60, 50:80] += 0.4
    difference = radiograph(dense) - radiograph(bare)
    assert difference[45:55, 55:75].min() > 0.02
    assert abs(np.median(difference[:, :30])) < 0.02


def test_it_is_an_image_that_depends_on_the_seed_alone() -> None:
    paint = np.random.default_rng(1).random(SHAPE).astype(np.float32)
    first, second, other = radiograph(paint), radiograph(paint), radiograph(paint, 1)
    assert first.shape == SHAPE
    assert first.dtype == np.float32
    assert 0 <= first.min() < first.max() <= 1
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_canvases_have_nails_and_panels_have_none() -> None:
    paint = np.full(SHAPE, 0.2, np.float32)
    # Four in five canvases are shown with their stretcher.
    brightest = [[radiograph(paint, s, canvas=c).max() for s in range(6)] for c in (True, False)]
    assert max(brightest[0]) > 0.97
    assert max(brightest[1]) < 0.9
