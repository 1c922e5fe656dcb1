"""Colour charts, grey scales, and what looks a little like them."""

import numpy as np
import pytest

from artextract_cli.scenes.checks.colour_chart import find_colour_chart
from tests.helpers.charts import chart_colours, with_patches
from tests.helpers.checked_datasets import view


def canvas() -> np.ndarray:
    return np.dstack([view(seed, shape=(240, 300)) for seed in range(3)]).astype(np.float32)


@pytest.mark.parametrize("side", [11, 14])
def test_a_chart_is_found(side: int) -> None:
    chart = find_colour_chart(with_patches(canvas(), chart_colours(4, 6), side, (30, 50)))
    assert chart is not None
    assert chart.n_patches == 24
    step = side + side // 4
    assert chart.rows == pytest.approx((30, 30 + 4 * step), abs=side / 2)
    assert chart.columns == pytest.approx((50, 50 + 6 * step), abs=side / 2)


def test_a_grey_scale_is_found() -> None:
    greys = np.repeat(np.linspace(0.1, 0.95, 6)[None, :, None], 3, axis=2)
    assert find_colour_chart(with_patches(canvas(), greys, 12, (30, 50)))
    assert find_colour_chart(with_patches(canvas(), greys[:, ::-1], 12, (30, 50)))


@pytest.mark.parametrize(
    "colours",
    [
        np.full((4, 6, 3), 0.4),  # panes of a window
        chart_colours(1, 6),  # a row of coloured patches
        chart_colours(2, 3),
        np.repeat(np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7])[None, :, None], 3, axis=2),
    ],
    ids=["one colour", "one row", "few", "unsteady greys"],
)
def test_other_patches_are_not_a_chart(colours: np.ndarray) -> None:
    assert find_colour_chart(with_patches(canvas(), colours, 12, (30, 50))) is None


def test_nothing_is_found_in_paint_or_in_an_empty_image() -> None:
    assert find_colour_chart(canvas()) is None
    assert find_colour_chart(np.full((60, 80, 3), 0.5, np.float32)) is None
