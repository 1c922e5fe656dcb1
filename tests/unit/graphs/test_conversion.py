"""Converted graphs hold what ours hold, as the libraries have it."""

from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from artextract_cli.errors import DependencyError
from artextract_cli.graphs import conversion
from artextract_cli.graphs.store import load_graphs
from artextract_cli.graphs.superpixel_graph import SuperpixelGraph
from artextract_cli.utils.libraries.dgl_compat import HIDE_VARIABLE, load_dgl

NAMES = MappingProxyType({"x": "features", "size_px": "counts"})


@pytest.fixture
def graph(graphs: Path) -> SuperpixelGraph:
    return load_graphs(graphs / "val" / "v0.npz").graphs[0]


@pytest.mark.skipif(load_dgl().module is None, reason="needs DGL")
def test_dgl_has_our_nodes_edges_and_weights(graph: SuperpixelGraph) -> None:
    converted = graph.to_dgl()
    np.testing.assert_array_equal(np.stack([e.numpy() for e in converted.edges()]), graph.edges)
    for theirs, ours in NAMES.items():
        np.testing.assert_array_equal(converted.ndata[theirs].numpy(), getattr(graph, ours))
    np.testing.assert_array_equal(converted.ndata["pos"].numpy()[:, 0], graph.centroids[:, 1])
    np.testing.assert_array_equal(converted.edata["weight"].numpy(), graph.edge_weights)


def test_pyg_has_our_nodes_edges_and_weights(graph: SuperpixelGraph) -> None:
    pytest.importorskip("torch_geometric", reason="needs torch-geometric, of the extra pyg")
    converted = graph.to_pyg()
    assert converted.validate()
    assert converted.is_undirected()
    assert converted.num_nodes == graph.n_nodes
    np.testing.assert_array_equal(converted.edge_index.numpy(), graph.edges)
    for theirs, ours in NAMES.items():
        np.testing.assert_array_equal(converted[theirs].numpy(), getattr(graph, ours))
    np.testing.assert_array_equal(converted.edge_attr.numpy(), graph.edge_weights)


def test_what_is_missing_is_named(graph: SuperpixelGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HIDE_VARIABLE, "1")
    with pytest.raises(DependencyError, match="DGL cannot be used on cpu: hidden by"):
        conversion.dgl_of(graph)
    monkeypatch.setitem(__import__("sys").modules, "torch_geometric.data", None)
    with pytest.raises(DependencyError, match=r'pip install "artextract\[pyg\]"'):
        conversion.pyg_of(graph)
