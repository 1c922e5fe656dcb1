"""Graph isomorphism network (Xu et al., ICLR 2019) whose messages weigh less across steps."""

from dataclasses import dataclass
from typing import Any

from artextract_cli import Backbone, hookimpl, option


@dataclass(frozen=True)
class GinOptions:
    """Size of the network."""

    out_size: int = option(32, "Width of the embedding.", minimum=1)
    layers: int = option(2, "Number of layers.", minimum=1, maximum=8)


def load() -> Any:
    """Return the network class: number of features and options to a module."""
    import torch
    from torch import Tensor, nn

    class Layer(nn.Module):
        def __init__(self, in_size: int, out_size: int) -> None:
            super().__init__()
            self.own = nn.Parameter(torch.zeros(()))  # ε of the paper
            self.steepness = nn.Parameter(torch.zeros(()))
            self.first, self.second = nn.Linear(in_size, out_size), nn.Linear(out_size, out_size)
            self.norm = nn.LayerNorm(out_size)

        def forward(self, graph: Any, x: Tensor) -> Tensor:
            weight = self._weights(graph).to(x.dtype)[:, None, None]  # (E, 1, 1)
            total = torch.zeros_like(x).index_add(0, graph.target, weight * x[graph.source])
            z = self.first((1 + self.own) * x + total)
            return self.norm(self.second(nn.functional.leaky_relu(z)))

        def _weights(self, graph: Any) -> Tensor:
            """1 to a like neighbour, less across a step, 0 from a node to itself."""
            is_neighbour = (graph.source != graph.target).float()
            if graph.edge_features is None:
                return is_neighbour
            steps = graph.edge_features.float().norm(dim=-1)
            return is_neighbour / (1 + nn.functional.softplus(self.steepness) * steps)

    class Gin(nn.Module):
        def __init__(self, in_size: int, options: GinOptions) -> None:
            super().__init__()
            self.out_size = options.out_size
            sizes = [in_size] + [options.out_size] * options.layers
            self.layers = nn.ModuleList(map(Layer, sizes, sizes[1:]))

        def forward(self, graph: Any, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = layer(graph, x)
            return x

    return Gin


@hookimpl
def artextract_backbones() -> Backbone:
    """Describe the plugin to artextract."""
    summary = "Graph isomorphism network: a superpixel and the sum of its neighbours."
    return Backbone(name="gin", summary=summary, options=GinOptions, load=load, api_version=1)
