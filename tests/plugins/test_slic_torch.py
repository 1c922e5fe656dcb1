from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from skimage.segmentation import find_boundaries

from artextract_cli import UsageError, connected_regions
from artextract_cli.errors import DependencyError
from artextract_slic import SlicOptions
from artextract_slic.clustering import segment as slic
from artextract_slic_torch import SlicTorchOptions, clustering
from artextract_slic_torch.clustering import segment, segment_batch
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_scene
from tests.helpers.machines import without_gpu
from tests.helpers.superpixels import boundary_recall, painting, undersegmentation_error

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")


def options(device: str = "cpu", **others: float) -> SlicTorchOptions:
    return SlicTorchOptions(device=device, **others)


def batch(n: int, height: int, width: int, channels: int) -> torch.Tensor:
    rng = np.random.default_rng(channels)
    noise = rng.normal(50, 15, (n, height, width, channels))
    return torch.from_numpy(noise.astype(np.float32))


def quality(labels: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    return boundary_recall(labels, truth), undersegmentation_error(labels, truth)


@pytest.mark.parametrize("shape", [(64, 64), (50, 131), (3, 200), (97, 1), (2, 2), (1, 1)])
@pytest.mark.parametrize("n", [1, 6, 100])
def test_number_of_superpixels(shape, n):
    image = np.random.default_rng(0).normal(50, 0.1, (*shape, 3)).astype(np.float32)
    n = min(n, shape[0] * shape[1])
    found = segment(image, options(n_segments=n)).max() + 1
    assert abs(found - n) <= max(1, 0.12 * n)


def test_one_superpixel_is_the_whole_picture():
    image, _ = painting(0, side=31)
    assert (segment(image, options(n_segments=1)) == 0).all()


def test_region_size_is_a_side_in_pixels():
    image, _ = painting(0, side=100, noise=0)
    assert abs(segment(image, options(region_size=10)).max() + 1 - 100) <= 20


def test_as_many_superpixels_as_pixels():
    image, _ = painting(0, side=9)
    assert segment(image, options(n_segments=81)).max() + 1 == 81


def test_regions_are_connected_and_large_enough():
    image, _ = painting(1, noise=15)
    labels = segment(image, options())
    regions, n = connected_regions(labels)
    np.testing.assert_array_equal(labels, regions)
    assert np.bincount(labels.ravel()).min() >= 12
    assert n > 100


@pytest.mark.parametrize("channels", [1, 3, 11])
@pytest.mark.parametrize(("n", "noise"), [(1200, 3), (655, 8), (250, 3), (40, 3)])
def test_follows_edges_as_slic_does(n, noise, channels):
    ours, theirs = [], []
    for seed in range(2):
        image, truth = painting(seed, noise=noise, channels=channels)
        ours.append(quality(segment(image, options(n_segments=n)), truth))
        theirs.append(quality(slic(image, SlicOptions(n_segments=n)), truth))
    np.testing.assert_allclose(np.mean(ours, axis=0), np.mean(theirs, axis=0), atol=0.01)


@pytest.mark.parametrize("region_size", [4.0, 5.0, 11.0])
def test_borders_are_those_of_slic(region_size):
    image, _ = painting(8, side=90, channels=5)
    ours = find_boundaries(segment(image, options(region_size=region_size)))
    theirs = find_boundaries(slic(image, SlicOptions(region_size=region_size)))
    # Rounding may give a pixel that lies between two centres to the other one.
    assert (ours == theirs).mean() > 0.99


def test_an_even_picture_is_cut_into_squares():
    image = np.full((60, 48, 3), 7, np.float32)
    labels = segment(image, options(region_size=6, max_iterations=1))
    row, column = np.mgrid[:60, :48] // 6
    np.testing.assert_array_equal(labels, row * 8 + column)
    settled = slic(image, SlicOptions(region_size=6))
    np.testing.assert_array_equal(segment(image, options(region_size=6)), settled)


@pytest.mark.parametrize("unit", [2.0**-40, 0.25, 2.0**40])
def test_compactness_is_in_units_of_the_picture(unit):
    image, _ = painting(2)
    once = segment(image, options(compactness=10))
    scaled = image * np.float32(unit)
    np.testing.assert_array_equal(segment(scaled, options(compactness=10 * unit)), once)
    assert (segment(scaled, options(compactness=10)) != once).any()


@pytest.mark.parametrize("channels", [1, 3, 11])
@pytest.mark.parametrize("size", [(64, 64), (37, 53), (1, 29), (3, 2)])
def test_a_batch_is_cut_like_its_pictures_alone(size, channels):
    images = batch(3, *size, channels)
    # A bright picture must not take digits from the others.
    images[1] *= 1e6
    together = segment_batch(images, options())
    assert together.shape == (3, *size)
    assert together.dtype == torch.int32
    for i in range(3):
        assert torch.equal(segment_batch(images[i : i + 1], options())[0], together[i])


@pytest.mark.parametrize("n_pixels", [1, 300, 2**20])
def test_how_many_pixels_are_looked_at_together_does_not_matter(monkeypatch, n_pixels):
    images = batch(2, 45, 31, 3)
    wanted = segment_batch(images, options())
    monkeypatch.setitem(clustering.PIXELS_AT_A_TIME, "cpu", n_pixels)
    assert torch.equal(segment_batch(images, options()), wanted)


def test_the_same_in_every_run_and_images_untouched():
    images = batch(2, 61, 47, 5)
    kept = images.clone()
    assert torch.equal(segment_batch(images, options()), segment_batch(images, options()))
    assert torch.equal(images, kept)


@pytest.mark.parametrize("shape", [(8, 8, 3), (0, 8, 8, 3), (2, 8, 0, 3)])
def test_what_is_no_batch_is_refused(shape):
    with pytest.raises(UsageError, match=r"expected non-empty images of shape \(B, H, W, C\)"):
        segment_batch(torch.zeros(shape), options())


def test_a_missing_gpu_is_an_error(monkeypatch):
    without_gpu(monkeypatch)
    with pytest.raises(DependencyError, match="device cuda cannot be used"):
        segment(np.zeros((4, 4, 1), np.float32), options("cuda"))


@pytest.mark.parametrize("method", ["slic", "slic-torch"])
def test_pictures_with_nan_do_not_reach_it(tmp_path: Path, run: Callable[..., Ran], method: str):
    write_scene(tmp_path / "data", "train", "t0", bands=("450",))
    band = np.full((40, 48), 0.5, np.float32)
    band[3, 4] = np.nan
    (tmp_path / "data/train/ms_masks/t0_ms_450.png").unlink()
    tifffile.imwrite(tmp_path / "data/train/ms_masks/t0_ms_450.tif", band)
    ran = run("graph", "build", tmp_path / "data", "--out", "graphs", "--superpixels", method)
    assert ran.exit_code == 3
    assert "has 1 value that is not finite" in ran.stderr


@pytest.mark.cuda
@needs_cuda
@pytest.mark.parametrize(("n", "noise"), [(1200, 3), (655, 8), (250, 3)])
def test_the_gpu_follows_edges_as_the_cpu_does(n, noise):
    here, there = [], []
    for seed in range(2):
        image, truth = painting(seed, noise=noise, channels=5)
        here.append(quality(segment(image, options(n_segments=n)), truth))
        there.append(quality(segment(image, options("cuda", n_segments=n)), truth))
    np.testing.assert_allclose(np.mean(there, axis=0), np.mean(here, axis=0), atol=0.01)


@pytest.mark.cuda
@needs_cuda
def test_the_gpu_cuts_batches_the_same_in_every_run():
    images = batch(3, 200, 173, 5)
    together = segment_batch(images, options("cuda"))
    assert together.is_cuda
    assert torch.equal(
        segment_batch(images.cuda(), options()).cpu(), segment_batch(images, options())
    )
    for i in range(3):
        assert torch.equal(segment_batch(images[i : i + 1], options("cuda"))[0], together[i])
