"""Mixtures of pigments that look alike."""

import numpy as np

from artextract_cli.simulate.optics import kubelka_munk as km
from artextract_cli.simulate.optics.mixing import (
    Paints,
    draw_paints,
    hiding_thickness,
    masstones,
    metamers,
)
from tests.helpers.paints import nominal


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
