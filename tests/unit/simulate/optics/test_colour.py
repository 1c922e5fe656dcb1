"""Colours of spectra."""

import numpy as np

from artextract_cli.simulate.optics.colour import matching_functions, to_srgb


def test_colour_matching_functions_have_equal_areas_and_the_known_peak():
    nm = np.arange(380.0, 781.0)
    curves = matching_functions(nm)
    np.testing.assert_allclose(curves.sum(axis=0), 106.9, rtol=0.01)
    assert abs(nm[curves[:, 1].argmax()] - 555) < 6


def test_grey_is_grey_and_white_is_white():
    np.testing.assert_allclose(to_srgb(np.ones(16)), 1, atol=1e-6)
    np.testing.assert_allclose(to_srgb(np.full(16, 0.2140411)), 0.5, atol=1e-4)
