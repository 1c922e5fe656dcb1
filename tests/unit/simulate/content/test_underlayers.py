"""Hidden layers of simulated paintings."""

import numpy as np
import pytest

from artextract_cli.simulate import simulate_scene
from tests.helpers.old_master_scenes import hidden_change, perfect, with_


def test_ink_fades_with_the_wavelength_where_carbon_shows_ever_better():
    ink, carbon = hidden_change("ink"), hidden_change("drawing")
    assert ink[7] < ink[5]
    assert carbon[7] > carbon[5]


def test_ink_itself_is_nearly_lost_at_950_nm():
    def darkness(wavelength: float) -> float:
        layers = [
            simulate_scene((i,), with_(kinds=("ink",), wavelengths=(wavelength,))).layer
            for i in range(6)
        ]
        return -float(np.mean([layer[layer != 0].mean() for layer in layers]))

    assert darkness(950) < 0.3 * darkness(750)


def test_coverage_and_dark_lines_are_met():
    for wanted in (0.05, 0.3):
        scene = simulate_scene((2,), with_(size=128, kinds=("underpainting",), coverage=wanted))
        assert (scene.truth > 0).mean() == pytest.approx(wanted, rel=0.35)
    bare, lined = (simulate_scene((2,), perfect(kinds=(), dark_lines=x)) for x in (0.0, 0.06))
    darker = (bare.bands[..., 2] - lined.bands[..., 2]) > 0.02
    assert 0.02 < darker.mean() < 0.15
