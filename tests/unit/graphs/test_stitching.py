"""Superpixels and statistics put together from blocks, beside those made at once."""

import math

import numpy as np
import pytest
from scipy import ndimage

from artextract_cli._typing import LabelMap
from artextract_cli.graphs.regions import connected_regions, region_gradients, region_statistics
from artextract_cli.graphs.stitching import block_gradients, block_statistics, stitch_labels
from artextract_cli.imaging.blocks import Block, Blocks
from artextract_cli.kernels.label_topology import fill_gaps
from tests.helpers.label_maps import label_map, pieces

SHAPE = (61, 83)


def squares(window: Block, side: int = 6) -> tuple[LabelMap, int]:
    """The labels of a window of squares whose grid begins at the corner of the window."""
    rows, columns = (np.arange(size) // side for size in window.shape)
    return connected_regions(rows[:, None] * 1000 + columns)


def test_regions_are_connected_and_cover_all() -> None:
    blocks = Blocks(SHAPE, 20, 18)
    labels, n = stitch_labels(blocks, lambda block: squares(blocks.window(block)))
    assert labels.shape == SHAPE
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(labels, pieces(labels))
    sizes = np.bincount(labels.ravel())
    assert len(sizes) == n
    assert sizes.min() >= 6  # the least square, at an edge, is 6 × 1
    assert 0.7 * 36 < math.prod(SHAPE) / n < 1.5 * 36


def test_no_border_of_blocks_is_a_border_of_regions() -> None:
    """One block after the other could be cut apart along a straight line, in every row of it."""
    rng = np.random.default_rng(0)

    def cut(block: Block) -> tuple[LabelMap, int]:
        window = blocks.window(block)
        return connected_regions(
            ndimage.zoom(rng.integers(0, 99, (16, 20)), 5, order=0)[
                : window.shape[0], : window.shape[1]
            ]
        )

    blocks = Blocks(SHAPE, 31, 15)
    labels, _ = stitch_labels(blocks, cut)
    for column in {block.left for block in blocks} - {0}:
        assert (labels[:, column - 1] == labels[:, column]).mean() > 0.4
    for row in {block.top for block in blocks} - {0}:
        assert (labels[row - 1] == labels[row]).mean() > 0.4


@pytest.mark.parametrize("side", [None, 100])
def test_of_a_single_block_every_region_counts(side: int | None) -> None:
    made, n = label_map(SHAPE)
    labels, n_stitched = stitch_labels(Blocks(SHAPE, side, 3), lambda block: (made, n))
    np.testing.assert_array_equal(labels, made)
    assert n_stitched == n


def test_regions_whose_centre_lies_nowhere_are_one() -> None:
    """Around every block lies one region, in the middle of another's window."""
    blocks = Blocks((10, 40), 10, 40)
    labels, n = stitch_labels(blocks, lambda block: (np.zeros((10, 40), np.int32), 1))
    assert n == 1
    assert (labels == 0).all()


@pytest.mark.parametrize("side", [7, 20, 64])
def test_statistics_of_blocks_are_those_of_the_whole(side: int) -> None:
    labels, n = label_map(SHAPE)
    picture = 1000 + np.random.default_rng(1).random((*SHAPE, 3), np.float32)
    blocks = Blocks(SHAPE, side, 0)
    made = block_statistics(blocks, labels, n, lambda block: picture[block.place])
    expected = region_statistics(picture, labels, n)
    for name, array in vars(expected).items():
        found = getattr(made, name)
        assert found.dtype == array.dtype
        np.testing.assert_allclose(found, array, rtol=1e-6, atol=2e-4, err_msg=name)
    blocks = Blocks(SHAPE, side, 1)
    gradients = block_gradients(
        blocks, labels, n, lambda block: picture[blocks.window(block).place]
    )
    np.testing.assert_allclose(gradients, region_gradients(picture, labels, n), rtol=1e-4)


def test_of_a_single_block_the_bits_are_those_of_the_whole() -> None:
    labels, n = label_map(SHAPE)
    picture = np.random.default_rng(1).random((*SHAPE, 2), np.float32)
    made = block_statistics(Blocks(SHAPE, None, 5), labels, n, lambda block: picture)
    for name, array in vars(region_statistics(picture, labels, n)).items():
        np.testing.assert_array_equal(getattr(made, name), array)


class TestFillGaps:
    def test_by_hand(self) -> None:
        labels = np.array([[0, -1, -1, -1, 1], [-1, -1, -1, -1, -1]], np.int32)
        fill_gaps(labels)
        assert labels[0].tolist()[:2] == [0, 0]
        assert labels[0].tolist()[3:] == [1, 1]
        assert labels[1, 0] == 0
        assert labels[1, 4] == 1
        assert set(labels.ravel()) == {0, 1}

    def test_every_pixel_takes_one_of_the_nearest_labels(self) -> None:
        rng = np.random.default_rng(3)
        seeds = np.full(SHAPE, -1, np.int32)
        at = rng.choice(seeds.size, 30, replace=False)
        seeds.ravel()[at] = np.arange(30)
        labels = seeds.copy()
        fill_gaps(labels)
        rows, columns = np.divmod(at, SHAPE[1])
        y, x = np.indices(SHAPE)
        steps = np.abs(y[..., None] - rows) + np.abs(x[..., None] - columns)
        own = np.take_along_axis(steps, labels[..., None].astype(int), axis=-1)[..., 0]
        np.testing.assert_array_equal(own, steps.min(-1))
        assert connected_regions(labels)[1] == 30

    def test_nothing_to_fill(self) -> None:
        labels, _ = label_map((9, 11))
        filled = labels.copy()
        fill_gaps(filled)
        np.testing.assert_array_equal(filled, labels)
