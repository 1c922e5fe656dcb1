"""Layers of paint by Kubelka and Munk, against closed solutions and the differential equation."""

import numpy as np
import pytest
from scipy import integrate

from artextract_cli.simulate.optics import kubelka_munk as km

RATIOS = np.array([1e-4, 0.01, 0.3, 2.0, 40.0])


@pytest.mark.parametrize("ground", [0.0, 0.5, 0.95])
def test_a_thick_layer_has_the_reflectance_of_an_infinite_one(ground):
    r0, t = km.layer(1e5 * RATIOS, np.full(5, 1e5))
    expected = 1 + RATIOS - np.sqrt(RATIOS**2 + 2 * RATIOS)
    np.testing.assert_allclose(km.over(r0, t, np.float64(ground)), expected, rtol=1e-5)
    np.testing.assert_allclose(km.infinite_reflectance(RATIOS, np.ones(5)), expected, rtol=1e-9)


def test_no_layer_shows_the_ground():
    r0, t = km.layer(np.zeros(3, np.float32), np.zeros(3, np.float32))
    ground = np.array([0.0, 0.4, 0.9])
    np.testing.assert_allclose(km.over(r0, t, ground), ground, atol=1e-6)


def test_a_layer_that_only_scatters_follows_the_limit():
    thickness = np.array([0.1, 1.0, 10.0])
    r0, t = km.layer(np.zeros(3), thickness)
    np.testing.assert_allclose(r0, thickness / (1 + thickness), atol=2e-3)
    np.testing.assert_allclose(t, 1 / (1 + thickness), atol=2e-3)


def test_a_layer_solves_the_differential_equation_of_kubelka_and_munk():
    absorption, scattering, ground = 0.7, 1.3, 0.35

    def slope(_, reflectance):
        return scattering * (1 + reflectance**2) - 2 * (absorption + scattering) * reflectance

    solved = integrate.solve_ivp(slope, (0, 1.7), [ground], rtol=1e-9, atol=1e-12)
    r0, t = km.layer(np.array(1.7 * absorption), np.array(1.7 * scattering))
    assert km.over(r0, t, np.float64(ground)) == pytest.approx(solved.y[0, -1], rel=1e-6)


@pytest.mark.parametrize("ground", [0.0, 0.3, 0.9])
def test_a_layer_worked_by_hand(ground):
    """K/S = 1/4 gives a = 5/4 and b = 3/4; SX = (4/3) ln 2 gives coth(b SX) = (4 + 1)/(4 - 1)."""
    scattering = 4 / 3 * np.log(2)
    r0, t = km.layer(np.array(scattering / 4), np.array(scattering))
    assert r0 == pytest.approx(1 / (5 / 4 + 3 / 4 * 5 / 3))  # 1 / (a + b coth)
    assert t == pytest.approx(3 / 4 / (5 / 4 * 3 / 4 + 3 / 4 * 5 / 4))  # sinh 3/4, cosh 5/4
    less, more = 5 / 4 - 3 / 4 * 5 / 3, 5 / 4 + 3 / 4 * 5 / 3
    expected = (1 - ground * less) / (more - ground)
    assert km.over(r0, t, np.float64(ground)) == pytest.approx(expected)


def test_two_layers_of_one_paint_are_one_thicker_layer():
    r1, t1 = km.layer(np.array(0.2), np.array(0.9))
    r2, t2 = km.layer(np.array(0.4), np.array(1.8))
    ground = np.float64(0.6)
    twice = km.over(r1, t1, km.over(r1, t1, ground))
    assert twice == pytest.approx(km.over(r2, t2, ground), rel=1e-6)


def test_single_precision_is_enough_for_any_paint():
    loads = np.geomspace(1e-4, 300, 50)
    absorption, scattering = (grid.ravel() for grid in np.meshgrid(loads, loads))
    exact = km.over(*km.layer(absorption, scattering), np.float64(0.8))
    single = km.layer(absorption.astype(np.float32), scattering.astype(np.float32))
    np.testing.assert_allclose(km.over(*single, np.float32(0.8)), exact, atol=2e-6)


def test_the_surface_keeps_black_black_and_takes_four_percent_of_white():
    seen = km.through_surface(np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(seen, [0, 0.96 * 0.4 * 0.5 / 0.7, 0.96], rtol=1e-6)
