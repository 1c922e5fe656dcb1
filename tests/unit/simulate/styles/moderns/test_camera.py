"""The camera of palette b."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.optics.camera import Camera
from artextract_cli.simulate.styles.moderns.camera import ModernCamera
from tests.helpers.modern_scenes import camera

STILL = Conditions(
    **dict.fromkeys((field.name for field in dataclasses.fields(Conditions)), 0.0)
)  # no fault at all


@pytest.mark.parametrize("wavelength", [420.0, 950.0])
def test_noise_is_that_asked_for_with_lines_and_a_floor_that_grows(wavelength):
    made = camera(dataclasses.replace(STILL, noise=0.01))
    grey, black = np.full((400, 300), 0.5), np.zeros((400, 300))
    noise = made.noise(np.random.default_rng(1), grey, wavelength)
    assert noise.std() == pytest.approx(0.01, rel=0.05)
    by_column = noise.mean(axis=0)
    assert np.corrcoef(by_column, made.columns)[0, 1] > 0.9
    assert noise.mean(axis=1).std() > 3 * 0.01 / np.sqrt(300)
    assert made.noise(np.random.default_rng(1), black, wavelength).std() < noise.std()


def test_the_floor_and_the_blur_grow_toward_the_infrared():
    made = camera(dataclasses.replace(STILL, noise=0.01))
    black = np.zeros((400, 300))
    short, long = (made.noise(np.random.default_rng(1), black, nm).std() for nm in (450, 950))
    assert long > 1.2 * short
    assert made.blur(950) > made.blur(650) > made.blur(550)


def test_light_is_lost_in_the_corners_only():
    light = camera(dataclasses.replace(STILL, vignetting=0.1)).light
    assert light.max() == pytest.approx(1, abs=1e-3)
    assert light[::399, ::299].mean() == pytest.approx(0.9, abs=0.03)
    assert (camera(STILL).light == 1).all()
    assert issubclass(ModernCamera, Camera)
