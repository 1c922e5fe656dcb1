import dataclasses
from pathlib import Path

import numpy as np
import pytest
from skimage.graph import RAG
from skimage.measure import regionprops

from artextract_cli.graphs.recipe import GraphRecipe, resized
from artextract_cli.graphs.segmentation import segmentation_blocks
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.kernels.filters import blur
from tests.helpers.label_maps import blocks, standardised
from tests.helpers.scenes import make_scene


def test_a_graph_of_slic_is_that_of_scikit_image() -> None:
    """Regions are counted from 1 there, and features are brought to mean 0 and variance 1 here."""
    scene = make_scene((40, 50))
    recipe = GraphRecipe(superpixel_options={"region_size": 6}, features="published")
    made = build_graphs(scene, dataclasses.replace(recipe, segmentation="photograph"))
    graph, labels = made.graphs[0], made.graphs[0].labels
    regions = regionprops(labels + 1, intensity_image=scene.rgb.astype(np.float64))
    assert len(regions) > 20
    assert graph.counts.tolist() == [region.num_pixels for region in regions]
    np.testing.assert_allclose(graph.centroids, [region.centroid for region in regions], 1e-6)
    statistics = ("intensity_mean", "intensity_std", "intensity_min", "intensity_max", "centroid")
    expected = np.array([np.concatenate([r[name] for name in statistics]) for r in regions])
    np.testing.assert_allclose(graph.features[:, 0], standardised(expected), atol=2e-5)
    pairs = RAG(labels, connectivity=2).edges
    assert {tuple(edge) for edge in graph.edges.T} == {*pairs, *((b, a) for a, b in pairs)}


def test_work_in_blocks_gives_the_features_and_weights_of_the_whole(build, tmp_path) -> None:
    noise = make_scene((40, 60))
    scene = dataclasses.replace(noise, rgb=blur(noise.rgb, 3.0), bands=blur(noise.bands, 3.0))
    workspace = Workspace(block_side=24, scratch=tmp_path)
    in_blocks = dataclasses.replace(scene, workspace=workspace)
    assert len(in_blocks.blocks(0)) > 1
    recipe = GraphRecipe(superpixel_options={"region_size": 6})
    made = build_graphs(in_blocks, recipe).graphs[0]
    assert 55 < made.n_nodes < 80  # 40 · 60 / 6² = 67 were asked for
    whole = build(scene, np.asarray(made.labels)).graphs[0]
    np.testing.assert_array_equal(made.edges, whole.edges)
    np.testing.assert_array_equal(made.counts, whole.counts)
    np.testing.assert_allclose(made.centroids, whole.centroids, rtol=1e-5)
    np.testing.assert_allclose(made.features, whole.features, atol=1e-4)
    np.testing.assert_allclose(made.edge_weights, whole.edge_weights, atol=1e-5)


def test_superpixels_of_blocks_are_those_of_the_whole(tmp_path: Path) -> None:
    """Where the picture is a whole number of superpixels wide: then there is but one grid."""
    noise = make_scene((200, 240))
    scene = dataclasses.replace(noise, rgb=blur(noise.rgb, 2.0), bands=blur(noise.bands, 2.0))
    cut = dataclasses.replace(scene, workspace=Workspace(block_side=80, scratch=tmp_path))
    assert (
        len(segmentation_blocks(scene.shape, 5, Workspace(block_side=80, scratch=tmp_path))) >= 16
    )
    made, expected = (build_graphs(s, GraphRecipe()).graphs[0].labels for s in (cut, scene))
    for axis in (0, 1):
        edges, found = (np.diff(labels, axis=axis) != 0 for labels in (expected, made))
        assert (edges & found).sum() > 0.97 * (edges | found).sum()


def test_a_band_equal_to_the_grey_photograph_has_exactly_equal_features() -> None:
    grey = np.random.default_rng(1).random((13, 17), np.float32)
    scene = make_scene(rgb=np.stack([grey] * 3, -1), bands=grey[..., None].repeat(2, -1))
    graph = build_graphs(scene, GraphRecipe()).graphs[0]
    assert graph.features[:, 0].any()
    np.testing.assert_array_equal(graph.features[:, 0], graph.features[:, 1])
    np.testing.assert_array_equal(graph.features[:, 0], graph.features[:, 2])
    np.testing.assert_array_equal(graph.edge_weights[:, 0], graph.edge_weights[:, 2])


def test_edges_and_their_weights_by_hand(build) -> None:
    """Even halves 0.2 and 0.5 have no spread; the Sobel magnitude is 0.3/√2 on the two columns.

    Each half is two columns wide, so the mean gradient of both is half of that: no difference.
    """
    band = np.full((4, 4), 0.2, np.float32)
    band[:, 2:] = 0.5
    ramp = np.tile(np.array([0, 0.25, 0.5, 1], np.float32), (4, 1))
    scene = make_scene((4, 4), bands=np.stack([band, ramp], -1))
    graph = build(scene, blocks((4, 4), 2)[:1].repeat(4, 0)).graphs[0]
    assert graph.edges.tolist() == [[0, 1], [1, 0]]
    assert graph.counts.tolist() == [8, 8]
    assert graph.centroids.tolist() == [[1.5, 0.5], [1.5, 2.5]]
    assert graph.edge_weights[:, 1] == pytest.approx([0.3, 0.3], abs=1e-6)
    # Means .125 and .75, spreads .125 and .25, slopes (.25 + .5) / 2 and (.75 + .5) / 2 over √2.
    slopes = (0.25 + 0.5) / 2 / 2**0.5, (0.75 + 0.5) / 2 / 2**0.5
    wanted = 0.625 + 0.125 + slopes[1] - slopes[0]
    assert graph.edge_weights[:, 2] == pytest.approx([wanted] * 2, abs=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 5)])
@pytest.mark.parametrize("features", ["standard", "published"])
def test_one_superpixel(build, shape: tuple[int, int], features: str) -> None:
    made = build(make_scene(shape), np.zeros(shape, int), features=features)
    (graph,) = made.graphs
    assert graph.n_nodes == 1
    assert graph.edges.shape == (2, 0)
    assert graph.edge_weights.shape == (0, 3)
    assert not graph.features.any()


def test_an_edge_in_one_band_alone_bounds_a_superpixel() -> None:
    bands = np.full((24, 24, 2), 0.5, np.float32)
    bands[:, 12:, 1] = 0.1
    flat = np.full((24, 24, 3), 0.5, np.float32)
    recipe = GraphRecipe(superpixel_options={"region_size": 6})
    labels = build_graphs(make_scene(rgb=flat, bands=bands), recipe).graphs[0].labels
    assert not set(labels[:, :12].ravel()) & set(labels[:, 12:].ravel())


def test_size_brings_every_picture_to_a_square() -> None:
    scene = make_scene((13, 17), mask=np.ones((13, 17), bool))
    recipe = GraphRecipe(size=9)
    made = build_graphs(resized(scene, recipe), recipe, split="val", clean=True)
    assert made.graphs[0].labels.shape == made.mask.shape == (9, 9)
    assert (made.split, made.clean, made.name) == ("val", True, "made")
    assert made.superpixels_origin["distribution"] == "artextract"
