import numpy as np
import pytest

from artextract_cli.report.plates.layout import (
    N_FRAMED,
    Box,
    frames,
    painting_box,
    scale_bar,
)
from artextract_cli.report.regions import Region


def region(number: int, left: int, top: int, right: int, bottom: int) -> Region:
    return Region(
        number=number,
        row=0,
        column=0,
        top=top,
        left=left,
        bottom=bottom,
        right=right,
        area_px=1,
        mean_score=2,
        max_score=3,
        false_alarm_rate=0.01,
        telling_band="",
        sign="",
        place="",
    )


def test_the_box_of_the_painting_has_a_margin() -> None:
    score = np.full((100, 200), np.nan, np.float32)
    score[20:90, 30:150] = 0
    assert painting_box(score, (100, 200)) == Box(left=26, top=16, right=154, bottom=94)
    # Of a map reduced to a quarter; the margin is 1 % of the longer side of the photograph.
    assert painting_box(score, (400, 800)) == Box(left=112, top=72, right=608, bottom=368)


def test_without_a_mask_the_whole_image_is_shown() -> None:
    whole = Box(left=0, top=0, right=30, bottom=20)
    assert painting_box(np.zeros((20, 30), np.float32), (20, 30)) == whole
    assert painting_box(np.full((20, 30), np.nan, np.float32), (20, 30)) == whole


def test_numbers_stay_on_the_plate() -> None:
    crop = Box(left=100, top=200, right=340, bottom=400)
    assert crop.label_size == 10
    middle, upper, right = frames(
        [
            region(1, 150, 300, 170, 310),
            region(2, 150, 205, 170, 220),
            region(3, 325, 300, 335, 310),
        ],
        crop,
    )
    assert (middle.number, middle.x, middle.y, middle.at_end) == (1, 150, 296, False)
    assert (upper.x, upper.y) == (150, 216)
    assert (right.x, right.at_end) == (335, True)


def test_only_the_first_regions_are_framed() -> None:
    many = [region(n, 10, 10, 20, 20) for n in range(1, 40)]
    found = frames(many, Box(left=0, top=0, right=100, bottom=100))
    assert [frame.number for frame in found] == list(range(1, N_FRAMED + 1))


@pytest.mark.parametrize(
    ("pixels_per_mm", "text", "length"),
    [(1, "20 cm", 200), (4, "5 cm", 200), (10, "2 cm", 200), (45, "5 mm", 225), (0.1, "2 m", 200)],
)
def test_the_scale_bar_has_a_round_length(pixels_per_mm: float, text: str, length: float) -> None:
    bar = scale_bar(Box(left=0, top=0, right=1000, bottom=10), pixels_per_mm)
    assert bar is not None
    assert (bar.text, bar.length) == (text, pytest.approx(length))


def test_without_a_scale_there_is_no_bar() -> None:
    assert scale_bar(Box(left=0, top=0, right=1000, bottom=10), None) is None
