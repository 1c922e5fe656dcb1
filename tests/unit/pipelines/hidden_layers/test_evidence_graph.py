"""Superpixels with evidence, against counting pixels."""

import dataclasses

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.maps import AXIS_MAPS, MAPS, SURFACE_MAPS
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.regions import region_adjacency
from artextract_cli.imaging.blocks import Block
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    BAND_FEATURES,
    EDGE_FEATURES,
    PHOTOGRAPH_FEATURES,
    compressed,
    evidence_graph,
    evidence_nodes,
    expanded,
)
from tests.helpers.evidence import gather_evidence
from tests.helpers.paintings import painting, ring
from tests.helpers.scenes import make_scene

SHAPE = (31, 45)
RECIPE = GraphRecipe(superpixel_options={"n_segments": 20})


def test_compression_can_be_undone() -> None:
    maps = np.array([-1e4, -3, -1e-3, 0, 1e-3, 3, 1e4], np.float32)
    expected = [-np.log1p(1e4), -np.log(4), -1e-3, 0, 1e-3, np.log(4), np.log1p(1e4)]
    np.testing.assert_allclose(compressed(maps), expected, rtol=1e-3)
    np.testing.assert_allclose(expanded(compressed(maps)), maps, rtol=1e-5)


def test_features_are_means_and_spreads_of_the_pixels() -> None:
    scene = painting(-0.2 * ring(SHAPE), SHAPE)
    graph = evidence_graph(scene, RECIPE)
    np.testing.assert_array_equal(graph.pixels, compressed(gather_evidence(scene).maps))
    assert graph.n_nodes > 5
    for node in range(graph.n_nodes):
        inside = graph.pixels[graph.labels == node].astype(np.float64)
        expected = np.concatenate([inside.mean(0), inside.std(0)])
        np.testing.assert_allclose(graph.bands[node], expected, atol=1e-5)


def test_the_photograph_has_the_maps_of_the_surface_only() -> None:
    graph = evidence_graph(painting(-0.2 * ring(SHAPE), SHAPE), RECIPE)
    assert graph.photograph.shape == (graph.n_nodes, len(PHOTOGRAPH_FEATURES))
    assert graph.bands.shape == (graph.n_nodes, len(BAND_FEATURES))
    assert len(PHOTOGRAPH_FEATURES) == 2 * len(SURFACE_MAPS)
    for i, name in enumerate(PHOTOGRAPH_FEATURES):
        np.testing.assert_array_equal(
            graph.photograph[:, i], graph.bands[:, BAND_FEATURES.index(name)]
        )


def test_what_is_hidden_does_not_reach_the_photograph() -> None:
    clean, hiding = (painting(s * ring(SHAPE), SHAPE) for s in (0, -0.2))
    shown = [compressed(gather_evidence(scene).maps) for scene in (clean, hiding)]
    surface = [MAPS.index(name) for name in SURFACE_MAPS]
    np.testing.assert_array_equal(shown[0][..., surface], shown[1][..., surface])
    assert np.abs(shown[0] - shown[1]).max() > 1


def test_edges_are_both_ways_and_their_features_too() -> None:
    graph = evidence_graph(painting(-0.2 * ring(SHAPE), SHAPE), RECIPE)
    np.testing.assert_array_equal(graph.edges, region_adjacency(graph.labels, graph.n_nodes))
    assert graph.edge_features.shape == (graph.edges.shape[1], len(EDGE_FEATURES))
    pairs = {tuple(edge): i for i, edge in enumerate(graph.edges.T.tolist())}
    for (source, target), i in pairs.items():
        back = graph.edge_features[pairs[target, source]]
        there = graph.edge_features[i]
        np.testing.assert_allclose(there[:5], -back[:5], atol=1e-6)
        # The line at its source is the line at its target the other way round.
        np.testing.assert_allclose(there[[5, 6, 7]], back[[6, 5, 7]], atol=1e-5)
    step = graph.bands[:, BAND_FEATURES.index("mean_residual_long")]
    source, target = graph.edges
    np.testing.assert_allclose(graph.edge_features[:, 0], step[target] - step[source], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(graph.edge_features[:, 3:5], axis=1), 1, atol=1e-5)
    rows, columns = np.indices(SHAPE)
    where = graph.labels == source[0], graph.labels == target[0]
    way = np.array([axis[where[1]].mean() - axis[where[0]].mean() for axis in (rows, columns)])
    way /= np.linalg.norm(way)
    np.testing.assert_allclose(graph.edge_features[0, 3:5], way, atol=1e-4)


@pytest.mark.parametrize("degrees", [0, 45, 90])
def test_lines_count_along_edges_that_run_with_them(degrees: int) -> None:
    """A line of strength 3 everywhere counts 3 along edges parallel to it, and nothing across."""
    axis = 3 * np.array([np.cos(2 * np.deg2rad(degrees)), np.sin(2 * np.deg2rad(degrees))])

    def evidence(block: Block) -> FloatArray:
        made = np.zeros((*block.shape, len(MAPS) + len(AXIS_MAPS)), np.float32)
        made[..., len(MAPS) :] = axis
        return made

    graph = evidence_nodes(make_scene(SHAPE, 6), RECIPE, evidence)
    rows, columns = graph.edge_features[:, 3:5].T
    turn = np.arctan2(rows, columns) - np.deg2rad(degrees)
    expected = 3 * np.cos(turn) ** 2
    for feature in (5, 6, 7):
        np.testing.assert_allclose(graph.edge_features[:, feature], expected, atol=1e-4)
    assert np.ptp(expected) > 2


@pytest.mark.parametrize("n_bands", [1, 30])
def test_features_are_as_many_whatever_the_bands(n_bands: int) -> None:
    nm = tuple(np.linspace(1000, 400, n_bands).tolist())
    graph = evidence_graph(make_scene(SHAPE, n_bands, wavelengths=nm), RECIPE)
    assert graph.bands.shape == (graph.n_nodes, len(BAND_FEATURES))
    assert graph.pixels.shape == (*SHAPE, len(MAPS))


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 3)])
def test_tiny_and_constant_pictures_are_finite(shape: tuple[int, int]) -> None:
    scene = make_scene(shape, 6)
    flat = dataclasses.replace(
        scene, rgb=np.full_like(scene.rgb, 0.5), bands=np.full_like(scene.bands, 0.5)
    )
    for made in (scene, flat):
        graph = evidence_graph(made, RECIPE)
        for part in (graph.photograph, graph.bands, graph.pixels, graph.edge_features):
            assert np.isfinite(part).all()
        assert graph.edges.shape[0] == 2
