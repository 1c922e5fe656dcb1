"""Graph attention backbone (Veličković et al., 2018)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from artextract_cli import Backbone, hookimpl, option


@dataclass(frozen=True)
class GATOptions:
    """Sizes, heads, normalisation and regularisation of the network."""

    hidden: int = option(128, "Width of the first layer, all heads together.", minimum=1)
    out_size: int = option(32, "Width of every other layer, and of the embedding.", minimum=1)
    layers: int = option(3, "Number of attention layers, and of hops covered.", minimum=1)
    heads: int = option(4, "Attention heads per layer; they divide its width evenly.", minimum=1)
    residual: bool = option(default=True, help="Add each layer's input to its output.")
    norm: str = option(
        "layer",
        "Normalisation after every layer: over nodes and views, over features, or none.",
        choices=("batch", "layer", "none"),
    )
    dropout: float = option(
        0.1,
        "Fraction of each layer's inputs, and of its attention, dropped in training.",
        minimum=0,
        maximum=0.95,
    )


def _load() -> Callable[[int, GATOptions], Any]:
    from artextract_gat.network import GAT

    return GAT


@hookimpl
def artextract_backbones() -> Backbone:
    """Mean over neighbours with learned weights."""
    return Backbone(
        name="gat",
        summary="Multi-head graph attention; learns and reports how much neighbours count.",
        options=GATOptions,
        load=_load,
    )
