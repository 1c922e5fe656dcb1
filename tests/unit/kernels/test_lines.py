"""Oriented line filters, on lines whose place, width and angle are known by construction."""

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.kernels import lines
from artextract_cli.kernels.lines import N_DIRECTIONS

SHAPE = (61, 61)
CENTRE = (30, 30)
DARK, LIGHT = 0, 1


def line_strength(image: FloatArray, width: float, length: float) -> FloatArray:
    """The maps as (H, W, 4), so that a pixel is an index."""
    return np.moveaxis(lines.line_strength(image, width, length), 0, -1)


def line(angle: float, sigma: float = 1.0, contrast: float = -1.0) -> FloatArray:
    """A line (H, W) through the centre, ``angle`` degrees from the columns' axis."""
    rows, columns = np.indices(SHAPE)
    turn = np.deg2rad(angle)
    away = -(columns - CENTRE[1]) * np.sin(turn) + (rows - CENTRE[0]) * np.cos(turn)
    return np.asarray(1 + contrast * np.exp(-0.5 * (away / sigma) ** 2), np.float32)


@pytest.mark.parametrize("angle", range(0, 180, 15))
def test_the_axis_is_that_of_the_line(angle: int) -> None:
    found = line_strength(line(angle), 1.3, 8.0)[CENTRE]
    axis = np.rad2deg(np.arctan2(found[3], found[2])) / 2
    apart = (axis - angle + 90) % 180 - 90
    assert abs(apart) <= 90 / N_DIRECTIONS
    assert np.hypot(found[2], found[3]) == pytest.approx(found[DARK], rel=1e-4)


@pytest.mark.parametrize(("contrast", "seen", "unseen"), [(-1, DARK, LIGHT), (1, LIGHT, DARK)])
def test_dark_and_light_lines_are_told_apart(contrast: float, seen: int, unseen: int) -> None:
    found = line_strength(line(30, contrast=contrast), 1.3, 8.0)
    assert found[CENTRE][seen] > 0.1
    assert found[CENTRE][unseen] < 0.05 * found[CENTRE][seen]
    row, column = np.unravel_index(found[20:41, 20:41, seen].argmax(), (21, 21))
    assert abs((row - 10) * np.cos(np.pi / 6) - (column - 10) * np.sin(np.pi / 6)) <= 1


def test_the_strength_is_the_second_derivative() -> None:
    """Of a line exp(−x²/2s²), blurred by σ, at its middle: s/(s² + σ²)^1.5."""
    for width, sigma in ((1.3, 1.0), (2.0, 1.5), (4.0, 3.0)):
        expected = sigma / (sigma**2 + width**2) ** 1.5
        found = line_strength(line(0, sigma), width, 8.0)[CENTRE][DARK]
        assert found == pytest.approx(expected, rel=0.12)


def test_a_filter_sees_lines_of_its_own_width_best() -> None:
    """Scaled by its variance, as strengths of different filters are compared."""
    widths = (1.3, 2.0, 4.0)

    def best(sigma: float) -> float:
        found = [w**1.5 * line_strength(line(45, sigma), w, 8.0)[CENTRE][DARK] for w in widths]
        return widths[int(np.argmax(found))]

    assert [best(sigma) for sigma in (0.8, 2.2, 4.0)] == sorted(widths)


def test_a_long_line_is_stronger_than_a_spot_of_its_contrast() -> None:
    rows, columns = np.indices(SHAPE)
    away = np.hypot(rows - CENTRE[0], columns - CENTRE[1])
    spot = np.asarray(1 - np.exp(-0.5 * away**2), np.float32)
    found = [line_strength(image, 1.3, 8.0)[CENTRE][DARK] for image in (line(0), spot)]
    assert found[0] > 3 * found[1]


@pytest.mark.parametrize("width", [1.3, 2.0, 4.0])
def test_filters_turn_with_the_image(width: float) -> None:
    image = np.random.default_rng(0).random((23, 37), np.float32)
    strengths = line_strength(image, width, 8.0)[..., :2]
    for turn in range(1, 4):
        found = line_strength(np.ascontiguousarray(np.rot90(image, turn)), width, 8.0)[..., :2]
        np.testing.assert_allclose(found, np.rot90(strengths, turn), atol=1e-5)
    found = line_strength(np.ascontiguousarray(image.T), width, 8.0)[..., :2]
    np.testing.assert_allclose(found, np.swapaxes(strengths, 0, 1), atol=1e-5)


def test_an_even_image_and_tiny_ones_have_no_lines() -> None:
    assert np.abs(line_strength(np.full(SHAPE, 0.4, np.float32), 2.0, 8.0)).max() < 1e-6
    for shape in ((1, 1), (1, 7), (3, 2)):
        assert np.isfinite(line_strength(np.ones(shape, np.float32), 1.3, 8.0)).all()
