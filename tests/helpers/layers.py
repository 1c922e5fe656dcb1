"""Layers of message passing, on all engines."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from artextract_cli.nn.conv import GATConv, GraphConv
from artextract_cli.utils.libraries.dgl_compat import load_dgl

needs_dgl = pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")
LAYERS: dict[str, Callable[[], nn.Module]] = {
    "gcn that widens": lambda: GraphConv(3, 8),
    "gcn that narrows": lambda: GraphConv(8, 3),
    "gcn without bias": lambda: GraphConv(4, 4, bias=False),
    "gat that widens": lambda: GATConv(3, 8, 2),
    "gat that narrows": lambda: GATConv(8, 3, 1),
    "gat of one head that widens": lambda: GATConv(3, 8, 1),
    "gat with residual": lambda: GATConv(6, 3, 2, residual=True),
    "gat with projected residual": lambda: GATConv(5, 4, 3, residual=True),
}
every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS.keys())


def made(layer: Callable[[], nn.Module], seed: int = 0) -> nn.Module:
    """Make a layer whose parameters, biases too, are random."""
    torch.manual_seed(seed)
    module = layer()
    for parameter in module.parameters():
        nn.init.normal_(parameter)
    return module


def in_size(module: nn.Module) -> int:
    return module.weight.shape[0] if isinstance(module, GraphConv) else module.fc.in_features


def run(module: nn.Module, graph: Any, x: Tensor, autocast: bool = False) -> list[Tensor]:
    """Return output, gradient of the input, and gradients of the parameters."""
    module.zero_grad()
    x = x.detach().clone().requires_grad_()
    with torch.autocast(x.device.type, torch.bfloat16, enabled=autocast):
        out = module(graph, x)
    weights = torch.linspace(-1, 1, out.numel(), dtype=out.dtype, device=out.device)
    (out.flatten() * weights).sum().backward()
    gradients = [parameter.grad for parameter in module.parameters()]
    return [tensor.detach().cpu().clone() for tensor in (out, x.grad, *gradients)]


def assert_near(got: list[Tensor], wanted: list[Tensor], tolerance: float = 1e-5) -> None:
    """Compare by relative norm."""
    for a, b in zip(got, wanted, strict=True):
        assert a.numel() == b.numel()
        difference = (a.flatten() - b.flatten()).norm()
        assert difference <= tolerance * b.norm()
