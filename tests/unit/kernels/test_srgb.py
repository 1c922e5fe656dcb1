"""The constants of sRGB describe one continuous curve."""

import pytest

from artextract_cli.kernels import srgb


def power(linear: float) -> float:
    return srgb.SCALE * linear ** (1 / srgb.EXPONENT) - srgb.OFFSET


def test_the_line_meets_the_power() -> None:
    line = srgb.SLOPE * srgb.LINEAR_UP_TO
    assert line == pytest.approx(srgb.CODED_UP_TO, abs=1e-5)
    assert power(srgb.LINEAR_UP_TO) == pytest.approx(line, abs=1e-5)


def test_white_is_one_and_mid_grey_is_that_of_the_standard() -> None:
    assert power(1) == pytest.approx(1)
    assert power(0.21404) == pytest.approx(0.5, abs=1e-5)  # IEC 61966-2-1
