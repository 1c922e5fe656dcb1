"""GraphML holds what the graph file holds."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import networkx
import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError, UsageError
from artextract_cli.export.graph import export_graph
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.store import load_graphs, save_graphs
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.results.reader import find_scene
from tests.helpers.command_line import Ran
from tests.helpers.results import sealed_again
from tests.helpers.scenes import make_scene

SPACE = "{http://graphml.graphdrawing.org/xmlns}"


def store(folder: Path, name: str = "made", **recipe: str) -> Path:
    scene = make_scene((31, 45), name=name, band_ids=("500", "a<&\x01"), wavelengths=None)
    made = GraphRecipe(superpixel_options={"region_size": 5}, **recipe)
    path = folder / "graph.npz"
    save_graphs(path, build_graphs(scene, made), sources={}, key="")
    return path


def test_nodes_edges_features_and_weights_are_those_of_the_graph(tmp_path: Path) -> None:
    file = store(tmp_path)
    graph = load_graphs(file).graphs[0]
    read = networkx.read_graphml(export_graph(file, tmp_path / "a.graphml"), node_type=int)
    assert not read.is_directed()
    assert sorted(read) == list(range(graph.n_nodes))
    assert {frozenset(edge) for edge in read.edges} == set(map(frozenset, graph.edges.T.tolist()))
    assert read.graph["scene"] == "made"

    def column(name: str) -> np.ndarray:
        return np.array([read.nodes[node][name] for node in range(graph.n_nodes)])

    np.testing.assert_array_equal(column("size_px"), graph.counts)
    np.testing.assert_array_equal(column("row").astype("f4"), graph.centroids[:, 0])
    np.testing.assert_array_equal(column("column").astype("f4"), graph.centroids[:, 1])
    np.testing.assert_array_equal(column("y"), -column("row"))
    names = load_graphs(file).feature_names
    for view, shown in enumerate(("photograph", "500", "a<&\N{REPLACEMENT CHARACTER}")):
        for index, name in enumerate(names[min(view, 1)]):
            found = column(f"{shown}.{name}").astype("f4")
            np.testing.assert_array_equal(found, graph.features[:, view, index])
        weights = [read.edges[tuple(e)][f"{shown}.weight"] for e in graph.edges.T.tolist()]
        np.testing.assert_array_equal(np.float32(weights), graph.edge_weights[:, view])
    mean = [read.edges[tuple(edge)]["weight"] for edge in graph.edges.T.tolist()]
    np.testing.assert_allclose(mean, graph.edge_weights.mean(1), rtol=1e-6)


def test_the_file_is_built_as_the_graphml_schema_says(tmp_path: Path) -> None:
    """Keys first, then one graph; ids are unique, and all that is named is declared."""
    root = ET.parse(export_graph(store(tmp_path), tmp_path / "a.graphml")).getroot()
    assert root.tag == f"{SPACE}graphml"
    *keys, graph = root
    assert {key.tag for key in keys} == {f"{SPACE}key"}
    assert graph.tag == f"{SPACE}graph"
    declared = {key.get("id"): key.get("for") for key in keys}
    assert len(declared) == len(keys)
    assert {key.get("attr.type") for key in keys} == {"int", "float", "string"}
    assert next(child.tag for child in graph) == f"{SPACE}data"
    ids = [node.get("id") for node in graph.iter(f"{SPACE}node")]
    assert len(set(ids)) == len(ids) > 10
    for edge in graph.iter(f"{SPACE}edge"):
        assert {edge.get("source"), edge.get("target")} <= set(ids)
    for element in ("node", "edge"):
        for item in graph.iter(SPACE + element):
            assert {declared[data.get("key")] for data in item} == {element}


def test_separate_graphs_one_view_at_a_time(tmp_path: Path) -> None:
    file = store(tmp_path, segmentation="separate", features="published")
    graph = load_graphs(file).graphs[1]
    read = networkx.read_graphml(export_graph(file, tmp_path / "a.graphml", view=1), node_type=int)
    assert len(read) == graph.n_nodes
    assert {name.partition(".")[0] for name in read.nodes[0] if "." in name} == {"500"}
    assert read.nodes[3]["500.mean"] == pytest.approx(float(graph.features[3, 0, 0]), rel=1e-6)
    with pytest.raises(UsageError, match="has views 0 to 2, not 3"):
        export_graph(file, tmp_path / "b.graphml", view=3)
    with pytest.raises(UsageError, match="use such a name"):
        export_graph(file, tmp_path / "b.gml")
    assert not (tmp_path / "b.graphml").exists()


def test_scores_of_results_are_means_over_superpixels(
    run: Callable[..., Ran], dataset: Path, trained: Path, graphs: Path, tmp_path: Path
) -> None:
    results, file = tmp_path / "results", graphs / "val" / "v0.npz"
    words = (dataset, "--model", trained, "--split", "val", "--out", results)
    assert run("infer", *words, "-q").exit_code == 0
    path = results / "v0" / "heatmap.tif"
    heatmap, labels = tifffile.imread(path), load_graphs(file).graphs[0].labels
    heatmap[labels == 3] = np.nan
    heatmap[labels == 4] = np.arange(np.count_nonzero(labels == 4))
    tifffile.imwrite(path, heatmap)
    sealed_again(find_scene(results, "v0"))
    out = tmp_path / "a.graphml"
    ran = run("graph", "export", file, "--out", out, "--results", results, "--json")
    assert json.loads(ran.stdout) == {"graph": str(out), "bytes": out.stat().st_size}
    read = networkx.read_graphml(out, node_type=int)
    assert "score" not in read.nodes[3]
    assert read.nodes[4]["score"] == pytest.approx((np.count_nonzero(labels == 4) - 1) / 2)
    small = tmp_path / "small"
    build_dataset(dataset, small, GraphRecipe(size=32))
    with pytest.raises(InputError, match="32 × 32 pixels, but the heat map has 48 × 40"):
        export_graph(small / "val" / "v0.npz", out, results=results)
    other = store(tmp_path, "v0")
    with pytest.raises(InputError, match="belongs to images of v0 other than"):
        export_graph(other, out, results=results)
