import numpy as np
import pytest

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.imaging.colour.differences import ciede2000, lab_of


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Pairs 1, 7, 17 and 25 of the test data of Sharma, Wu and Dalal, Color Research and
        # Application 30:21 (2005), table 1.
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_published_pairs(one: tuple, other: tuple, expected: float) -> None:
    assert ciede2000(np.array(one, float), np.array(other, float)) == pytest.approx(
        expected, abs=1e-4
    )


def test_white_grey_and_red() -> None:
    srgb = np.array([[1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0]], np.float32)
    # Red of sRGB under D50, as the ICC profile of sRGB gives it.
    expected = [[100, 0, 0], [53.39, 0, 0], [54.29, 80.8, 69.9]]
    np.testing.assert_allclose(lab_of(linear_rgb(srgb)), expected, atol=0.1)
