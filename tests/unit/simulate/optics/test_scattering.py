"""Scattering by wavelength and grain."""

import numpy as np
import pytest

from artextract_cli.simulate import (
    MODERNS,
    OLD_MASTERS,
)
from artextract_cli.simulate.optics.pigments import draw_batch
from artextract_cli.simulate.optics.scattering import PowerLaw, Resonance


def test_scattering_peaks_at_the_grain_and_is_one_at_the_reference():
    law = Resonance(least=360, greatest=600, rise=1, fall=3)
    nm, peaks = np.arange(300.0, 1101.0), np.array([400.0, 550.0])
    curves = law(nm, peaks)
    assert curves.shape == (2, 801)
    np.testing.assert_array_equal(nm[curves.argmax(axis=1)], peaks)
    np.testing.assert_allclose(curves[:, nm == 550], 1)
    # x = 2: (1 + 3)/(3/2 + 2³) of the peak
    assert law(np.array([1100.0]), peaks)[1, 0] == pytest.approx(4 / 9.5)
    assert PowerLaw(0.8, 2.2)(np.array([1100.0]), np.array([2.0]))[0, 0] == pytest.approx(0.25)
    drawn = draw_batch(np.random.default_rng(0), MODERNS).grain
    assert 360 <= drawn.min() < drawn.max() <= 600


def test_scattering_falls_with_the_wavelength_in_every_batch():
    batch = draw_batch(np.random.default_rng(1), OLD_MASTERS)
    _, scattering = batch.optics([420, 550, 750, 950])
    assert (np.diff(scattering, axis=1) < 0).all()
    exponent = -np.diff(np.log(scattering[:, [0, 3]]), axis=1)[:, 0] / np.log(950 / 420)
    law = OLD_MASTERS.scattering
    assert isinstance(law, PowerLaw)
    assert law.least - 1e-3 <= exponent.min() < exponent.max() <= law.greatest + 1e-3
