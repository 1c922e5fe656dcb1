"""Graph convolutional backbone (Kipf & Welling, 2017)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from artextract_cli import Backbone, hookimpl, option


@dataclass(frozen=True)
class GCNOptions:
    """Sizes, normalisation and regularisation of the network."""

    hidden: int = option(128, "Width of the first layer.", minimum=1)
    out_size: int = option(32, "Width of every other layer, and of the embedding.", minimum=1)
    layers: int = option(2, "Number of graph convolutions, and of hops covered.", minimum=1)
    norm: str = option(
        "batch",
        "Normalisation after every convolution: over nodes and views, over features, or none.",
        choices=("batch", "layer", "none"),
    )
    dropout: float = option(
        0.0, "Fraction of each layer's inputs dropped in training.", minimum=0, maximum=0.95
    )


def _load() -> Callable[[int, GCNOptions], Any]:
    from artextract_gcn.network import GCN

    return GCN


@hookimpl
def artextract_backbones() -> Backbone:
    """Mean over neighbours with fixed weights."""
    return Backbone(
        name="gcn",
        summary="Graph convolutions with symmetric normalisation; all neighbours count equally.",
        options=GCNOptions,
        load=_load,
    )
