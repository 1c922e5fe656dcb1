"""Objects of any outline before a light backdrop, whose place is known by construction."""

import numpy as np
import pytest

from artextract_cli.imaging.painting_mask import find_painting
from tests.helpers.backdrops import COLUMNS, PAINT, ROWS, SHAPE, agreement

QUARTER = np.hypot(ROWS - SHAPE[0], COLUMNS - SHAPE[1]) < 130
"""Of a round object, which touches two sides."""

SHADOW = 1 - 0.15 * np.exp(-((np.hypot(ROWS - SHAPE[0], COLUMNS - SHAPE[1]) - 130) ** 2) / 400)


def before(
    backdrop: np.ndarray | float, texture: float = 0.001, colour: tuple[float, ...] = (1, 1, 1)
) -> list[np.ndarray]:
    """A photograph and a band of the quarter, in which paint as light as the backdrop occurs."""
    rng = np.random.default_rng(0)
    light = np.broadcast_to(backdrop, SHAPE) * (1 - COLUMNS / 1500)
    surface = rng.normal(0, texture, SHAPE)
    made = []
    for gain in (np.array(colour), np.array([0.9])):
        plain = (light + surface)[..., None] * gain
        paint = (0.2 + 0.8 * PAINT)[..., None] * np.linspace(0.7, 1, len(gain))
        paint[150:165, 200:220] = 0.8
        values = np.where(QUARTER[..., None], paint, plain)
        made.append(np.asarray(np.clip(values, 0, 1), np.float32))
    return made


@pytest.mark.parametrize("backdrop", [0.6, 0.8, 0.95 * SHADOW], ids=["grey", "light", "shadow"])
def test_a_light_backdrop_on_two_sides(backdrop: np.ndarray | float) -> None:
    found = find_painting(before(backdrop))
    assert agreement(found, QUARTER) > 0.95
    assert (found & ~QUARTER).sum() < 0.01 * QUARTER.sum()
    assert (QUARTER & ~found).sum() < 0.04 * QUARTER.sum()
    assert found[150:165, 200:220].all()


@pytest.mark.parametrize(
    "pictures",
    [
        before(0.8, texture=0.02),
        before(0.8, colour=(1, 0.9, 0.8)),
        before(0.2),
    ],
    ids=["textured as a painted ground", "coloured as a sky", "dark"],
)
def test_what_may_be_painted_is_not_masked(pictures: list[np.ndarray]) -> None:
    assert find_painting(pictures) is None


def test_what_fades_into_the_backdrop_is_not_cut_out() -> None:
    photograph, band = before(0.8)
    soft = 1 / (1 + np.exp((np.hypot(ROWS - SHAPE[0], COLUMNS - SHAPE[1]) - 110) / 12))[..., None]
    fading = [p * soft + 0.8 * (1 - soft) for p in (photograph * 0 + 0.5, band * 0 + 0.5)]
    assert find_painting([np.asarray(p, np.float32) for p in fading]) is None


def test_bands_that_see_something_keep_it() -> None:
    """White paint on the light backdrop, which is dark in the infrared, is not backdrop."""
    photograph, band = before(0.8)
    patch = np.s_[30:70, 20:80]
    band[patch] = 0.3
    found = find_painting([photograph, band])
    assert found is None or found[patch].all()
