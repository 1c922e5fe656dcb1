"""The simulated camera: displacement, blur and noise."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.simulate import simulate_scene
from artextract_cli.simulate.optics.camera import point_spread
from tests.helpers.old_master_scenes import perfect, with_


@pytest.mark.parametrize("shift", [0.0, 0.3, -0.5, 1.0, 2.8])
def test_the_point_spread_moves_the_picture_by_exactly_its_displacement(shift):
    kernel = point_spread(shift, 0.4)
    x = np.arange(len(kernel)) - len(kernel) // 2
    assert kernel.sum() == pytest.approx(1)
    assert kernel @ x == pytest.approx(shift)
    assert kernel @ (x - shift) ** 2 < 0.6


def test_misregistration_displaces_bands_and_never_the_photograph():
    settings = perfect(kinds=("drawing",))
    moved = dataclasses.replace(settings, misregistration=3.0)
    still, shifted = simulate_scene((3,), settings), simulate_scene((3,), moved)
    np.testing.assert_array_equal(still.rgb, shifted.rgb)
    np.testing.assert_array_equal(still.truth, shifted.truth)
    assert np.abs(still.bands - shifted.bands).mean() > 0.002


def test_noise_has_the_standard_deviation_asked_for():
    settings = with_(kinds=(), exposure=0.0, misregistration=0.0)
    quiet, noisy = (
        simulate_scene((3,), dataclasses.replace(settings, noise=sigma)) for sigma in (0.0, 0.01)
    )
    middle = (quiet.bands > 0.4) & (quiet.bands < 0.6)
    assert (noisy.bands - quiet.bands)[middle].std() == pytest.approx(0.01, rel=0.1)
