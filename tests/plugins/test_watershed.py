import numpy as np
import pytest

from artextract_watershed import WatershedOptions
from artextract_watershed.segmentation import segment


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).normal(50, 15, (60, 75, 4)).astype(np.float32)


@pytest.mark.parametrize(
    ("options", "asked"),
    [({}, 180), ({"region_size": 10}, 45), ({"n_segments": 300, "region_size": 10}, 300)],
)
def test_number_of_superpixels(picture, options, asked):
    found = len(np.unique(segment(picture, WatershedOptions(**options))))
    assert abs(found - asked) <= 0.25 * asked


def test_compactness_evens_sizes(picture):
    spread = [
        np.bincount(segment(picture, WatershedOptions(compactness=c)).ravel())[1:].std()
        for c in (0.0, 0.1, 10.0)
    ]
    assert spread[0] > spread[1] > spread[2]


def test_compactness_is_relative_to_contrast(picture):
    labels = segment(picture, WatershedOptions())
    np.testing.assert_array_equal(segment(picture * 4, WatershedOptions()), labels)


def test_an_edge_in_one_channel_is_a_border():
    image = np.zeros((20, 40, 3), np.float32)
    image[:, 17:, 2] = 1
    labels = segment(image, WatershedOptions(region_size=20, compactness=0))
    assert not set(labels[:, :16].ravel()) & set(labels[:, 18:].ravel())
