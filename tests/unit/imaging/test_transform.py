"""Warping a band onto its photograph and back."""

import numpy as np
import pytest

from artextract_cli.imaging.registration import tile_shifts
from artextract_cli.imaging.transform import describe, shared_area, valid_area, warp
from tests.helpers.registration import PICTURE, SIDE, known, seen_by


def test_a_band_of_another_size_that_shows_the_same_is_not_shifted() -> None:
    """Half as large, each of its pixels is four of the photograph."""
    half = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
    told = describe(half, (80, 60), (40, 30))
    assert told == pytest.approx({"scale": 0.5, "rotation": 0, "right": 0, "down": 0})


def test_warped_back_it_lies_on_the_photograph() -> None:
    transform = known(1.02, 1, 6, -5)
    area = shared_area(valid_area((SIDE, SIDE), transform, (SIDE, SIDE)))
    warped = warp(seen_by(transform), transform, (SIDE, SIDE))
    np.testing.assert_allclose(warped[area], 0.9 - 0.7 * PICTURE[area], atol=0.02)
    shifts, n_tiles = tile_shifts(PICTURE[area], warped[area])
    assert len(shifts) == n_tiles > 1
    assert np.hypot(shifts[:, 2], shifts[:, 3]).max() < 0.15


def test_warping_keeps_depth_and_range() -> None:
    steps = np.zeros((40, 40), np.uint16)
    steps[:, 20:] = 65535
    warped = warp(steps, known(1, 0, 0.5, 0), (40, 40))
    assert warped.dtype == np.uint16
    assert {0, 65535} <= set(np.unique(warped).tolist())  # overshoot neither wraps around ...
    scaled = warp(steps / np.float32(65535), known(1, 0, 0.5, 0), (40, 40))
    assert (scaled.min(), scaled.max()) == (0, 1)  # ... nor leaves the range


def test_the_shared_area_has_been_seen_throughout() -> None:
    seen = np.zeros((30, 40), np.bool_)
    seen[3:28, 5:33] = True
    assert shared_area(seen) == np.s_[3:28, 5:33]
    seen[3:6, 5:9] = False
    rows, columns = shared_area(seen)
    assert seen[rows, columns].all()
    assert seen[rows, columns].size >= 25 * 24
    assert seen[shared_area(np.zeros((5, 5), np.bool_))].size == 0
