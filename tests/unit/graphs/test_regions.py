import numpy as np
import pytest
from scipy import ndimage
from skimage.filters import sobel
from skimage.graph import RAG

from artextract_cli.graphs.regions import (
    connected_regions,
    gradient_magnitude,
    region_adjacency,
    region_gradients,
    region_means,
    region_statistics,
)
from tests.helpers.label_maps import blobs, label_map, pieces

SHAPES = [(1, 1), (1, 7), (7, 1), (2, 2), (23, 31)]


class TestConnectedRegions:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("seed", range(3))
    def test_components_are_numbered_in_raster_order(self, shape, seed):
        labels = blobs(shape, seed)
        regions, n = connected_regions(labels)
        np.testing.assert_array_equal(regions, pieces(labels))
        assert regions.dtype == np.int32
        assert n == regions.max() + 1

    @pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.int64, np.uint64])
    def test_any_integer_type(self, dtype):
        labels = blobs((11, 13)).astype(dtype)
        np.testing.assert_array_equal(connected_regions(labels)[0], pieces(labels.astype(int)))

    def test_negative_and_distant_labels_stay_apart(self):
        labels = np.array([[-1, 0, 2**32], [-1, 2**32, 2**32], [-(2**40), 0, 0]])
        regions, n = connected_regions(labels)
        assert n == 5
        np.testing.assert_array_equal(regions, [[0, 1, 2], [0, 2, 2], [3, 4, 4]])

    def test_views_and_locked_arrays(self):
        labels = blobs((20, 30)).T[::2, ::-1]
        labels.flags.writeable = False
        np.testing.assert_array_equal(connected_regions(labels)[0], pieces(labels))

    def test_a_winding_region_is_one(self):
        labels = np.zeros((41, 41), int)
        labels[1::2] = 1
        labels[1::4, -1] = labels[3::4, 0] = 0
        regions, n = connected_regions(labels)
        assert n == 1 + 20
        assert np.ptp(regions[labels == 0]) == 0

    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("min_size", [2, 5, 40])
    def test_fragments_join_whole_and_connected(self, shape, min_size):
        labels = blobs(shape, values=4)
        before = pieces(labels)
        regions, n = connected_regions(labels, min_size)
        assert np.bincount(regions.ravel()).min() >= min_size or n == 1
        np.testing.assert_array_equal(regions, pieces(regions))
        joined = np.unique(np.stack([before.ravel(), regions.ravel()]), axis=1)
        assert joined.shape[1] == before.max() + 1

    def test_large_regions_are_left_alone(self):
        labels = np.repeat([[0, 1, 2]], 4, axis=0)
        regions, n = connected_regions(labels, min_size=4)
        np.testing.assert_array_equal(regions, labels)
        assert n == 3

    @pytest.mark.parametrize("turns", range(4))
    def test_a_fragment_joins_along_its_longest_border(self, turns):
        labels = np.rot90([[0, 0, 0, 0, 0], [1, 1, 7, 1, 1], [1, 1, 1, 1, 1]], turns)
        regions, n = connected_regions(labels, min_size=2)
        assert n == 2
        np.testing.assert_array_equal(regions == regions[labels == 7], labels > 0)

    def test_all_fragments_together_may_be_too_small(self):
        regions, n = connected_regions(np.arange(6).reshape(2, 3), min_size=100)
        assert n == 1
        assert not regions.any()


class TestStatistics:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("channels", [1, 3, 11])
    def test_against_ndimage(self, shape, channels):
        image = np.random.default_rng(1).normal(3, 2, (*shape, channels)).astype(np.float32)
        labels, n = label_map(shape)
        found = region_statistics(image, labels, n)
        ids = np.arange(n)
        for c in range(channels):
            channel = image[..., c].astype(np.float64)
            for name, reference in [
                ("mean", ndimage.mean),
                ("std", ndimage.standard_deviation),
                ("minimum", ndimage.minimum),
                ("maximum", ndimage.maximum),
            ]:
                expected = reference(channel, labels, ids)
                np.testing.assert_allclose(getattr(found, name)[:, c], expected, 1e-6, 1e-7)
        np.testing.assert_array_equal(found.count, np.bincount(labels.ravel()))
        centres = ndimage.center_of_mass(np.ones(shape), labels, ids)
        np.testing.assert_allclose(found.centroid, centres, rtol=1e-6)
        np.testing.assert_allclose(region_means(image, labels, n), found.mean, rtol=1e-6)

    @pytest.mark.parametrize(("offset", "spread"), [(60_000, 2), (60_000, 0.02), (1e-3, 1e-6)])
    def test_small_spread_on_a_large_offset(self, offset, spread):
        shape = (301, 257, 2)
        image = np.random.default_rng(0).normal(offset, spread, shape).astype(np.float32)
        found = region_statistics(image, np.zeros(shape[:2], np.int32), 1)
        exact = image.astype(np.float64)
        np.testing.assert_allclose(found.mean[0], exact.mean((0, 1)), rtol=1e-6)
        np.testing.assert_allclose(found.std[0], exact.std((0, 1)), rtol=1e-6)

    def test_an_even_region_has_no_spread(self):
        found = region_statistics(np.full((50, 40, 1), 0.1, np.float32), np.zeros((50, 40)), 1)
        assert found.std[0, 0] == 0
        assert found.minimum[0, 0] == found.maximum[0, 0] == found.mean[0, 0] == np.float32(0.1)

    def test_views_and_other_types(self):
        image = np.arange(60, dtype=np.uint16).reshape(3, 4, 5).transpose(1, 2, 0)
        labels = np.arange(4)[:, None].repeat(5, 1)
        found = region_means(image, labels, 4)
        np.testing.assert_allclose(found, image.mean(1))


class TestGradient:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("channels", [1, 3, 11])
    def test_against_sobel(self, shape, channels):
        image = np.random.default_rng(2).random((*shape, channels), np.float32)
        expected = np.stack([sobel(image[..., c]) for c in range(channels)], axis=-1)
        found = gradient_magnitude(image)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=1e-6)
        labels, n = label_map(shape)
        means = region_gradients(image, labels, n)
        np.testing.assert_allclose(means, region_means(expected, labels, n), atol=1e-6)


class TestAdjacency:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.parametrize("seed", range(3))
    def test_against_a_region_adjacency_graph(self, shape, seed):
        labels, n = label_map(shape, seed)
        edges = region_adjacency(labels, n)
        expected = [pair for a, b in RAG(labels, connectivity=2).edges for pair in [(a, b), (b, a)]]
        assert edges.dtype == np.int64
        assert edges.T.tolist() == sorted(map(list, expected))

    @pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 5), (5, 2)])
    def test_no_border_of_small_pictures_is_missed(self, shape):
        rng = np.random.default_rng(0)
        for _ in range(60):
            labels, n = connected_regions(rng.integers(0, 3, shape))
            pairs = RAG(labels, connectivity=2).edges
            expected = {*pairs, *((b, a) for a, b in pairs)}
            assert {tuple(edge) for edge in region_adjacency(labels, n).T} == expected

    def test_corners_touch(self):
        edges = region_adjacency(np.array([[0, 1], [2, 3]]), 4)
        assert edges.T.tolist() == [[a, b] for a in range(4) for b in range(4) if a != b]

    def test_a_region_may_touch_thousands(self):
        labels = np.zeros((141, 121), np.int32)
        islands = labels[1::2, 1::2]
        islands[:] = np.arange(1, islands.size + 1).reshape(islands.shape)
        edges = region_adjacency(labels, islands.size + 1)
        around = np.arange(1, islands.size + 1)
        middle = np.zeros_like(around)
        np.testing.assert_array_equal(
            edges, np.concatenate([[middle, around], [around, middle]], axis=1)
        )

    def test_one_region_has_no_edges(self):
        assert region_adjacency(np.zeros((4, 5), np.int32), 1).shape == (2, 0)
