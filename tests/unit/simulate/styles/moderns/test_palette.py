"""Pigments of palette b."""

import numpy as np
import pytest

from artextract_cli.simulate import (
    MODERNS,
)
from artextract_cli.simulate.optics import kubelka_munk as km
from artextract_cli.simulate.optics.colour import VISIBLE_GRID, to_srgb
from artextract_cli.simulate.optics.pigments import Batch


def masstone(name: str, *wavelengths: float) -> np.ndarray:
    ones = np.ones(len(MODERNS.pigments))
    batch = Batch(
        palette=MODERNS,
        grain=470 * ones,
        absorption_gain=ones,
        scattering_gain=ones,
        drift=0 * ones,
    )
    absorption, scattering = batch.optics(wavelengths)
    pigment = MODERNS.index(name)
    return km.infinite_reflectance(absorption[pigment], scattering[pigment])


def test_the_palette_has_what_its_recipes_name():
    names = {pigment.name for pigment in MODERNS.pigments}
    recipes = MODERNS.recipes + MODERNS.grounds + MODERNS.dark_grounds
    used = {name for recipe in recipes for name, _ in recipe}
    used |= {*MODERNS.drawing, *MODERNS.shadows, *MODERNS.lines, MODERNS.ink, MODERNS.white}
    assert used == names
    assert max(len(recipe) for recipe in recipes) <= 3
    assert all(pigment.source for pigment in MODERNS.pigments)


@pytest.mark.parametrize(
    ("name", "dark", "clear"),
    [
        ("cobalt blue", 590, 750),
        ("cerulean blue", 650, 780),
        ("phthalocyanine blue", 700, 850),
        ("viridian", 610, 800),
        ("chromium oxide green", 600, 800),
        ("cadmium red", 550, 650),
        ("alizarin crimson", 530, 700),
        ("logwood ink", 650, 950),
    ],
)
def test_pigments_clear_where_they_should(name, dark, clear):
    assert masstone(name, clear) > 3 * masstone(name, dark)


@pytest.mark.parametrize("name", ["emerald green", "Mars brown", "graphite", "Prussian blue"])
def test_pigments_that_are_dark_at_850_nm(name):
    assert masstone(name, 850) < 0.25


def test_masstones_have_the_hue_of_their_pigment():
    hues = {
        0: ("cadmium red", "Mars red", "alizarin crimson", "chrome yellow"),
        1: ("viridian", "chromium oxide green", "emerald green"),
        2: ("cobalt blue", "cerulean blue", "Prussian blue", "phthalocyanine blue"),
    }
    for channel, names in hues.items():
        for name in names:
            seen = km.through_surface(masstone(name, *VISIBLE_GRID))
            assert to_srgb(seen).argmax() == channel, name
