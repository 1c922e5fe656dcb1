"""What all built-in superpixel methods have in common."""

import numpy as np
import pytest
from scipy import ndimage

import artextract_felzenszwalb
import artextract_quickshift
import artextract_slic
import artextract_slic_torch
import artextract_watershed
from artextract_cli import connected_regions

MODULES = [
    artextract_slic,
    artextract_slic_torch,
    artextract_felzenszwalb,
    artextract_watershed,
    artextract_quickshift,
]


@pytest.fixture(params=MODULES, ids=lambda module: module.__name__.removeprefix("artextract_"))
def method(request):
    return request.param.artextract_superpixels()


def patches(size: tuple[int, int], channels: int, noise: float = 1.0) -> np.ndarray:
    """Even patches of 12 pixels in CIELAB-like units, with noise."""
    rng = np.random.default_rng(7)
    coarse = rng.normal(50, 20, (size[0] // 12 + 1, size[1] // 12 + 1, channels))
    picture = coarse.repeat(12, 0).repeat(12, 1)[: size[0], : size[1]]
    return (picture + rng.normal(0, noise, picture.shape)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 5])
def test_regions_keep_within_patches(method, channels):
    size = (60, 72)
    image = patches(size, channels)
    truth = np.arange(5)[:, None].repeat(12, 0) * 6 + np.arange(6).repeat(12)
    regions, n = connected_regions(method.load()(image, method.options()))
    shares = np.zeros((n, 30))
    np.add.at(shares, (regions.ravel(), truth.ravel()), 1)
    assert shares.max(1).sum() / truth.size > 0.87
    assert n < truth.size / 4


def test_defaults_suit_pictures_full_of_detail(method):
    rng = np.random.default_rng(3)
    size = (128, 128)
    octaves = [
        ndimage.gaussian_filter(rng.normal(size=(*size, 3)), (width, width, 0)) * width**2
        for width in (2, 4, 8)
    ]
    image = (50 + 10 * sum(octaves)).astype(np.float32)
    _, n = connected_regions(method.load()(image, method.options()))
    assert 200 < n < 2500
