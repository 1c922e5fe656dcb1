import numpy as np
import pytest
from scipy import integrate

from artextract_cli.simulate import OLD_MASTERS, Palette
from artextract_cli.simulate.content.fields import cells, craquelure, smooth_noise, weave
from artextract_cli.simulate.content.sketch import Sketch
from artextract_cli.simulate.optics import kubelka_munk as km
from artextract_cli.simulate.optics.camera import point_spread
from artextract_cli.simulate.optics.colour import VISIBLE_GRID, matching_functions, to_srgb
from artextract_cli.simulate.optics.mixing import (
    Paints,
    draw_paints,
    hiding_thickness,
    masstones,
    metamers,
)
from artextract_cli.simulate.optics.pigments import Batch, draw_batch
from artextract_cli.simulate.optics.scattering import PowerLaw


def nominal(palette: Palette = OLD_MASTERS, exponent: float = 1.2) -> Batch:
    ones = np.ones(len(palette.pigments))
    return Batch(
        palette=palette,
        grain=exponent * ones,
        absorption_gain=ones,
        scattering_gain=ones,
        drift=0 * ones,
    )


def masstone(name: str, *wavelengths: float) -> np.ndarray:
    absorption, scattering = nominal().optics(wavelengths)
    pigment = OLD_MASTERS.index(name)
    return km.infinite_reflectance(absorption[pigment], scattering[pigment])


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


def test_the_palette_has_pigments_grounds_and_recipes_it_knows():
    names = {pigment.name for pigment in OLD_MASTERS.pigments}
    assert len(names) == len(OLD_MASTERS.pigments) >= 16
    recipes = OLD_MASTERS.recipes + OLD_MASTERS.grounds + OLD_MASTERS.dark_grounds
    assert {name for recipe in recipes for name, _ in recipe} <= names
    assert max(len(recipe) for recipe in recipes) <= 3
    assert all(pigment.source for pigment in OLD_MASTERS.pigments)


@pytest.mark.parametrize(
    "name", ["ultramarine", "vermilion", "madder lake", "carmine lake", "indigo", "smalt"]
)
def test_pigments_that_turn_transparent_in_the_infrared(name):
    assert masstone(name, 950) > 0.65
    assert masstone(name, *VISIBLE_GRID).min() < 0.25


@pytest.mark.parametrize(
    "name", ["azurite", "malachite", "raw umber", "burnt umber", "bone black", "carbon black"]
)
def test_pigments_that_stay_dark_in_the_infrared(name):
    assert masstone(name, 850, 950).max() < 0.3


def test_ochres_open_up_past_their_weak_iron_bands():
    assert masstone("yellow ochre", 450) < 0.25 < 0.5 < masstone("yellow ochre", 750)
    assert masstone("red ochre", 530) < 0.15 < 0.5 < masstone("red ochre", 750)
    assert masstone("red ochre", 865) < masstone("red ochre", 760)
    assert masstone("yellow ochre", 905) < masstone("yellow ochre", 780)


def test_iron_gall_ink_fades_where_carbon_does_not():
    dark, fading, faded = masstone("iron-gall ink", 650, 850, 1000)
    assert dark < 0.03
    assert 2 * dark < fading < 0.3 * faded
    absorption, _ = nominal().optics([650, 950])
    ink, carbon = OLD_MASTERS.index("iron-gall ink"), OLD_MASTERS.index("carbon black")
    assert absorption[ink, 1] < 0.1 * absorption[ink, 0]
    assert absorption[carbon, 1] == absorption[carbon, 0]


def test_masstones_have_the_hue_of_their_pigment():
    def colour(name: str) -> np.ndarray:
        return to_srgb(km.through_surface(masstone(name, *VISIBLE_GRID)))

    for name in ("vermilion", "red lead", "red ochre", "madder lake"):
        assert colour(name).argmax() == 0
    for name in ("azurite", "ultramarine", "smalt", "indigo"):
        assert colour(name).argmax() == 2
    for name in ("malachite", "verdigris", "green earth"):
        assert colour(name).argmax() == 1
    assert colour("lead white").min() > 0.85
    assert colour("lead-tin yellow")[:2].min() > 0.7 > 0.6 > colour("lead-tin yellow")[2]


def test_scattering_falls_with_the_wavelength_in_every_batch():
    batch = draw_batch(np.random.default_rng(1), OLD_MASTERS)
    _, scattering = batch.optics([420, 550, 750, 950])
    assert (np.diff(scattering, axis=1) < 0).all()
    exponent = -np.diff(np.log(scattering[:, [0, 3]]), axis=1)[:, 0] / np.log(950 / 420)
    law = OLD_MASTERS.scattering
    assert isinstance(law, PowerLaw)
    assert law.least - 1e-3 <= exponent.min() < exponent.max() <= law.greatest + 1e-3


def boards() -> list[tuple[np.random.Generator, Paints]]:
    """Paints of many painters, since each has only a few recipes on the board."""
    generators = [np.random.default_rng(seed) for seed in range(20)]
    return [(rng, draw_paints(rng, nominal(), 15)) for rng in generators]


def contrast_of_hiding_paint(wavelength: float) -> np.ndarray:
    batch = nominal()
    still = np.zeros((4, 15), np.float32)
    absorption, scattering = batch.optics([wavelength])
    contrasts = []
    for _, paints in boards():
        amounts = paints.amounts(np.arange(15), still, len(batch.palette.pigments))
        np.testing.assert_allclose(amounts.sum(axis=0), 1, rtol=1e-5)
        loads = (amounts * hiding_thickness(paints, batch)).T
        r0, t = km.layer(loads @ absorption, loads @ scattering)
        contrasts.append(km.over(r0, t, np.float32(0.9)) - km.over(r0, t, np.float32(0.05)))
    return np.concatenate(contrasts)


def test_paint_of_hiding_thickness_hides_from_the_eye_but_not_from_the_infrared():
    visible, infrared = contrast_of_hiding_paint(550), contrast_of_hiding_paint(950)
    assert np.quantile(visible, 0.9) < 0.06
    assert np.median(infrared) > 0.1
    assert np.median(infrared) > 10 * np.median(visible)


def test_metamers_look_alike_and_differ_in_the_infrared():
    batch = nominal()
    difference = np.concatenate(
        [
            np.abs(masstones(paints, batch) - masstones(metamers(rng, paints, batch), batch))
            for rng, paints in boards()
        ]
    )
    assert np.quantile(np.linalg.norm(difference[:, :3], axis=1), 0.9) < 0.1
    assert np.median(difference[:, 3]) > 0.08


def test_colour_matching_functions_have_equal_areas_and_the_known_peak():
    nm = np.arange(380.0, 781.0)
    curves = matching_functions(nm)
    np.testing.assert_allclose(curves.sum(axis=0), 106.9, rtol=0.01)
    assert abs(nm[curves[:, 1].argmax()] - 555) < 6


def test_grey_is_grey_and_white_is_white():
    np.testing.assert_allclose(to_srgb(np.ones(16)), 1, atol=1e-6)
    np.testing.assert_allclose(to_srgb(np.full(16, 0.2140411)), 0.5, atol=1e-4)


@pytest.mark.parametrize("shift", [0.0, 0.3, -0.5, 1.0, 2.8])
def test_the_point_spread_moves_the_picture_by_exactly_its_displacement(shift):
    kernel = point_spread(shift, 0.4)
    x = np.arange(len(kernel)) - len(kernel) // 2
    assert kernel.sum() == pytest.approx(1)
    assert kernel @ x == pytest.approx(shift)
    assert kernel @ (x - shift) ** 2 < 0.6


def test_smooth_noise_has_the_promised_mean_and_variance():
    noise = smooth_noise(np.random.default_rng(0), (700, 500), 5)
    assert noise.shape == (700, 500)
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.var() == pytest.approx(1, abs=0.06)
    assert np.abs(np.diff(noise, axis=0)).max() < 1.5


def test_cells_are_all_used_and_cracks_are_thin():
    rng = np.random.default_rng(0)
    assert np.unique(cells(rng, (90, 61), 5, warp=2.0)).tolist() == [0, 1, 2, 3, 4]
    cracks = craquelure(rng, (90, 61), 12.0)
    assert cracks.min() == 0
    assert cracks.max() > 0.5
    assert (cracks > 0.5).mean() < 0.25
    assert np.abs(weave(rng, (90, 61), 4.0)).max() <= 1 + 1e-6


def test_strokes_and_shapes_cover_their_area():
    sketch = Sketch((60, 90))
    sketch.fill(np.array([[10.0, 10], [10, 50], [40, 50], [40, 10]]))
    mask = sketch.mask()
    assert mask.sum() == pytest.approx(30 * 40, rel=0.03)
    assert mask[25, 30] == 1
    assert mask[50, 70] == 0
    line = Sketch((60, 90))
    line.stroke(np.array([[30.0, 10], [30, 80]]), 3.0)
    assert line.mask().sum() == pytest.approx(3 * 70, rel=0.05)
    assert line.covered == pytest.approx(3 * 70 / 5400, rel=0.05)
