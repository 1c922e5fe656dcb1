"""Moments of regions and Sobel gradients, against plain NumPy and SciPy."""

import numpy as np
import pytest
from scipy import ndimage

from artextract_cli.kernels.region_moments import means, moments, sobel
from tests.helpers.label_maps import label_map

IMAGE = np.random.default_rng(0).random((19, 14, 3), np.float32)


def test_moments_are_those_of_numpy() -> None:
    labels, n = label_map(IMAGE.shape[:2])
    mean, std, low, high, count, centroid = moments(IMAGE, labels.astype(np.int32), n)
    for region in range(n):
        inside = labels == region
        pixels = IMAGE[inside].astype(np.float64)
        assert count[region] == inside.sum()
        assert mean[region] == pytest.approx(pixels.mean(0), abs=1e-6)
        assert std[region] == pytest.approx(pixels.std(0), abs=1e-6)
        assert np.array_equal(low[region], pixels.min(0).astype(np.float32))
        assert np.array_equal(high[region], pixels.max(0).astype(np.float32))
        assert centroid[region] == pytest.approx(np.argwhere(inside).mean(0), abs=1e-5)


def test_means_alone_are_the_same() -> None:
    labels, n = label_map(IMAGE.shape[:2], seed=1)
    labels = labels.astype(np.int32)
    assert means(IMAGE, labels, n) == pytest.approx(moments(IMAGE, labels, n)[0], abs=1e-6)


def test_gradients_are_those_of_scipy() -> None:
    expected = [
        np.hypot(*(ndimage.sobel(IMAGE[..., c], axis, mode="reflect") for axis in (0, 1)))
        for c in range(3)
    ]
    wanted = np.stack(expected, -1) / np.sqrt(32)
    assert sobel(IMAGE) == pytest.approx(wanted, abs=1e-5)
