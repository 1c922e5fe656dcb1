"""Exported graphs are read by the loaders of the libraries."""

from pathlib import Path

import numpy as np
import pytest
import torch

from artextract_cli.errors import UsageError
from artextract_cli.export.graph import export_graph
from artextract_cli.graphs.store import load_graphs
from artextract_cli.utils.libraries.dgl_compat import load_dgl


@pytest.mark.skipif(load_dgl().module is None, reason="needs DGL")
def test_dgl_loads_the_file(graphs: Path, tmp_path: Path) -> None:
    file = graphs / "val" / "v0.npz"
    (read,), _ = load_dgl().module.load_graphs(str(export_graph(file, tmp_path / "a.bin")))
    graph = load_graphs(file).graphs[0]
    np.testing.assert_array_equal(np.stack([e.numpy() for e in read.edges()]), graph.edges)
    np.testing.assert_array_equal(read.ndata["x"].numpy(), graph.features)


def test_torch_loads_the_file_of_pytorch_geometric(graphs: Path, tmp_path: Path) -> None:
    file = graphs / "val" / "v0.npz"
    first = export_graph(file, tmp_path / "a.pt", format="pyg")
    read = torch.load(first, weights_only=True)
    graphs_read = load_graphs(file)
    np.testing.assert_array_equal(read["edge_index"].numpy(), graphs_read.graphs[0].edges)
    assert (read["scene"], read["bands"]) == ("v0", list(graphs_read.band_ids))
    assert first.read_bytes() == export_graph(file, tmp_path / "b.pt").read_bytes()


def test_pytorch_geometric_takes_the_fields(graphs: Path, tmp_path: Path) -> None:
    data = pytest.importorskip(
        "torch_geometric.data", reason="needs torch-geometric, of the extra pyg"
    )
    file = graphs / "val" / "v0.npz"
    read = data.Data.from_dict(torch.load(export_graph(file, tmp_path / "a.pt")))
    assert read.validate()
    assert read.num_nodes == load_graphs(file).graphs[0].n_nodes


def test_name_and_format_agree(graphs: Path, tmp_path: Path) -> None:
    file = graphs / "val" / "v0.npz"
    with pytest.raises(UsageError, match=r"graphs of format dgl end in \.bin"):
        export_graph(file, tmp_path / "a.pt", format="dgl")
    with pytest.raises(UsageError, match="use such a name"):
        export_graph(file, tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []
