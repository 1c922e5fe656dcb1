import numpy as np
import pytest
from scipy import ndimage

from artextract_cli.imaging.registration import MAX_SIDE, measure_shift, tile_shifts, windowed_edges
from tests.helpers.registration import pattern

SIDE = 160


PATTERN = pattern(2 * SIDE + 80)


def view(down: float, right: float) -> np.ndarray:
    """The pattern at half scale, shifted by multiples of half a pixel: exact, nothing is resampled.

    Each pixel is the mean of 2 × 2 of the pattern.
    """
    top, left = 40 - round(2 * down), 40 - round(2 * right)
    window = PATTERN[top : top + 2 * SIDE, left : left + 2 * SIDE]
    return np.asarray(window.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3)))


SHIFTS = [(0.0, 0.0), (0.5, -0.5), (-1.5, 0.0), (3.0, 2.5), (-7.0, 12.0)]


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("tones", ["same", "negative", "dark", "noisy"])
def test_known_shifts(shift: tuple[float, float], tones: str) -> None:
    band = view(*shift)
    band = {
        "same": band,
        "negative": 1 - band,
        "dark": 0.1 * band**2,
        "noisy": band + np.random.default_rng(1).normal(0, 0.005, band.shape),
    }[tones]
    found = measure_shift(windowed_edges(view(0, 0)), windowed_edges(band))
    assert found is not None
    np.testing.assert_allclose(found, shift, atol=0.15)


def test_no_shift_is_not_minus_zero() -> None:
    assert (
        str(measure_shift(windowed_edges(view(0, 0)), windowed_edges(view(0, 0)))) == "(0.0, 0.0)"
    )


def test_a_constant_band_has_no_shift() -> None:
    lines = windowed_edges(np.full((SIDE, SIDE), 0.4, np.float32))
    assert not lines.any()
    assert measure_shift(windowed_edges(view(0, 0)), lines) is None
    assert measure_shift(lines, windowed_edges(view(0, 0))) is None


@pytest.mark.parametrize("seed", range(1, 6))
def test_what_has_nothing_in_common_has_no_shift(seed: int) -> None:
    other = ndimage.gaussian_filter(np.random.default_rng(seed).random((SIDE, SIDE)), 2)
    assert (
        measure_shift(windowed_edges(view(0, 0)), windowed_edges(other.astype(np.float32))) is None
    )


@pytest.mark.parametrize("shape", [(1, 1), (31, 31), (5, 900)])
def test_small_pictures_tell_nothing(shape: tuple[int, int]) -> None:
    lines = windowed_edges(np.random.default_rng(0).random(shape, np.float32))
    assert lines.shape == shape
    assert measure_shift(lines, lines) is None


def test_the_middle_of_large_pictures_is_compared() -> None:
    assert windowed_edges(np.zeros((MAX_SIDE + 7, 40), np.float32)).shape == (MAX_SIDE, 40)


@pytest.mark.parametrize("down", [0.0, 3.0])
def test_where_outlines_repeat_the_smallest_shift_counts(down: float) -> None:
    """Bars 16 px apart, on which something faint lies one bar farther in the band."""
    rows = np.indices((256, 256))[0]
    faint = np.random.default_rng(0).normal(0, 0.03, (256, 256))
    photograph, band = (
        0.5 + 0.4 * (np.sin(2 * np.pi * (rows - at) / 16) > 0) + extra
        for at, extra in ((0, faint), (down, np.roll(faint, round(down) + 16, axis=0)))
    )
    shifts, n_tiles = tile_shifts(np.float32(photograph), np.float32(band))
    assert len(shifts) == n_tiles
    np.testing.assert_allclose(shifts[:, 2], down, atol=0.6)
