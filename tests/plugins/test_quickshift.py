import numpy as np
import pytest

from artextract_quickshift import QuickshiftOptions
from artextract_quickshift.segmentation import segment


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).normal(50, 15, (40, 44, 5)).astype(np.float32)


def count(image: np.ndarray, **options: float) -> int:
    return len(np.unique(segment(image, QuickshiftOptions(**options))))


def test_distance_joins_regions(picture):
    assert count(picture, max_dist=8.0) < count(picture, max_dist=3.0)


def test_ratio_parts_colours(picture):
    assert count(picture, ratio=10.0) > count(picture, ratio=1.0)


def test_ratio_is_relative_to_contrast(picture):
    labels = segment(picture, QuickshiftOptions())
    np.testing.assert_array_equal(segment(picture * 4, QuickshiftOptions()), labels)


def test_no_region_crosses_a_strong_edge():
    image = np.zeros((20, 30, 1), np.float32)
    image[:, 11:] = 1
    labels = segment(image, QuickshiftOptions(ratio=50))
    assert not set(labels[:, :11].ravel()) & set(labels[:, 11:].ravel())
