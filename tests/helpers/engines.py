"""Comparing an engine of message passing with plain PyTorch."""

from types import ModuleType

import torch

from artextract_cli.nn.engines import torch_engine
from tests.helpers.graphs import random_batch

HEADS, VIEWS, WIDTH = 2, 3, 4


def agrees_on_attention(engine: ModuleType, kind: str) -> None:
    """Compare the softmax over the edges of every node."""
    left, right = numbers(15, VIEWS, HEADS), numbers(15, VIEWS, HEADS).flip(0)
    agree(engine, kind, "edge_softmax", left, right, 0.2)


def agrees_on_weighted_sums(engine: ModuleType, kind: str, heads: int) -> None:
    """Compare the sums over the neighbours of every node; one head is shared by all weights."""
    n_edges = len(random_batch(9, 6).source)
    values, weights = numbers(15, VIEWS, heads, WIDTH), numbers(n_edges, VIEWS, HEADS)
    agree(engine, kind, "weighted_sum", values, weights)


def agree(engine: ModuleType, kind: str, function: str, *arguments: object) -> None:
    """Compare the results of a function with those of plain PyTorch, and the gradients."""
    results = []
    for module, name in ((engine, kind), (torch_engine, "torch")):
        graph = random_batch(9, 6, engine=name)
        given = [
            a.clone().requires_grad_() if isinstance(a, torch.Tensor) else a for a in arguments
        ]
        result = getattr(module, function)(graph, *given)
        (result * torch.linspace(0.5, 2, result.numel()).view(result.shape)).sum().backward()
        leaves = [a for a in given if isinstance(a, torch.Tensor)]
        results.append([result, *(a.grad for a in leaves if a.grad is not None)])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))
