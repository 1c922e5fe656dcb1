"""GraphSAGE (Hamilton et al. 2017), a backbone by a layer of dgl.nn as it is."""

from dataclasses import dataclass
from typing import Any

from artextract_cli import Backbone, dgl_nn, hookimpl, option


@dataclass(frozen=True)
class SageOptions:
    """How wide the network is."""

    out_size: int = option(32, "Width of the embedding.", minimum=1)


def load() -> Any:
    """Make the network's class when it is asked for: torch and DGL are heavy."""
    from torch import Tensor, nn

    class Sage(nn.Module):
        def __init__(self, in_size: int, options: SageOptions) -> None:
            super().__init__()
            self.out_size = options.out_size
            self.layer = dgl_nn().SAGEConv(in_size, options.out_size, "mean")

        def forward(self, graph: Any, x: Tensor) -> Tensor:
            return nn.functional.leaky_relu(self.layer(graph.dgl(), x))

    return Sage


@hookimpl
def artextract_backbones() -> Backbone:
    """One layer: every superpixel and the mean of those that touch it."""
    told = "GraphSAGE: a superpixel and the mean of its neighbours, weighed apart."
    return Backbone(name="sage", summary=told, options=SageOptions, load=load, api_version=1)
