"""Filters in torch against the compiled ones, on the CPU and, where there is one, on a GPU."""

import numpy as np
import pytest
import torch

from artextract_cli._typing import FloatArray
from artextract_cli.kernels import filters, lines, local_regression, logarithm, morphology
from artextract_cli.kernels import region_moments as regions
from artextract_cli.kernels import tensor_filters as tensors

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")
DEVICES = ["cpu", pytest.param("cuda", marks=[pytest.mark.cuda, needs_cuda])]
pytestmark = pytest.mark.parametrize("device", DEVICES)
# Also an image that is narrower than the filters.
SHAPES = ((40, 53), (3, 7), (1, 5))


def picture(shape: tuple[int, int], channels: int = 2) -> FloatArray:
    return np.random.default_rng(channels).normal(size=(*shape, channels)).astype(np.float32)


def placed(image: FloatArray, device: str) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(image, -1, 0))).to(device)


def assert_alike(planes: torch.Tensor, image: FloatArray, atol: float = 2e-6) -> None:
    found = np.moveaxis(planes.cpu().numpy(), 0, -1)
    np.testing.assert_allclose(found, image, rtol=1e-5, atol=atol)


@pytest.mark.parametrize("shape", SHAPES)
def test_blur(device: str, shape: tuple[int, int]) -> None:
    image = picture(shape)
    for sigma in (0.7, 3.0):
        assert_alike(tensors.blur(placed(image, device), sigma), filters.blur(image, sigma))


@pytest.mark.parametrize("shape", SHAPES)
def test_gradients(device: str, shape: tuple[int, int]) -> None:
    image = picture(shape)
    found = tensors.gradients(placed(image, device))
    for planes, expected in zip(found, filters.gradients(image), strict=True):
        assert_alike(planes, expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_morphology(device: str, shape: tuple[int, int]) -> None:
    image = picture(shape)
    planes = placed(image, device)
    assert_alike(tensors.opening(planes, 2), morphology.opening(image, 2), atol=0)
    assert_alike(tensors.closing(planes, 4), morphology.closing(image, 4), atol=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_box_mean(device: str, shape: tuple[int, int]) -> None:
    image = picture(shape)
    assert_alike(tensors.box_mean(placed(image, device), 4), filters.box_mean(image, 4))


@pytest.mark.parametrize(("width", "length"), [(1.3, 8.0), (4.0, 16.0)])
def test_line_strength(device: str, width: float, length: float) -> None:
    image = filters.blur(picture((40, 53)), 1.0)
    found = tensors.line_strength(placed(image, device), width, length).cpu().numpy()
    for channel in range(2):
        expected = lines.line_strength(np.ascontiguousarray(image[..., channel]), width, length)
        np.testing.assert_allclose(found[:, channel], expected, atol=2e-6)


def test_local_residuals(device: str) -> None:
    predictors, targets = picture((40, 53), 3), picture((40, 53), 4)
    means = filters.box_mean(local_regression.moments(predictors, targets), 4)
    expected = local_regression.local_residuals(predictors, targets, means, 0.02)
    found = tensors.local_residuals(placed(predictors, device), placed(targets, device), 4, 0.02)
    assert_alike(found, expected, atol=1e-5)


@pytest.mark.parametrize("cubic", [True, False])
def test_polynomial(device: str, cubic: bool) -> None:
    x, extra = (
        part.reshape(-1, part.shape[-1]).T for part in (picture((9, 9), 4), picture((9, 9)))
    )
    n_terms = local_regression.monomials(x.T, extra.T, cubic).shape[1]
    gains = np.random.default_rng(0).normal(size=(n_terms, 3)).astype(np.float32)
    expected = local_regression.polynomial(x, extra, gains, cubic=cubic)
    on_device = (
        torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in (x, extra, gains)
    )
    found = tensors.polynomial(*on_device, cubic=cubic).cpu().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


def test_signed_log1p(device: str) -> None:
    values = np.array([-25, -1e-6, -0.0, 0, 1e-6, 3], np.float32)
    found = tensors.signed_log1p(torch.from_numpy(values).to(device)).cpu().numpy()
    np.testing.assert_allclose(found, logarithm.signed_log1p(values), rtol=1e-6)


def test_region_moments(device: str) -> None:
    image = picture((40, 53)) + 1000
    labels = (np.arange(40)[:, None] // 7 * 8 + np.arange(53) // 7).astype(np.int32)
    n = int(labels.max()) + 1
    image[labels == 5] = 0.25
    pixels = torch.from_numpy(image).to(device)
    found = tensors.region_moments(pixels, torch.from_numpy(labels).to(device), n)
    for part, expected in zip(found, regions.moments(image, labels, n), strict=True):
        np.testing.assert_allclose(part.cpu().numpy(), expected, rtol=1e-6, atol=1e-4)
    assert not found[1][5].any(), "the deviation of a constant region"
