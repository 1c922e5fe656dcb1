import math

import numpy as np
import pytest
from scipy import ndimage

from artextract_cli.imaging.alignment.coarse import (
    agreement,
    directions,
    poses_about,
    poses_near,
    quarter_turn_poses,
    search,
)
from tests.helpers.registration import pattern

SIDE = 96
PICTURE = pattern(SIDE)


def test_directions_are_the_same_in_a_negative() -> None:
    assert agreement(directions(PICTURE), directions(1 - PICTURE)) > 0.95
    assert abs(agreement(directions(PICTURE), directions(pattern(SIDE, seed=3)))) < 0.1


def test_what_one_picture_does_not_show_does_not_count() -> None:
    half = directions(PICTURE)
    half[:, :40] = 0
    assert agreement(directions(PICTURE), half) == pytest.approx(1, abs=1e-3)
    assert agreement(directions(PICTURE), 0 * half) == 0


def seen(scale: float, degrees: float, window: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A band that is the photograph in other tones, 1.3 times as large and turned by 8 degrees."""
    angle, zoom = math.radians(degrees - 8), scale / 1.3
    turn = zoom * np.array(
        [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    )
    start = np.array([SIDE - 1] * 2) / 2 - turn @ (np.array(window) - 1) / 2
    picture = ndimage.affine_transform(1 - PICTURE, turn, start, window, order=1, cval=-1)
    return np.maximum(picture, 0).astype(np.float32), picture >= 0


def test_scale_and_turn_are_found() -> None:
    best = search(PICTURE, seen, [(s, d) for s in (0.9, 1.1, 1.3, 1.5) for d in (-8, 0, 8)])[0]
    assert (best.scale, best.degrees) == (1.3, 8)
    assert math.hypot(best.right, best.down) <= 2
    finer = search(PICTURE, seen, poses_near(best))[0]
    assert finer.score >= best.score - 0.01


def test_the_poses_leave_no_gap() -> None:
    scales, turns = (np.unique(values) for values in zip(*poses_about(1.0, 2.0), strict=True))
    assert scales[0] < 0.5
    assert scales[-1] > 4
    assert np.diff(np.log(scales)).max() < 0.051
    assert (turns[0], turns[-1], np.diff(turns).max()) == (-12, 12, 3)
    assert {round(turn / 90) for _, turn in quarter_turn_poses(1.0)} == {1, 2, 3}
