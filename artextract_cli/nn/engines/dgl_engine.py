"""Message passing by DGL's kernels, on the CPU, and on CUDA if the installed DGL supports it."""

from typing import Any

from torch import Tensor
from torch.nn import functional

from artextract_cli.plugin.protocols import MessageGraph
from artextract_cli.utils.libraries.dgl_compat import load_dgl


def neighbour_mean(graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
    """Sum ``x`` (N, K), times ``scale`` (N,) at both ends, over incoming edges: (N, K)."""
    scale = scale.unsqueeze(1)
    total: Tensor = _ops().copy_u_sum(graph.dgl(), x * scale)
    return total * scale


def edge_softmax(graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float) -> Tensor:
    """Softmax of LeakyReLU(left[source] + right[target]) over each node's incoming edges.

    ``left`` and ``right`` are (N, V, heads), the result is (E, V, heads).
    """
    ops, edges = _ops(), graph.dgl()
    # DGL's kernels expect a last axis of features: (N, V, heads, 1).
    score = ops.u_add_v(edges, left.unsqueeze(-1), right.unsqueeze(-1))
    weight: Tensor = ops.edge_softmax(edges, functional.leaky_relu(score, negative_slope))
    return weight.squeeze(-1)


def weighted_sum(graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
    """Sum ``x`` times ``weight`` (E, V, heads) over each node's incoming edges: (N, V, heads, D).

    ``x`` is (N, V, heads, D), or (N, V, 1, D) where the heads share it.
    """
    total: Tensor = _ops().u_mul_e_sum(graph.dgl(), x, weight.unsqueeze(-1))
    return total


def _ops() -> Any:
    return load_dgl().module.ops
