"""Regions of high scores."""

import numpy as np
import pytest

from artextract_cli.results.regions import REGION_COLUMNS, strong_regions, superpixel_side


def test_strong_regions_by_hand() -> None:
    """A block of three pixels at 3, and two that touch at a corner: 2.5 and 4."""
    heatmap = np.full((6, 8), 0.5, np.float32)
    heatmap[1, 1:4] = 3
    heatmap[4, 6], heatmap[5, 7] = 2.5, 4
    heatmap[0, 7], heatmap[3, 0] = 1.99, np.nan
    evidence = np.zeros((6, 8, 2), np.float32)
    evidence[1, 1:4, 1] = -1
    evidence[4:, 6:, 0] = 1
    first, second = strong_regions(heatmap, lambda *at: evidence[at], ["650", "850"])
    assert tuple(first) == REGION_COLUMNS
    assert tuple(first.values()) == (1, 1.0, 2.0, 1, 1, 2, 4, 3, 3.0, 3.0, 0.001, "850", "")
    assert tuple(second.values()) == (2, 4.5, 6.5, 4, 6, 6, 8, 2, 3.25, 4.0, 0.000562, "650", "")


def test_a_region_has_the_sign_of_most_of_its_score() -> None:
    """Of three pixels two are a little darker and one is much lighter; of the other pair none."""
    heatmap = np.zeros((6, 8), np.float32)
    heatmap[1, 1:4] = heatmap[4, 6:8] = 3
    signs = np.zeros((6, 8), np.float32)
    signs[1, 1:4] = 0.5, 0.5, -2
    signs[4, 6:8] = 1
    evidence = heatmap[..., None]
    rows = strong_regions(heatmap, lambda *at: evidence[at], ["950"], signs=lambda *at: signs[at])
    assert [row["sign"] for row in rows] == ["lighter", "darker"]


def test_a_broken_line_is_one_region_within_reach() -> None:
    """Two dashes with a gap of three pixels; what lies between does not count."""
    heatmap = np.zeros((5, 12), np.float32)
    heatmap[2, 1:4] = heatmap[2, 7:10] = 2.5
    band_score = np.ones((5, 12, 1), np.float32)
    assert len(strong_regions(heatmap, lambda *at: band_score[at], ["1"], reach=1)) == 2
    (region,) = strong_regions(heatmap, lambda *at: band_score[at], ["1"], reach=2)
    assert (region["area_px"], region["left"], region["right"]) == (6, 1, 10)
    assert (region["row"], region["column"], region["mean_score"]) == (2.0, 5.0, 2.5)


@pytest.mark.parametrize(("shape", "n", "side"), [((40, 48), 48, 6), ((3, 3), 90, 1)])
def test_superpixel_side(shape: tuple[int, int], n: int, side: int) -> None:
    assert superpixel_side(shape, n) == side


def test_no_strong_regions_and_too_many() -> None:
    flat = np.zeros((5, 5), np.float32)
    assert strong_regions(flat, lambda *at: flat[at][:, None], ["1"]) == []
    many = np.zeros((30, 30), np.float32)
    many[::2, ::2] = np.arange(225).reshape(15, 15) + 2
    rows = strong_regions(many, lambda *at: many[at][:, None], ["1"])
    assert [row["max_score"] for row in rows] == list(range(226, 126, -1))
