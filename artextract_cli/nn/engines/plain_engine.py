"""Message passing in operations that `torch.export` records; for exported programs only.

`torch_engine` is faster, but has derivatives of its own, which a program cannot hold. Messages are
added up here in the order of the edges, whichever that is.
"""

import torch
from torch import Tensor
from torch.nn import functional

from artextract_cli.plugin.protocols import MessageGraph


def neighbour_mean(graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
    """Sum ``x`` (N, K), times ``scale`` (N,) at both ends, over incoming edges: (N, K)."""
    scale = scale.unsqueeze(1)
    return _added(graph, (x * scale)[graph.source], x) * scale


def edge_softmax(graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float) -> Tensor:
    """Softmax of LeakyReLU(left[source] + right[target]) over each node's incoming edges.

    ``left`` and ``right`` are (N, V, heads), the result is (E, V, heads).
    """
    scores = functional.leaky_relu(left[graph.source] + right[graph.target], negative_slope)
    place = graph.target[:, None, None].expand_as(scores)
    # Softmax is unchanged by a constant; without the maximum, large scores overflow.
    largest = torch.zeros_like(left).scatter_reduce(0, place, scores, "amax", include_self=False)
    weights = (scores - largest[graph.target]).exp()
    return weights / _added(graph, weights, left)[graph.target]


def weighted_sum(graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
    """Sum ``x`` times ``weight`` (E, V, heads) over each node's incoming edges: (N, V, heads, D).

    ``x`` is (N, V, heads, D), or (N, V, 1, D) where the heads share it.
    """
    messages = x[graph.source] * weight[..., None]
    return _added(graph, messages, x.expand(-1, -1, weight.shape[2], -1))


def _added(graph: MessageGraph, messages: Tensor, like: Tensor) -> Tensor:
    """Sum ``messages`` (E, ...) over the edges into each node: (N, ...), the shape of ``like``."""
    return torch.zeros_like(like).index_add(0, graph.target, messages)
