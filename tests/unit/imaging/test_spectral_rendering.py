"""Colours of cubes against those of the library, which integrates finer spectra another way."""

import warnings
from pathlib import Path

import colour
import numpy as np
import pytest

from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.imaging.spectral_rendering import rgb_weights

NM = np.arange(400.0, 701.0, 10.0)
OBSERVER = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
D65 = colour.SDS_ILLUMINANTS["D65"]
PATCHES = colour.SDS_COLOURCHECKERS["ISO 17321-1"]


def rendered(reflectance: np.ndarray, nm: np.ndarray = NM) -> np.ndarray:
    linear = reflectance @ rgb_weights(Path("abbey"), nm.tolist())
    return coded_rgb(np.clip(linear, 0, 1)) * 255


@pytest.mark.parametrize("nm", [NM, np.arange(420.0, 721.0, 10.0), np.arange(380.0, 1000.0, 3.7)])
@pytest.mark.parametrize("level", [0, 0.18, 0.5, 1])
def test_a_flat_spectrum_is_grey_and_white_is_white(nm: np.ndarray, level: float) -> None:
    wanted = 255 * (12.92 * level if level < 0.0031 else 1.055 * level ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(rendered(np.full(len(nm), level), nm), wanted, atol=0.05)


@pytest.mark.parametrize("name", PATCHES)
def test_patches_of_the_colour_checker(name: str) -> None:
    spectrum = PATCHES[name]
    with warnings.catch_warnings(action="ignore"):  # the library tells that it interpolates
        xyz = colour.sd_to_XYZ(spectrum, OBSERVER, D65) / 100
    wanted = np.clip(colour.XYZ_to_sRGB(xyz), 0, 1) * 255
    sampled = np.interp(NM, spectrum.wavelengths, spectrum.values)
    np.testing.assert_allclose(rendered(sampled), wanted, atol=2)


def test_bands_may_stand_in_any_order() -> None:
    spectrum = PATCHES["orange"]
    sampled = np.interp(NM, spectrum.wavelengths, spectrum.values)
    order = np.random.default_rng(0).permutation(len(NM))
    np.testing.assert_allclose(rendered(sampled[order], NM[order]), rendered(sampled), atol=1e-3)
