"""Radiographs of simulated scenes: in all worlds, and without a change to anything else."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.errors import UsageError
from artextract_cli.simulate import PALETTES, SceneSettings, simulate_scene

NAMES = [name for name in PALETTES if name != "mixed"]


@pytest.mark.parametrize("name", NAMES)
def test_a_radiograph_changes_nothing_else_of_a_scene(name: str) -> None:
    plain = SceneSettings(size=(40, 48), wavelengths=(450.0, 900.0), palette=PALETTES[name])
    without = simulate_scene((3, 1, 2), plain)
    scene = simulate_scene((3, 1, 2), dataclasses.replace(plain, layers=("xray",)))
    for image in ("rgb", "bands", "truth", "layer"):
        np.testing.assert_array_equal(getattr(scene, image), getattr(without, image))
    assert not without.layers
    assert scene.layers["xray"].shape == (40, 48)
    assert np.ptp(scene.layers["xray"]) > 0.02


@pytest.mark.parametrize("name", ["old-masters", "moderns", "measured", "workshop"])
def test_hidden_white_paint_is_lighter_in_the_radiograph(name: str) -> None:
    settings = SceneSettings(size=64, wavelengths=(450.0, 900.0), palette=PALETTES[name])
    lighter = []
    for number in range(2):
        hidden, clean = (
            simulate_scene(
                (7, 1, number),
                dataclasses.replace(settings, kinds=kinds, coverage=0.15, layers=("xray",)),
            )
            for kinds in (("light",), ())
        )
        change = hidden.layers["xray"] - clean.layers["xray"]
        inside = hidden.layer > 0.05
        lighter.append(change[inside].mean() - change[~inside].mean())
    assert max(lighter) > 0


def test_only_known_layers_are_simulated() -> None:
    with pytest.raises(UsageError, match="layers uv cannot be simulated; use xray"):
        SceneSettings(layers=("uv",))
