"""Message passing by compiled loops (`numba_loops`) on the CPU, with explicit derivatives.

The views and heads of an edge are adjacent in memory, so the values of a neighbour are fetched once
for all of them.

Letters: N nodes, E directed edges, V views, K channels, one for each view and head, D features.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from artextract_cli.nn.engines import numba_loops as loops
from artextract_cli.plugin.protocols import MessageGraph


def neighbour_mean(graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
    """Sum ``x`` (N, K), times ``scale`` (N,) at both ends, over incoming edges: (N, K)."""
    result: Tensor = _NeighbourMean.apply(graph, x, scale)  # type: ignore[no-untyped-call]
    return result


def edge_softmax(graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float) -> Tensor:
    """Softmax of LeakyReLU(left[source] + right[target]) over each node's incoming edges.

    ``left`` and ``right`` are (N, V, heads), the result is (E, V, heads).
    """
    ends = (left.flatten(1), right.flatten(1))
    weight: Tensor = _EdgeSoftmax.apply(graph, *ends, negative_slope)  # type: ignore[no-untyped-call]
    return weight.view(-1, *left.shape[1:])


def weighted_sum(graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
    """Sum ``x`` times ``weight`` (E, V, heads) over each node's incoming edges: (N, V, heads, D).

    ``x`` is (N, V, heads, D), or (N, V, 1, D) where the heads share it.
    """
    total: Tensor = _WeightedSum.apply(  # type: ignore[no-untyped-call]
        graph, x.flatten(1, 2), weight.flatten(1)
    )
    return total.view(len(x), *weight.shape[1:], -1)


class _NeighbourMean(Function):
    @staticmethod
    def forward(ctx: Any, graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
        ctx.graph = graph
        ctx.save_for_backward(scale)
        return _mean(graph, x, scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor, None]:
        return None, _mean(ctx.graph, grad, *ctx.saved_tensors), None


class _EdgeSoftmax(Function):
    """``left`` and ``right`` (N, K) to attention (E, K)."""

    @staticmethod
    def forward(
        ctx: Any, graph: MessageGraph, left: Tensor, right: Tensor, negative_slope: float
    ) -> Tensor:
        left, right = left.contiguous(), right.contiguous()
        weight = left.new_empty(len(graph.source), left.shape[1])
        # In the type of the scores: a Python float would make the kernel compute in float64.
        slope = np.asarray(negative_slope, left.numpy().dtype)[()]
        _on_rows(loops.scores, graph, left, right, slope, weight, buffer=left.shape[1])
        weight.exp_()  # torch uses SIMD
        _on_rows(loops.normalised, graph, weight, buffer=left.shape[1])
        ctx.graph, ctx.slope = graph, slope
        # The scores, E · K numbers, are not kept: their sign follows from ``left`` and ``right``.
        ctx.save_for_backward(left, right, weight)
        return weight

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor, Tensor, None]:
        left, right, weight = ctx.saved_tensors
        d_left, d_right = torch.empty_like(left), torch.empty_like(right)
        d_score = torch.empty_like(weight)
        graph, grad = ctx.graph, grad.contiguous()
        _on_rows(
            loops.score_gradients,
            graph,
            left,
            right,
            ctx.slope,
            weight,
            grad,
            d_score,
            d_right,
            buffer=left.shape[1],
        )
        # Sums over outgoing edges: row i of the reversed edges. Nothing is scattered, so that
        # threads never write to the same place.
        _on_rows(loops.source_gradients, graph, graph.reverse, d_score, d_left)
        return None, d_left, d_right, None


class _WeightedSum(Function):
    """``x`` (N, K, D) and ``weight`` (E, K) to (N, K, D); heads of a view may share ``x``."""

    @staticmethod
    def forward(ctx: Any, graph: MessageGraph, x: Tensor, weight: Tensor) -> Tensor:
        x, weight = x.contiguous(), weight.contiguous()
        total = x.new_empty(len(x), weight.shape[1], x.shape[2])
        _on_rows(loops.sums, graph, x, weight, total)
        ctx.graph = graph
        ctx.save_for_backward(x, weight)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        graph, grad = ctx.graph, grad.contiguous()
        d_x = d_weight = None
        # The first layer's input needs no gradient, and a fixed weight neither.
        if ctx.needs_input_grad[1]:
            d_x = torch.empty_like(x)
            _on_rows(loops.sums_back, graph, graph.reverse, grad, weight, d_x)
        if ctx.needs_input_grad[2]:
            d_weight = torch.empty_like(weight)
            _on_rows(loops.products, graph, x, grad, d_weight)
        return None, d_x, d_weight


def _mean(graph: MessageGraph, x: Tensor, scale: Tensor) -> Tensor:
    total = torch.empty_like(x, memory_format=torch.contiguous_format)
    _on_rows(loops.means, graph, x.contiguous(), scale, total)
    return total


def _on_rows(kernel: Callable[..., None], graph: MessageGraph, *args: Any, buffer: int = 0) -> None:
    """Call ``kernel`` on all nodes, in as many ranges as torch uses threads.

    If it needs a ``buffer``, each range has one of so many numbers.
    """
    arrays = [arg.detach().numpy() if isinstance(arg, Tensor) else arg for arg in args]
    n, rows = torch.get_num_threads(), (graph.crow.numpy(), graph.source.numpy())

    def call(start: int, end: int) -> None:
        own = [np.empty(buffer, arrays[0].dtype)] if buffer else []
        kernel(start, end, *rows, *own, *arrays)

    if n == 1:
        call(0, graph.n_nodes)
        return
    # Equal numbers of nodes have about equally many edges: superpixels have few neighbours each.
    ends = [graph.n_nodes * i // n for i in range(n + 1)]
    # `result` raises what a thread raised.
    for call_of_part in [_threads(n).submit(call, *part) for part in pairwise(ends)]:
        call_of_part.result()


@cache
def _threads(n: int) -> ThreadPoolExecutor:
    # Kept for the life of the process, instead of starting threads for every kernel.
    return ThreadPoolExecutor(n, thread_name_prefix="message-passing")
