"""Colours are bound to scores: the same score is the same colour in every picture."""

import numpy as np
import pytest
from matplotlib import colormaps

from artextract_cli.errors import UsageError
from artextract_cli.imaging.heatmap import (
    COLOURS,
    EIGHTHS,
    SCALES,
    SEQUENTIAL,
    colour,
    overlay,
    own_greys,
    own_scale,
    paint,
)


def row(*scores: float) -> np.ndarray:
    return np.array([scores], dtype=np.float32)


def test_the_ends_and_the_limit_of_blue() -> None:
    found = colour(row(-1, 0, 1.3, 3, 50))[0]
    np.testing.assert_array_equal(found[0], [59, 76, 192])
    np.testing.assert_array_equal(found[1], [59, 76, 192])
    np.testing.assert_array_equal(found[2], COLOURS["blue-red"][85])
    np.testing.assert_array_equal(found[3], [180, 4, 38])
    np.testing.assert_array_equal(found[4], [180, 4, 38])


@pytest.mark.parametrize("colours", ["blue-red", "jet"])
def test_clean_paint_is_blue_and_strong_evidence_red(colours: str) -> None:
    clean = colour(np.linspace(0, 1.3, 200, dtype=np.float32)[None], colours)[0].astype(int)
    strong = colour(np.linspace(2.4, 4, 200, dtype=np.float32)[None], colours)[0].astype(int)
    assert (clean[:, 2] > clean[:, 0] + 40).all()
    assert (strong[:, 0] > strong[:, 2] + 40).all()


def test_more_evidence_is_never_bluer() -> None:
    steps = colour(np.linspace(0, 3, 61, dtype=np.float32)[None])[0].astype(int)
    assert (np.diff(steps[:42, 0]) > 0).all()
    assert (np.diff(steps[27:, 2]) < 0).all()
    assert (np.diff(steps[:27].sum(axis=1)) > 0).all()  # the blues rise from dark to light
    assert (np.diff(steps[39:].sum(axis=1)) < 0).all()  # the reds fall from light to dark
    assert len(np.unique(COLOURS["blue-red"], axis=0)) > 250


def test_the_same_score_has_the_same_colour_in_every_picture() -> None:
    calm = colour(row(0.2, 0.4, 1.0))
    wild = colour(row(1.0, 7.0, -3.0, 2.0))
    np.testing.assert_array_equal(calm[0, 2], wild[0, 0])


@pytest.mark.parametrize(
    ("table", "reference"), [(COLOURS["blue-red"], "coolwarm"), (SEQUENTIAL, "viridis")]
)
def test_the_maps_are_the_cited_ones(table: np.ndarray, reference: str) -> None:
    expected = colormaps[reference](np.linspace(0, 1, 256))[:, :3] * 255
    np.testing.assert_allclose(table, expected, atol=9)
    sixteenths = np.rint(16 * np.array(EIGHTHS)).astype(int)
    controls = np.rint(colormaps[reference].resampled(17)(sixteenths)[:, :3] * 255)
    at = np.linspace(0, 1, 256)
    straight = np.rint(np.stack([np.interp(at, EIGHTHS, channel) for channel in controls.T], 1))
    np.testing.assert_array_equal(table[at <= 7 / 8], straight[at <= 7 / 8])
    np.testing.assert_allclose(table, straight, atol=3)


def test_the_rainbow_is_three_trapezoids() -> None:
    at = np.linspace(0, 1, 256)[:, None]
    expected = 255 * np.clip(1.5 - np.abs(4 * at - [3, 2, 1]), 0, 1)
    np.testing.assert_allclose(COLOURS["jet"], expected, atol=1)


def test_importance_takes_the_sequential_map() -> None:
    found = colour(row(0, 1, 2), "jet", "importance")[0]
    np.testing.assert_array_equal(found, SEQUENTIAL[[0, 255, 255]])


def test_ticks_are_the_false_alarm_rates_they_name() -> None:
    for value, label in SCALES["false-alarm"].ticks.items():
        if "%" in label:
            percent = float(label.split("=")[1].rstrip(" %"))
            assert 100 * 10**-value == pytest.approx(percent, rel=0.01)


@pytest.mark.parametrize("scale", ["importance", "deviation"])
def test_ticks_are_the_numbers_they_name(scale: str) -> None:
    assert {value: f"{value:g}" for value in SCALES[scale].ticks} == SCALES[scale].ticks


def test_ticks_of_the_picture_beneath_are_shares_of_reflectance() -> None:
    said = {"darker": -0.01, "lighter": 0.01}
    for value, label in SCALES["hidden"].ticks.items():
        percent, _, way = label.partition(" % ")
        assert value == (said[way] * int(percent) if way else 0)


def test_an_unknown_colour_map_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no colour map 'pink': choose one of blue-red, jet"):
        colour(row(1), "pink")


def test_paint_gives_each_pixel_the_score_of_its_superpixel() -> None:
    labels = np.array([[0, 0, 2], [1, 1, 2]], dtype=np.int32)
    scores = np.array([0.5, 1.5, 2.5], dtype=np.float32)
    painted = paint(scores, labels)
    np.testing.assert_array_equal(painted, [[0.5, 0.5, 2.5], [1.5, 1.5, 2.5]])
    assert painted.dtype == np.float32


def test_overlay_covers_more_where_the_score_is_higher() -> None:
    stripes = np.zeros((2, 3, 3), dtype=np.float32)
    stripes[1] = 1
    mixed = overlay(stripes, np.array([[0, 1.3, 3], [0, 1.3, 3]], dtype=np.float32)).astype(int)
    shown = np.abs(mixed[1] - mixed[0]).mean(axis=-1)
    assert shown[0] > shown[1] > shown[2] > 20  # the contrast of the painting
    assert mixed[0, 2, 0] > mixed[0, 2, 2] + 80  # red on black paint
    assert mixed[0, 0, 2] > mixed[0, 0, 0] + 20  # blue on black paint


def test_overlay_leaves_the_photograph_outside_the_mask() -> None:
    rgb = np.random.default_rng(0).random((5, 7, 3)).astype(np.float32)
    mask = np.zeros((5, 7), dtype=bool)
    mask[1:3, 2:5] = True
    mixed = overlay(rgb, np.full((5, 7), 3, dtype=np.float32), mask=mask)
    np.testing.assert_array_equal(mixed[~mask], np.rint(rgb[~mask] * 255).astype(np.uint8))
    everywhere = overlay(rgb, np.full((5, 7), 3, dtype=np.float32))
    np.testing.assert_array_equal(mixed[mask], everywhere[mask])


def test_overlay_without_colour_is_grey() -> None:
    rgb = np.random.default_rng(0).random((4, 4, 3)).astype(np.float32)
    grey = overlay(rgb, np.full((4, 4), 3, dtype=np.float32), alpha=0)
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])


def test_an_overlay_worked_by_hand() -> None:
    """Pure green has luma 0.587; a score of 0 covers 35 % of alpha, one of 3 all of it."""
    green = np.tile(np.array([0, 1, 0], np.float32), (1, 2, 1))
    grey = 0.08 + 0.92 * 0.587
    mixed = overlay(green, row(0, 3), alpha=0.5)
    faint, full = np.array([59, 76, 192]) / 255, np.array([180, 4, 38]) / 255
    np.testing.assert_array_equal(mixed[0, 0], np.rint(255 * (grey * 0.825 + faint * 0.175)))
    np.testing.assert_array_equal(mixed[0, 1], np.rint(255 * (grey * 0.5 + full * 0.5)))


@pytest.mark.parametrize(
    ("scale", "score", "index"),
    [
        ("false-alarm", [0, 1.3, 2.15, 3, 9], [0, 85, 170, 255, 255]),
        ("deviation", [0, 1, 2, 4, 6, 7], [0, 42.5, 85, 170, 255, 255]),
        ("importance", [-1, 0, 0.2, 1], [0, 0, 51, 255]),
        ("hidden", [-1, -0.1, -0.05, 0, 0.1], [0, 0, 76.5, 153, 255]),
    ],
)
def test_scales_are_straight_between_their_values(
    scale: str, score: list[float], index: list[float]
) -> None:
    np.testing.assert_allclose(255 * SCALES[scale].position(np.array(score)), index)


def test_hidden_content_is_shown_in_greys() -> None:
    shown = colour(row(-0.1, 0, 0.1), scale="hidden")[0]
    np.testing.assert_array_equal(shown, [[0] * 3, [153] * 3, [255] * 3])


def test_an_image_has_a_scale_of_its_own() -> None:
    hidden = np.full((50, 50), np.nan, np.float32)
    hidden[10:40, 10:40] = np.linspace(-0.03, 0.02, 900, dtype=np.float32).reshape(30, 30)
    scale = own_scale(hidden)
    assert scale.values == pytest.approx((-0.0295, 0.0195), abs=1e-4)
    assert list(scale.ticks.values()) == ["2.9 % darker", "nothing", "1.9 % lighter"]
    greys = own_greys(hidden, scale)
    assert (greys[10, 10], greys[39, 39], greys[0, 0]) == (0, 255, 255)
    # Nothing changes: the middle of the bar, and no more than two ticks.
    flat = own_scale(np.full((5, 5), 0.05, np.float32))
    assert flat.values == pytest.approx((0.049, 0.051))
    assert len(flat.ticks) == 2
