"""What pigments absorb, against values worked out by hand."""

import numpy as np
import pytest

from artextract_cli.simulate.measured.pigments import PIGMENTS as MEASURED
from artextract_cli.simulate.radiograph.attenuation import (
    COMPOUNDS,
    attenuation_of,
    random_attenuation,
)
from artextract_cli.simulate.styles.moderns.palette import MODERNS
from artextract_cli.simulate.styles.old_masters.palette import OLD_MASTERS
from artextract_cli.simulate.workshop.paint.pigment_table import PIGMENTS as WORKSHOP


def test_a_compound_is_the_mean_of_its_elements_by_mass() -> None:
    # Hg 200.59 of 232.65 g, 8.1 g/cm³, in 2.4 µm of pigment.
    by_hand = 8.1 * (200.59 * 28.4 + 32.06 * 2.11) / 232.65 * 2.4e-4
    assert attenuation_of(["vermilion"])[0] == pytest.approx(by_hand, rel=1e-5)


def test_lead_and_mercury_absorb_most_and_carbon_least() -> None:
    order = attenuation_of(["carbon black", "madder lake", "yellow ochre", "azurite", "lead white"])
    assert (np.diff(order) > 0).all()
    assert order[-1] > 200 * order[0]


def test_every_pigment_of_every_palette_is_known() -> None:
    palettes = [pigment.name for palette in (OLD_MASTERS, MODERNS) for pigment in palette.pigments]
    for names in (palettes, [*MEASURED], [*WORKSHOP], [*COMPOUNDS]):
        assert (attenuation_of(names) > 0).all()


def test_a_random_white_is_as_some_real_white() -> None:
    whites = attenuation_of(["lead white", "zinc white", "titanium white"])
    drawn = random_attenuation(np.random.default_rng(0), ["w0"] * 20)
    assert set(drawn.tolist()) == set(whites.tolist())
