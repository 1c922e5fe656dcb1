"""Message passing in plain torch, on every device, with explicit derivatives.

The edges are sorted by target and come in both directions, so the adjacency is its own transpose:
the gradient along an edge is the message along its ``reverse``, and each derivative is a sum over
the same sorted rows. Nothing is scattered, so the order of a sum is always the same.

On the CPU, sums of rows use ``embedding_bag`` and products of rows use ``sampled_addmm``, where
both are several times faster than gathering rows for every edge and adding them up.
"""

import warnings
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional

from artextract_cli.plugin.protocols import MessageGraph

SEGMENT_DEVICES = ("cpu", "cuda")  # where torch has embedding_bag and segment_reduce
SAMPLED_DEVICES = ("cpu",)  # where sampled_addmm is faster than gathering


def neighbour_mean(graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
    """Sum ``x`` (N, K), times ``scale`` (N,) at both ends, over incoming edges: (N, K)."""
    scale = scale.unsqueeze(1)
    total: Tensor = _NeighbourSum.apply(graph, x * scale)  # type: ignore[no-untyped-call]
    return total * scale


def edge_softmax(graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float) -> Tensor:
    """Softmax of LeakyReLU(left[source] + right[target]) over each node's incoming edges.

    ``left`` and ``right`` are (N, V, heads), the result is (E, V, heads).
    """
    # (N, V, heads) to (V · heads, N): a channel is contiguous, and is reduced on its own.
    ends = (end.permute(1, 2, 0).flatten(0, 1) for end in (left, right))
    weight: Tensor = _EdgeSoftmax.apply(graph, *ends, negative_slope)  # type: ignore[no-untyped-call]
    return weight.view(*left.shape[1:], -1).permute(2, 0, 1)


def weighted_sum(graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
    """Sum ``x`` times ``weight`` (E, V, heads) over each node's incoming edges: (N, V, heads, D).

    ``x`` is (N, V, heads, D), or (N, V, 1, D) where the heads share it.
    """
    tables = x.permute(1, 2, 0, 3).flatten(0, 1)
    weights = weight.permute(1, 2, 0).flatten(0, 1)
    total: Tensor = _WeightedSum.apply(graph, tables, weights)  # type: ignore[no-untyped-call]
    return total.view(len(x), *weight.shape[1:], -1)


class _NeighbourSum(Function):
    @staticmethod
    def forward(ctx: Any, graph: MessageGraph, x: Tensor) -> Tensor:
        ctx.graph = graph
        return _sum_sources(graph, x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor]:
        return None, _sum_sources(ctx.graph, grad)


class _EdgeSoftmax(Function):
    """``left`` and ``right`` (K, N) to attention (K, E): K channels, one for each view and head.

    One channel at a time, so that what is computed on the edges stays in the cache.
    """

    @staticmethod
    def forward(
        ctx: Any, graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float
    ) -> Tensor:
        weights = left.new_empty(len(left), len(graph.source))
        is_positive = torch.empty_like(weights, dtype=torch.bool)
        for k, weight in enumerate(weights):
            # In place: one array (E,) per channel instead of one for each step.
            torch.index_select(left[k].contiguous(), 0, graph.source, out=weight)
            weight += _at_target(graph, right[k])
            # Kept for the derivative, since the exponential overwrites the sign of the score.
            torch.gt(weight, 0, out=is_positive[k])
            functional.leaky_relu_(weight, negative_slope)
            # Softmax is unchanged by a constant; without the maximum, large scores overflow.
            weight -= _at_target(graph, _reduce_rows(graph, weight, "max"))
            weight.exp_()
            weight /= _at_target(graph, _reduce_rows(graph, weight, "sum"))
        ctx.graph, ctx.negative_slope = graph, negative_slope
        ctx.save_for_backward(weights, is_positive)
        return weights

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor, Tensor, None]:
        weights, is_positive = ctx.saved_tensors
        graph = ctx.graph
        left = weights.new_empty(len(weights), graph.n_nodes)
        right = torch.empty_like(left)
        for k, weight in enumerate(weights):
            slope = weight * grad[k]
            # Derivative of softmax: a · (g − Σ a g), the sum being over the edges into the same
            # node.
            slope -= weight * _at_target(graph, _reduce_rows(graph, slope, "sum"))
            slope = torch.where(is_positive[k], slope, slope * ctx.negative_slope)
            right[k] = _reduce_rows(graph, slope, "sum")
            # ``left`` belongs to the source: the sum over outgoing edges is that over reversed
            # ones.
            left[k] = _reduce_rows(graph, slope.index_select(0, graph.reverse), "sum")
        return None, left, right, None


class _WeightedSum(Function):
    """``tables`` (K, N, D) and ``weights`` (K, E) to (N, K, D); K/V channels may share a table."""

    @staticmethod
    def forward(ctx: Any, graph: MessageGraph, tables: Tensor, weights: Tensor) -> Tensor:
        tables, weights = tables.contiguous(), weights.contiguous()
        ctx.graph = graph
        ctx.save_for_backward(tables, weights)
        # Heads that share their input: the table is not repeated for each of them.
        shared = len(weights) // len(tables)
        total = [_sum_sources(graph, tables[k // shared], w) for k, w in enumerate(weights)]
        return torch.stack(total, dim=1) if len(total) > 1 else total[0].unsqueeze(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor | None, Tensor | None]:
        tables, weights = ctx.saved_tensors
        graph, shared = ctx.graph, len(weights) // len(tables)
        needs_tables, needs_weights = ctx.needs_input_grad[1:]
        d_tables = torch.zeros_like(tables) if needs_tables else None
        d_weights = torch.empty_like(weights) if needs_weights else None
        for k, weight in enumerate(weights):
            d_total = grad[:, k].contiguous()
            if d_tables is not None:
                back = weight.index_select(0, graph.reverse)
                # Added, since several heads may share a table.
                d_tables[k // shared] += _sum_sources(graph, d_total, back)
            if d_weights is not None:
                d_weights[k] = _edge_products(graph, d_total, tables[k // shared])
        return None, d_tables, d_weights


def _at_target(graph: MessageGraph, values: Tensor) -> Tensor:
    """Gather the value of each edge's target: (N,) to (E,)."""
    return values.contiguous().index_select(0, graph.target)


def _sum_sources(graph: MessageGraph, x: Tensor, weight: Tensor | None = None) -> Tensor:
    """Sum ``x`` (N, K), times ``weight`` (E,) if given, over incoming edges: (N, K)."""
    if x.device.type in SEGMENT_DEVICES:
        # Sums rows of a table by lists of indices, which is message passing: without (E, K)
        # messages.
        return functional.embedding_bag(
            graph.source,
            x.contiguous(),
            graph.crow,
            mode="sum",
            per_sample_weights=weight,
            include_last_offset=True,
        )
    message = x.index_select(0, graph.source)
    if weight is not None:
        message = message * weight.unsqueeze(1)
    return torch.zeros_like(x).index_add_(0, graph.target, message)


def _reduce_rows(graph: MessageGraph, values: Tensor, how: str) -> Tensor:
    """Sum or maximum of ``values`` (E,) over each node's incoming edges: (N,)."""
    if values.device.type in SEGMENT_DEVICES:
        # ``unsafe`` skips checks of the offsets, for which the CPU would wait for a GPU; they come
        # from `Topology`.
        return torch.segment_reduce(values, how, offsets=graph.crow, unsafe=True)
    rows = values.new_zeros(graph.n_nodes)
    reduce = "amax" if how == "max" else "sum"
    return rows.scatter_reduce_(0, graph.target, values, reduce, include_self=False)


def _edge_products(graph: MessageGraph, target: Tensor, source: Tensor) -> Tensor:
    """Inner product of ``target`` (N, D) and ``source`` (N, D) at the ends of each edge: (E,)."""
    if target.device.type not in SAMPLED_DEVICES:
        ends = target.index_select(0, graph.target) * source.index_select(0, graph.source)
        return ends.sum(1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        # The adjacency as pattern: a product of (N, D) and (D, N) of which only the edges are
        # computed.
        pattern = torch.sparse_csr_tensor(
            graph.crow,
            graph.source,
            target.new_zeros(len(graph.source)),
            (graph.n_nodes, graph.n_nodes),
            check_invariants=False,
        )
    # With beta 0 the values of the pattern do not count.
    products: Tensor = torch.sparse.sampled_addmm(pattern, target, source.t(), beta=0.0).values()
    return products
