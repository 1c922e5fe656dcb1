"""Colours are compared with the matrices that the standards of the colour spaces publish."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.io.profiles import (
    PROFILE,
    linear_by_profile,
    profile_coding,
    profile_name,
    srgb_by_profile,
)
from tests.helpers.profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    LAB,
    LINEAR_RGB,
    PROPHOTO,
    SRGB,
    grey_profile,
)

# Adobe RGB (1998) Color Image Encoding, 2005: linear Adobe RGB to XYZ under D65; IEC 61966-2-1: XYZ
# under D65 to linear sRGB.
ADOBE_TO_XYZ = np.array(
    [
        [0.57667, 0.18556, 0.18823],
        [0.29734, 0.62736, 0.07529],
        [0.02703, 0.07069, 0.99134],
    ]
)
XYZ_TO_SRGB = np.array(
    [
        [3.2406, -1.5372, -0.4986],
        [-0.9689, 1.8758, 0.0415],
        [0.0557, -0.2040, 1.0570],
    ]
)
COLOURS = np.array([[0.2, 0.4, 0.6], [0.5, 0.5, 0.5], [0.7, 0.6, 0.55]], np.float32)


def test_adobe_rgb_by_its_published_matrix() -> None:
    expected = COLOURS.astype(float) ** (563 / 256) @ (XYZ_TO_SRGB @ ADOBE_TO_XYZ).T
    # The published matrices have four decimals, and white is adapted from D65 to D50 and back.
    expected = expected.clip(0, 1)
    np.testing.assert_allclose(linear_by_profile(COLOURS, ADOBE_RGB), expected, atol=5e-4)
    np.testing.assert_allclose(srgb_by_profile(COLOURS, ADOBE_RGB), coded_rgb(expected), atol=1e-3)


def test_neighbouring_counts_of_16_bits_stay_apart() -> None:
    counts = np.arange(20000, 20064, dtype=np.float32)[:, None] / 65535
    greys = srgb_by_profile(np.repeat(counts, 3, axis=1), ADOBE_RGB)
    assert len(np.unique(np.rint(greys[:, 1] * 65535))) == 64


@pytest.mark.parametrize("profile", [ADOBE_RGB, DISPLAY_P3, PROPHOTO, LINEAR_RGB])
def test_white_black_and_colours_beyond_srgb(profile: bytes) -> None:
    corners = np.array([[0, 0, 0], [1, 1, 1], [0, 1, 0]], np.float32)
    converted = srgb_by_profile(corners, profile)
    np.testing.assert_allclose(converted[:2], corners[:2], atol=2e-3)
    assert converted.min() >= 0
    assert converted.max() <= 1


@pytest.mark.parametrize(
    ("profile", "n_channels", "coding"),
    [
        (SRGB, 3, "srgb"),
        (ADOBE_RGB, 3, PROFILE),
        (DISPLAY_P3, 3, PROFILE),
        (LINEAR_RGB, 3, PROFILE),
        (SRGB, 1, "srgb"),
        (LINEAR_RGB, 1, "linear"),
        (grey_profile(1.0), 1, "linear"),
        (grey_profile(2.2), 1, "gamma 2.2"),
        (grey_profile(1.8), 1, "gamma 1.8"),
        (grey_profile(6.0), 1, PROFILE),
    ],
)
def test_the_coding_of_a_profile(profile: bytes, n_channels: int, coding: str) -> None:
    assert profile_coding(Path("a.tif"), profile, n_channels) == coding


def test_a_grey_curve() -> None:
    levels = np.linspace(0, 1, 11, dtype=np.float32)[:, None]
    np.testing.assert_allclose(linear_by_profile(levels, grey_profile(6.0)), levels**6, atol=1e-3)


@pytest.mark.parametrize(
    ("profile", "n_channels", "what"),
    [
        (b"", 3, "damaged"),
        (ADOBE_RGB[:200], 3, "damaged"),
        (ADOBE_RGB[:36] + b"xxxx" + ADOBE_RGB[40:], 3, "damaged"),
        (ADOBE_RGB[:128] + bytes(len(ADOBE_RGB) - 128), 3, "damaged"),
        (LAB, 3, "for another kind of image"),
        (grey_profile(2.2), 3, "for another kind of image"),
    ],
)
def test_refused_profiles(profile: bytes, n_channels: int, what: str) -> None:
    with pytest.raises(InputError, match=f"a.tif has .*{what}"):
        profile_coding(Path("a.tif"), profile, n_channels)


def test_names() -> None:
    assert "sRGB" in profile_name(SRGB)
    assert profile_name(b"nothing") == ""
