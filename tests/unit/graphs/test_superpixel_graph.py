import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from skimage.graph import RAG
from skimage.measure import regionprops

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.graphs import superpixel_graph
from artextract_cli.graphs.recipe import GraphRecipe, sized
from artextract_cli.graphs.segmentation import cutting_blocks, superpixels
from artextract_cli.graphs.superpixel_graph import SceneGraphs, build_graphs
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.kernels.filters import blur
from artextract_cli.plugin.host import PluginHost, plugin_host
from artextract_cli.scenes.scene import Scene
from tests.helpers.scenes import make_scene, plugin_returning

QUADRANTS = np.array([[0, 0, 1], [0, 0, 1], [2, 2, 3]])


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch):
    """Build graphs of a scene cut by these labels."""

    def make(scene: Scene, labels: np.ndarray, **recipe: Any) -> SceneGraphs:
        host = PluginHost(plugins={("superpixels", "given"): plugin_returning(labels)})
        monkeypatch.setattr(superpixel_graph, "plugin_host", lambda: host)
        return build_graphs(scene, GraphRecipe(superpixels="given", **recipe))

    return make


def blocks(shape: tuple[int, int], side: int) -> np.ndarray:
    """Squares of ``side`` pixels, numbered by row; narrower ones at the end."""
    rows, columns = np.arange(shape[0]) // side, np.arange(shape[1]) // side
    return rows[:, None] * (columns[-1] + 1) + columns


def standardised(x: np.ndarray) -> np.ndarray:
    spread = x.std(0)
    return np.where(spread > 1e-6, (x - x.mean(0)) / np.where(spread > 1e-6, spread, 1), 0)


def published(picture: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean, std, min, max of every channel, row, column, zeros up to 14; by plain NumPy."""
    rows = []
    for label in range(labels.max() + 1):
        inside = labels == label
        pixels = picture[inside].astype(np.float64)
        place = np.argwhere(inside).mean(0)
        statistics = [pixels.mean(0), pixels.std(0), pixels.min(0), pixels.max(0), place]
        row = np.concatenate(statistics)
        rows.append(np.pad(row, (0, 14 - len(row))))
    return standardised(np.array(rows))


@pytest.mark.parametrize("shape", [(3, 3), (13, 17)])
def test_published_features_equal_plain_numpy(build, shape: tuple[int, int]) -> None:
    labels = QUADRANTS if shape == (3, 3) else blocks(shape, 4)
    scene = make_scene(shape)
    made = build(scene, labels, segmentation="separate", features="published")
    pictures = [scene.rgb, scene.bands[..., :1], scene.bands[..., 1:]]
    for graph, picture in zip(made.graphs, pictures, strict=True):
        assert graph.features.shape == (labels.max() + 1, 1, 14)
        np.testing.assert_allclose(graph.features[:, 0], published(picture, labels), atol=2e-5)
    assert made.feature_names[0][0] == "mean_r"
    assert made.feature_names[1] == ("mean", "std", "min", "max", "row", "column", *[""] * 8)


def test_standard_features_hold_mean_place_and_size(build) -> None:
    scene, labels = make_scene((13, 17)), blocks((13, 17), 4)
    made = build(scene, labels)
    names = made.feature_names[0]
    index = np.arange(labels.max() + 1)
    features = dict(zip(names, made.graphs[0].features[:, 0].T, strict=True))
    mean_g = standardised(ndimage.mean(scene.rgb[..., 1], labels, index))
    centre = np.array(ndimage.center_of_mass(np.ones_like(labels), labels, index))
    np.testing.assert_allclose(features["mean_g"], mean_g, atol=2e-5)
    np.testing.assert_allclose(features["column"], standardised(centre[:, 1]), atol=2e-5)
    size = standardised(np.log(np.bincount(labels.ravel())))
    np.testing.assert_allclose(features["size"], size, atol=2e-5)


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
    assert len(cutting_blocks(scene.shape, 5, Workspace(block_side=80, scratch=tmp_path))) >= 16
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


@pytest.mark.parametrize("features", ["standard", "published"])
@pytest.mark.parametrize("segmentation", ["shared", "separate"])
@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_constant_pictures_have_zero_features(
    build, features: str, segmentation: str, level: float
) -> None:
    picture = np.full((13, 17, 3), level, np.float32)
    scene = make_scene(rgb=picture, bands=picture[..., :2])
    made = build(scene, blocks((13, 17), 4), features=features, segmentation=segmentation)
    names = made.feature_names[0]
    for graph in made.graphs:
        place = [i for i, name in enumerate(names) if name in ("row", "column", "size")]
        values = graph.features if features == "standard" else graph.features[..., :4]
        values = np.delete(values, place, axis=-1) if features == "standard" else values
        assert not values.any()
        assert np.isfinite(graph.features).all()
        assert not graph.edge_weights.any()


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


@pytest.mark.parametrize(
    "labels", [np.zeros((3, 4), int), np.zeros((13, 17)), np.zeros((13, 17, 1), int), None]
)
def test_what_is_no_label_map_is_blamed_on_the_plugin(labels: Any) -> None:
    picture = make_scene((13, 17)).rgb
    with pytest.raises(DependencyError, match="'given' of artextract-given"):
        superpixels(picture, plugin_returning(labels), {})


def test_labels_of_a_plugin_are_made_connected_and_numbered() -> None:
    given = np.array([[7, -1, 7], [7, -1, 7]], np.int16)
    labels, n = superpixels(np.zeros((2, 3, 1), np.float32), plugin_returning(given), {})
    assert labels.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert n == 3


def test_shared_segmentation_is_one_graph_of_all_views() -> None:
    (graph,) = build_graphs(make_scene((13, 17), 3), GraphRecipe()).graphs
    assert graph.features.shape == (graph.n_nodes, 4, 18)
    assert graph.edge_weights.shape == (graph.edges.shape[1], 4)
    assert graph.labels.shape == (13, 17)


def test_the_photograph_alone_may_be_cut_for_all_views() -> None:
    rng = np.random.default_rng(0)
    scene = make_scene((24, 24), bands=rng.random((24, 24, 2), np.float32))
    (graph,) = build_graphs(scene, GraphRecipe(segmentation="photograph")).graphs
    alone, *_ = build_graphs(scene, GraphRecipe(segmentation="separate")).graphs
    np.testing.assert_array_equal(graph.labels, alone.labels)
    assert graph.features.shape == (graph.n_nodes, 3, 18)
    np.testing.assert_array_equal(graph.features[:, :1], alone.features)
    np.testing.assert_array_equal(graph.edge_weights[:, :1], alone.edge_weights)


def test_separate_segmentation_cuts_every_view_by_itself() -> None:
    bands = np.zeros((24, 24, 2), np.float32)
    bands[:12, :, 0] = bands[:, :12, 1] = 1
    recipe = GraphRecipe(
        segmentation="separate",
        superpixel_options={"n_segments": 2, "bands.n_segments": 4, "compactness": 0.01},
    )
    made = build_graphs(make_scene((24, 24), bands=bands), recipe)
    assert len(made.graphs) == made.n_views == 3
    assert [graph.features.shape[1] for graph in made.graphs] == [1, 1, 1]
    for labels, turned in ((made.graphs[1].labels, False), (made.graphs[2].labels, True)):
        labels = labels.T if turned else labels
        assert not set(labels[:12].ravel()) & set(labels[12:].ravel())


def test_options_for_the_bands_hold_for_the_bands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    slic = plugin_host().find("superpixels", "slic")

    def segment(image: np.ndarray, options: Any) -> np.ndarray:
        seen.append((image.shape[-1], options.compactness, options.n_segments))
        return np.zeros(image.shape[:2], int)

    spec = dataclasses.replace(slic.spec, load=lambda: segment)
    host = PluginHost(plugins={("superpixels", "slic"): dataclasses.replace(slic, spec=spec)})
    monkeypatch.setattr(superpixel_graph, "plugin_host", lambda: host)
    options = {"compactness": 3, "n_segments": 7, "bands.compactness": 0.5}
    build_graphs(make_scene(), GraphRecipe(segmentation="separate", superpixel_options=options))
    assert seen == [(3, 3.0, 7), (1, 0.5, 7), (1, 0.5, 7)]


def test_options_for_the_bands_need_separate_segmentation() -> None:
    with pytest.raises(UsageError, match=r"'bands\.compactness' needs --segmentation separate"):
        GraphRecipe(superpixel_options={"bands.compactness": 1})


def test_size_brings_every_picture_to_a_square() -> None:
    scene = make_scene((13, 17), mask=np.ones((13, 17), bool))
    recipe = GraphRecipe(size=9)
    made = build_graphs(sized(scene, recipe), recipe, split="val", clean=True)
    assert made.graphs[0].labels.shape == made.mask.shape == (9, 9)
    assert (made.split, made.clean, made.name) == ("val", True, "made")
    assert made.superpixels_origin["distribution"] == "artextract"
