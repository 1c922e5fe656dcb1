import numpy as np
import pytest

from artextract_felzenszwalb import FelzenszwalbOptions
from artextract_felzenszwalb.segmentation import segment


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).normal(50, 15, (48, 56, 5)).astype(np.float32)


def count(image: np.ndarray, **options: float) -> int:
    return len(np.unique(segment(image, FelzenszwalbOptions(**options))))


def test_scale_joins_regions(picture):
    assert count(picture, scale=2.0) < count(picture, scale=0.2)


def test_scale_is_relative_to_contrast(picture):
    labels = segment(picture, FelzenszwalbOptions())
    np.testing.assert_array_equal(segment(picture * 4, FelzenszwalbOptions()), labels)


def test_no_region_is_smaller_than_asked(picture):
    sizes = np.bincount(segment(picture, FelzenszwalbOptions(min_size=9)).ravel())
    assert sizes[sizes > 0].min() >= 9


def test_two_halves_are_two_regions():
    image = np.zeros((20, 30, 1), np.float32)
    image[:, 11:] = 1
    labels = segment(image, FelzenszwalbOptions(sigma=0))
    assert len(np.unique(labels)) == 2
    np.testing.assert_array_equal(labels == labels[0, 0], image[..., 0] == 0)
