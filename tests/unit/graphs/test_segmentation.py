"""Superpixels of the views of a scene, whatever plugin computes them."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from artextract_cli.errors import DependencyError
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.segmentation import run_superpixel_plugin
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.plugin.host import plugin_host
from tests.helpers.scenes import make_scene, plugin_returning
from tests.helpers.toy_plugins import put_in


@pytest.mark.parametrize(
    "labels", [np.zeros((3, 4), int), np.zeros((13, 17)), np.zeros((13, 17, 1), int), None]
)
def test_what_is_no_label_map_is_blamed_on_the_plugin(labels: Any) -> None:
    picture = make_scene((13, 17)).rgb
    with pytest.raises(DependencyError, match="'given' of artextract-given"):
        run_superpixel_plugin(picture, plugin_returning(labels), {})


def test_labels_of_a_plugin_are_made_connected_and_numbered() -> None:
    given = np.array([[7, -1, 7], [7, -1, 7]], np.int16)
    labels, n = run_superpixel_plugin(np.zeros((2, 3, 1), np.float32), plugin_returning(given), {})
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
    put_in(monkeypatch, "superpixels", dataclasses.replace(slic, spec=spec))
    options = {"compactness": 3, "n_segments": 7, "bands.compactness": 0.5}
    build_graphs(make_scene(), GraphRecipe(segmentation="separate", superpixel_options=options))
    assert seen == [(3, 3.0, 7), (1, 0.5, 7), (1, 0.5, 7)]
