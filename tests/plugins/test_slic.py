import numpy as np
import pytest
from scipy import ndimage
from skimage.segmentation import slic

from artextract_cli import connected_regions
from artextract_slic import SlicOptions
from artextract_slic.centres import largest_colour_distances, update
from artextract_slic.clustering import make_grid, segment
from artextract_slic.kernels import BLOCK, assign, in_blocks
from tests.helpers.superpixels import boundary_recall, painting, undersegmentation_error


@pytest.mark.parametrize("shape", [(64, 64), (50, 131), (3, 200), (97, 1)])
@pytest.mark.parametrize("n", [1, 6, 100])
def test_number_of_superpixels(shape, n):
    image = np.random.default_rng(0).normal(50, 0.1, (*shape, 3)).astype(np.float32)
    n = min(n, shape[0] * shape[1])
    found = segment(image, SlicOptions(n_segments=n)).max() + 1
    assert abs(found - n) <= max(1, 0.12 * n)


def test_region_size_is_a_side_in_pixels():
    image, _ = painting(0, side=100, noise=0)
    assert abs(segment(image, SlicOptions(region_size=10)).max() + 1 - 100) <= 20


def test_as_many_superpixels_as_pixels():
    image, _ = painting(0, side=9)
    assert segment(image, SlicOptions(n_segments=81)).max() + 1 == 81


@pytest.mark.parametrize("slic_zero", [False, True])
def test_regions_are_connected_and_large_enough(slic_zero):
    image, _ = painting(1, noise=15)
    labels = segment(image, SlicOptions(slic_zero=slic_zero))
    regions, n = connected_regions(labels)
    np.testing.assert_array_equal(labels, regions)
    assert np.bincount(labels.ravel()).min() >= 12
    assert n > 100


@pytest.mark.parametrize(("n", "noise"), [(1200, 3), (655, 3), (655, 8), (250, 3)])
def test_follows_edges_no_worse_than_scikit_image(n, noise):
    ours, theirs = [], []
    for seed in range(3):
        image, truth = painting(seed, noise=noise)
        # scikit-image brings the picture to 0..1 before it applies compactness.
        compactness = 10 / float(np.ptp(image))
        reference = slic(image, n, compactness, convert2lab=False, start_label=0)
        for labels, scores in [
            (segment(image, SlicOptions(n_segments=n)), ours),
            (reference, theirs),
        ]:
            scores.append((boundary_recall(labels, truth), -undersegmentation_error(labels, truth)))
    assert (np.mean(ours, axis=0) >= np.mean(theirs, axis=0)).all()


def test_compactness_is_in_units_of_the_picture():
    image, _ = painting(2)
    once = segment(image, SlicOptions(compactness=10))
    np.testing.assert_array_equal(segment(image * 4, SlicOptions(compactness=40)), once)
    assert (segment(image * 4, SlicOptions(compactness=10)) != once).any()


def test_compact_superpixels_are_squares():
    image, _ = painting(3, side=60)
    labels = segment(image, SlicOptions(region_size=6, compactness=1e5))
    boxes = ndimage.find_objects(labels + 1)
    assert len(boxes) == 100
    for box, size in zip(boxes, np.bincount(labels.ravel()), strict=True):
        height, width = (side.stop - side.start for side in box)
        assert height * width == size
        assert 5 <= height <= 8
        assert 5 <= width <= 8


def test_slic_zero_keeps_strong_texture_together():
    image, _ = painting(4, noise=40)
    plain, adapted = (segment(image, SlicOptions(slic_zero=zero)).max() + 1 for zero in (0, 1))
    asked = round(128 * 128 / 25)
    assert abs(adapted - asked) < abs(plain - asked)


@pytest.mark.parametrize("width", [1, 129, 300])
@pytest.mark.parametrize("channels", [1, 2, 3, 5, 7])
def test_blocks_hold_the_channels_of_a_row_one_after_the_other(width, channels):
    image, _ = painting(5, side=width, channels=channels)
    blocks = in_blocks(image[:4]).reshape(len(image[:4]), -1, channels, BLOCK)
    in_order = blocks.transpose(0, 1, 3, 2).reshape(len(blocks), -1, channels)
    np.testing.assert_array_equal(in_order[:, :width], image[:4])


@pytest.mark.parametrize("side", [45, 133])
@pytest.mark.parametrize("channels", [1, 2, 3, 5, 7])
def test_assignment_against_all_centres(side, channels):
    image, _ = painting(5, side=side, channels=channels)
    grid = make_grid(side, side, 49)
    centres = np.ones((channels + 3, grid.n_rows, grid.n_columns), np.float32)
    row, column = ((np.arange(7) + 0.5) * side / 7 - 0.5 for _ in range(2))
    centres[channels], centres[channels + 1] = row[:, None], column
    middles = image[row.astype(int)[:, None], column.astype(int)]
    centres[:channels] = middles.transpose(2, 0, 1)
    labels = np.zeros((side, side), np.int32)
    pull = np.float32(400)
    assign(in_blocks(image), centres, grid.near_rows, grid.near_columns, pull, labels, 1, 0)
    place = np.mgrid[:side, :side].transpose(1, 2, 0) * 20
    pixels = np.concatenate([image, place], axis=2).reshape(-1, channels + 2).astype(np.float64)
    flat = centres[:-1].reshape(channels + 2, -1).T * np.array([1] * channels + [20] * 2)
    expected = ((pixels[:, None] - flat) ** 2).sum(-1).argmin(1)
    assert (labels.ravel() == expected).mean() > 0.999


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_update_moves_centres_to_means_of_the_sampled_rows(channels):
    image, truth = painting(6, side=40, channels=channels)
    labels = truth.astype(np.int32)
    centres = np.full((channels + 3, 5, 8), -1, np.float32)
    update(image, labels, centres, np.full((40, channels + 3), 7.0), 3, 1)
    sampled = labels[1::3]
    row, column = np.mgrid[1:40:3, :40]
    present = np.unique(sampled)
    for field, values in enumerate([*np.moveaxis(image[1::3], -1, 0), row, column]):
        means = ndimage.mean(values.astype(float), sampled, present)
        np.testing.assert_allclose(centres[field].ravel()[present], means, rtol=1e-6)
    absent = np.setdiff1d(np.arange(40), present)
    assert (centres.reshape(len(centres), -1)[:, absent] == -1).all()
    assert (centres[-1] == -1).all()


def test_largest_colour_distance():
    image, truth = painting(7, side=40)
    centres = np.zeros((6, 5, 8), np.float32)
    found = largest_colour_distances(image, truth.astype(np.int32), centres, 1, 0)
    norms = (image.astype(float) ** 2).sum(-1)
    expected = ndimage.maximum(norms, truth, np.arange(40))
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-5)
