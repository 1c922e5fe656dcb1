"""One small network in three versions: with our layers, those of dgl.nn and of PyTorch Geometric.

All have the layers of the published recipe: GCN 14 → 128 → 32 with batch normalisation, GAT 14 →
128 → 32 → 32 with one head and without normalisation; LeakyReLU after every layer. `copy_weights`
gives them the same weights, and `check_alike` ensures that their results agree.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from artextract_cli.nn.conv import GATConv, GraphConv
from artextract_cli.pipelines.training_task import LossAndScorer
from artextract_cli.plugin.host import plugin_host
from artextract_cli.utils.libraries.dgl_compat import load_dgl

SIZES = {"gcn": (14, 128, 32), "gat": (14, 128, 32, 32)}
TOLERANCE = 1e-4  # of the largest value; larger differences mean different computations


def comparison(objective: str) -> LossAndScorer:
    """An objective with its default options, and the scorer ``distance``."""
    functions = []
    for kind, name in (("objectives", objective), ("scorers", "distance")):
        spec = plugin_host().find(kind, name).spec
        functions.append(partial(_with_options, spec.load(), spec.options()))
    return LossAndScorer(*functions)


def _with_options(function: Callable[[Any, Any], Tensor], options: Any, inputs: Any) -> Tensor:
    return function(inputs, options)


class Layers(nn.Module):
    """Convolutions, each followed by normalisation, if any, and LeakyReLU."""

    def __init__(self, kind: str, make: Callable[[int, int], nn.Module]) -> None:
        super().__init__()
        sizes = SIZES[kind]
        self.convolutions = nn.ModuleList(make(*pair) for pair in pairwise(sizes))
        self.norms = nn.ModuleList(
            nn.BatchNorm1d(size) if kind == "gcn" else nn.Identity() for size in sizes[1:]
        )

    def forward(self, graph: Any, x: Tensor) -> Tensor:
        """Embed the nodes ``x`` (N, F): (N, D)."""
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = functional.leaky_relu(norm(self.convolve(convolution, graph, x)))
        return x

    def convolve(self, convolution: nn.Module, graph: Any, x: Tensor) -> Tensor:
        """Call one layer by the conventions of its library: (N, F) to (N, D)."""
        raise NotImplementedError


class OurLayers(Layers):
    """Our layers; ``graph`` is a `GraphBatch`."""

    out_size = 32

    def __init__(self, kind: str) -> None:
        super().__init__(kind, GraphConv if kind == "gcn" else lambda a, b: GATConv(a, b, heads=1))

    def convolve(self, convolution: nn.Module, graph: Any, x: Tensor) -> Tensor:
        """Our layers have an axis of views."""
        return convolution(graph, x.unsqueeze(1)).flatten(1)


class DglLayers(Layers):
    """The layers of dgl.nn; ``graph`` is a `DGLGraph` with self-loops."""

    def __init__(self, kind: str) -> None:
        dgl_layers = load_dgl().module.nn
        attention = lambda a, b: dgl_layers.GATConv(a, b, 1)  # noqa: E731
        convolution = lambda a, b: dgl_layers.GraphConv(a, b, norm="both")  # noqa: E731
        super().__init__(kind, convolution if kind == "gcn" else attention)

    def convolve(self, convolution: nn.Module, graph: Any, x: Tensor) -> Tensor:
        """DGL's attention has an axis of heads."""
        return convolution(graph, x).flatten(1)


class PygLayers(Layers):
    """The unmodified layers of PyTorch Geometric; ``graph`` is an edge index (2, E)."""

    def __init__(self, kind: str) -> None:
        from torch_geometric import nn as pyg_layers

        super().__init__(kind, pyg_layers.GCNConv if kind == "gcn" else pyg_layers.GATConv)

    def convolve(self, convolution: nn.Module, graph: Any, x: Tensor) -> Tensor:
        """The layers add self-loops in every call."""
        return convolution(x, graph)


@torch.no_grad()
def copy_weights(ours: Iterable[nn.Module], theirs: Layers) -> None:
    """Copy the weights of our convolutions into another network."""
    for mine, other in zip(ours, theirs.convolutions, strict=True):
        if isinstance(theirs, DglLayers):
            other.load_state_dict(mine.state_dict())
        elif isinstance(mine, GraphConv):
            other.lin.weight.copy_(mine.weight.t())
            other.bias.copy_(mine.bias)
        else:
            other.lin.weight.copy_(mine.fc.weight)
            other.att_src.copy_(mine.attn_l)
            other.att_dst.copy_(mine.attn_r)
            other.bias.copy_(mine.bias)


def first_gradient(layers: Layers) -> Tensor:
    """The gradient of the first layer's weight, (out, in)."""
    first = layers.convolutions[0]
    if hasattr(first, "lin"):
        return first.lin.weight.grad
    return first.fc.weight.grad if hasattr(first, "fc") else first.weight.grad.t()


def check_alike(name: str, result: Tensor, expected: Tensor) -> None:
    """Refuse to time two sides whose results differ."""
    difference = float((result - expected).abs().max() / expected.abs().max())
    if not difference <= TOLERANCE:
        msg = f"{name} differs from ours by {difference:.1e} of the largest value: not comparable"
        raise RuntimeError(msg)
