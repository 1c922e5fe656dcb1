from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.imaging.colour.correction import reference_chart
from artextract_cli.preprocessing.chart_finding import FoundChart, find_chart
from tests.helpers.charts import chart_colours, with_patches
from tests.helpers.checkers import CAST, CORNER, SIDE, photograph

REFERENCE = reference_chart()
STEP = SIDE + SIDE // 4


def found(image: np.ndarray) -> FoundChart | None:
    return find_chart(linear_rgb(np.ascontiguousarray(image, np.float32)), REFERENCE)


def turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda image: ndimage.rotate(image, degrees, reshape=False, order=1, mode="nearest")


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        np.rot90,
        lambda image: np.rot90(image, 2),
        lambda image: np.rot90(image, 3),
        turned(3),
        turned(-6),
    ],
)
def test_patches_are_told_apart_in_any_orientation(
    change: Callable[[np.ndarray], np.ndarray],
) -> None:
    chart = found(change(photograph()))
    assert chart is not None
    # Cyan, which sRGB lacks, is clipped.
    is_inside = (REFERENCE.linear @ CAST > 0).all(axis=1)
    expected = (REFERENCE.linear @ CAST)[is_inside]
    np.testing.assert_allclose(chart.measured[is_inside], expected, atol=0.01)


def test_where_patches_are() -> None:
    chart = found(photograph())
    assert chart is not None
    rows, columns = np.divmod(np.arange(24), 6)
    expected = np.column_stack([CORNER[0] + rows * STEP, CORNER[1] + columns * STEP]) + SIDE / 2
    np.testing.assert_allclose(chart.centres, expected, atol=1.5)


@pytest.mark.parametrize(
    "image",
    [
        photograph()[:, ::-1],
        photograph()[:130],
        with_patches(np.full((220, 300, 3), 0.4), chart_colours(4, 6), SIDE, CORNER),
        np.full((220, 300, 3), 0.4),
    ],
    ids=["mirrored", "cut off", "another chart", "nothing"],
)
def test_what_is_no_chart(image: np.ndarray) -> None:
    assert found(image) is None
