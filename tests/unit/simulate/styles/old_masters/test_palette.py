"""Pigments of palette a."""

import numpy as np
import pytest

from artextract_cli.simulate import OLD_MASTERS
from artextract_cli.simulate.optics import kubelka_munk as km
from artextract_cli.simulate.optics.colour import VISIBLE_GRID, to_srgb
from tests.helpers.paints import nominal


def masstone(name: str, *wavelengths: float) -> np.ndarray:
    absorption, scattering = nominal().optics(wavelengths)
    pigment = OLD_MASTERS.index(name)
    return km.infinite_reflectance(absorption[pigment], scattering[pigment])


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
