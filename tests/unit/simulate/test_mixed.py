"""The paintings that models learn from: which world each comes from."""

import numpy as np
import pytest

from artextract_cli.simulate import MIXED, OLD_MASTERS, PALETTES, RANDOM, SceneSettings
from artextract_cli.simulate.scene import simulate_scene


@pytest.mark.parametrize(("number", "world"), [(0, RANDOM), (1, RANDOM), (2, OLD_MASTERS)])
def test_every_third_painting_is_one_of_palette_a(number: int, world: object) -> None:
    assert PALETTES["mixed"] is MIXED
    made, expected = (
        simulate_scene((4, 0, number), SceneSettings(size=48, palette=palette))  # type: ignore[arg-type]
        for palette in (MIXED, world)
    )
    for name in ("rgb", "bands", "truth", "layer"):
        np.testing.assert_array_equal(getattr(made, name), getattr(expected, name))
