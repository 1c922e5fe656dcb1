"""Paintings on a backdrop, whose place is known by construction."""

import math

import numpy as np
import pytest

from artextract_cli.imaging.painting_mask import LONGEST_SIDE, find_painting
from tests.helpers.backdrops import COLUMNS, PAINT, ROWS, SHAPE, agreement


def rectangle(degrees: float = 0, height: float = 110, width: float = 150) -> np.ndarray:
    """A rectangle (H, W) about the middle of the picture."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    down, right = ROWS - (SHAPE[0] - 1) / 2, COLUMNS - (SHAPE[1] - 1) / 2
    along, across = cosine * right + sine * down, cosine * down - sine * right
    return np.asarray((abs(along) <= width / 2) & (abs(across) <= height / 2))


def pictures(
    painted: np.ndarray, backdrop: float = 0.02, noise: float = 0.0, chart: bool = False
) -> list[np.ndarray]:
    """Photograph and two bands; the painting has other tones in each, the backdrop the same."""
    rng = np.random.default_rng(0)
    made = []
    for gain in (np.array([0.9, 0.8, 0.7]), np.array([0.6]), np.array([1.0])):
        paint = 0.1 + 0.8 * np.roll(PAINT, 37 * len(made), axis=1)
        values = np.where(painted[..., None], paint[..., None], backdrop)
        if chart:
            values[5:20, 60:180] = 0.5
            values[5:20, 60:180:20] = 0.9
        made.append(np.clip(values * gain + rng.normal(0, noise, (*SHAPE, len(gain))), 0, 1))
    return [np.asarray(picture, np.float32) for picture in made]


@pytest.mark.parametrize("backdrop", [0.0, 0.35, 0.98], ids=["black", "grey", "white"])
@pytest.mark.parametrize("noise", [0.0, 0.02])
@pytest.mark.parametrize("degrees", [0, 4, -20])
def test_a_painting_on_a_backdrop(backdrop: float, noise: float, degrees: float) -> None:
    painted = rectangle(degrees)
    found = find_painting(pictures(painted, backdrop, noise))
    assert agreement(found, painted) > 0.9
    assert not (found & ~painted).any()


def test_a_chart_beside_it_is_none() -> None:
    found = find_painting(pictures(rectangle(), chart=True))
    assert agreement(found, rectangle()) > 0.9
    assert not found[:25].any()


def test_light_may_fall_off() -> None:
    light = (1 - 0.4 * (COLUMNS / SHAPE[1] - 0.3) ** 2) * (1 - 0.2 * ROWS / SHAPE[0])
    lit = [
        np.asarray(picture * light[..., None], np.float32) for picture in pictures(rectangle(), 0.4)
    ]
    assert agreement(find_painting(lit), rectangle()) > 0.9


def test_a_corner_as_dark_as_the_backdrop_belongs_to_the_painting() -> None:
    dark = rectangle() & (ROWS + COLUMNS < 110)
    assert 50 < dark.sum() < 0.05 * rectangle().sum()
    found = find_painting(pictures(rectangle() & ~dark))
    assert agreement(found, rectangle()) > 0.9
    assert (found & dark).sum() > 0.5 * dark.sum()


def test_a_painting_may_reach_one_side() -> None:
    painted = np.zeros(SHAPE, np.bool_)
    painted[40:, 50:200] = True
    found = find_painting(pictures(painted))
    assert agreement(found, painted) > 0.9
    assert found[-1, 60:190].all()


@pytest.mark.parametrize(
    "painted",
    [
        np.ones(SHAPE, np.bool_),
        np.zeros(SHAPE, np.bool_),
        np.hypot(ROWS - 90, COLUMNS - 120) < 70,  # a head before a plain ground
        rectangle(0, 20, 30),
    ],
    ids=["fills the picture", "nothing", "round", "small"],
)
def test_where_no_painting_can_be_told(painted: np.ndarray) -> None:
    assert find_painting(pictures(painted)) is None


def test_large_pictures_are_looked_at_in_small() -> None:
    factor = LONGEST_SIDE // SHAPE[1] + 1
    large = [p.repeat(factor, 0).repeat(factor, 1)[:-1, :-3] for p in pictures(rectangle())]
    painted = rectangle().repeat(factor, 0).repeat(factor, 1)[:-1, :-3]
    found = find_painting(large)
    assert found is not None
    assert found.shape == painted.shape
    assert agreement(found, painted) > 0.9
