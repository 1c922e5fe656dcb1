"""Graphs as PyTorch Geometric and DGL have them, in the order of our nodes and edges."""

from typing import TYPE_CHECKING, Any

from artextract_cli.utils.libraries.dgl_compat import require_dgl
from artextract_cli.utils.libraries.pyg import require_pyg

if TYPE_CHECKING:
    from artextract_cli.graphs.superpixel_graph import SuperpixelGraph


def pyg_of(graph: "SuperpixelGraph") -> Any:
    """``torch_geometric.data.Data`` of a graph: ``x``, ``edge_index``, ``edge_attr``, ``pos``."""
    import torch

    return require_pyg().Data(
        x=torch.tensor(graph.features),
        edge_index=torch.tensor(graph.edges),
        edge_attr=torch.tensor(graph.edge_weights),
        # x before y, as the library draws positions.
        pos=torch.tensor(graph.centroids[:, ::-1].copy()),
        size_px=torch.tensor(graph.counts),
    )


def dgl_of(graph: "SuperpixelGraph") -> Any:
    """``dgl.DGLGraph`` of a graph: ``x``, ``pos`` and ``size_px`` of nodes, ``weight`` of edges."""
    import torch

    dgl = require_dgl(torch.device("cpu"))
    source, target = torch.tensor(graph.edges)
    converted = dgl.graph((source, target), num_nodes=graph.n_nodes)
    converted.ndata["x"] = torch.tensor(graph.features)
    converted.ndata["pos"] = torch.tensor(graph.centroids[:, ::-1].copy())
    converted.ndata["size_px"] = torch.tensor(graph.counts)
    converted.edata["weight"] = torch.tensor(graph.edge_weights)
    return converted
