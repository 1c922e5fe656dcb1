"""Message passing by compiled loops, with its derivatives."""

import pytest
import torch

from artextract_cli.nn.engines import numba_engine, torch_engine
from tests.helpers.graphs import random_batch

HEADS, VIEWS, WIDTH = 2, 3, 4


def agree(function: str, *arguments: object) -> None:
    """Compare the engine with plain torch, and the gradients."""
    found = []
    for engine, kind in ((numba_engine, "numba"), (torch_engine, "torch")):
        graph = random_batch(9, 6, engine=kind)
        given = [
            a.clone().requires_grad_() if isinstance(a, torch.Tensor) else a for a in arguments
        ]
        result = getattr(engine, function)(graph, *given)
        (result * torch.linspace(0.5, 2, result.numel()).view(result.shape)).sum().backward()
        leaves = [a for a in given if isinstance(a, torch.Tensor)]
        found.append([result, *(a.grad for a in leaves if a.grad is not None)])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


def test_attention_is_that_of_plain_torch() -> None:
    left, right = numbers(15, VIEWS, HEADS), numbers(15, VIEWS, HEADS).flip(0)
    agree("edge_softmax", left, right, 0.2)


@pytest.mark.parametrize("heads", [1, HEADS])
def test_weighted_sums_are_those_of_plain_torch(heads: int) -> None:
    n_edges = len(random_batch(9, 6).source)
    agree("weighted_sum", numbers(15, VIEWS, heads, WIDTH), numbers(n_edges, VIEWS, HEADS))
