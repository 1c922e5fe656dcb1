"""Graphs as PyTorch Geometric and DGL have them, in the order of our nodes and edges."""

from typing import TYPE_CHECKING, Any, Literal

from artextract_cli.utils.libraries.dgl_compat import require_dgl
from artextract_cli.utils.libraries.pyg import require_pyg

if TYPE_CHECKING:
    import torch

    from artextract_cli.graphs.superpixel_graph import SuperpixelGraph

GraphFormat = Literal["graphml", "pyg", "dgl"]
"""Formats that graphs are exported in: GraphML, PyTorch Geometric, DGL."""


def pyg_fields(graph: "SuperpixelGraph") -> "dict[str, torch.Tensor]":
    """The fields of a graph by the names that PyTorch Geometric gives them."""
    import torch

    return {
        "x": torch.tensor(graph.features),
        "edge_index": torch.tensor(graph.edges),
        "edge_attr": torch.tensor(graph.edge_weights),
        # x before y, as the library draws positions.
        "pos": torch.tensor(graph.centroids[:, ::-1].copy()),
        "size_px": torch.tensor(graph.counts),
    }


def pyg_of(graph: "SuperpixelGraph") -> Any:
    """``torch_geometric.data.Data`` of a graph."""
    return require_pyg().Data.from_dict(pyg_fields(graph))


def dgl_of(graph: "SuperpixelGraph") -> Any:
    """``dgl.DGLGraph`` of a graph: ``x``, ``pos`` and ``size_px`` of nodes, ``weight`` of edges."""
    import torch

    dgl = require_dgl(torch.device("cpu"))
    source, target = torch.tensor(graph.edges)
    converted = dgl.graph((source, target), num_nodes=graph.n_nodes)
    fields = pyg_fields(graph)
    for name in ("x", "pos", "size_px"):
        converted.ndata[name] = fields[name]
    converted.edata["weight"] = fields["edge_attr"]
    return converted
