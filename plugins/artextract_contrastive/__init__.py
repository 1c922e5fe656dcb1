"""Contrastive loss (Hadsell et al., 2006) of photographs and bands of the same or other scenes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from artextract_cli import Objective, hookimpl, option


@dataclass(frozen=True)
class ContrastiveOptions:
    """The margin of the contrastive loss."""

    margin: float = option(1.0, "Distance that negatives should reach.", minimum=1e-6, maximum=1e6)


def uninformative_loss(options: ContrastiveOptions) -> float:
    """Smallest contrastive loss of uninformative embeddings: all distances are margin / 2."""
    return options.margin**2 / 2


def _load_node() -> Callable[[Any, ContrastiveOptions], Any]:
    from artextract_contrastive.losses import node_contrastive

    return node_contrastive


def _load_graph() -> Callable[[Any, ContrastiveOptions], Any]:
    from artextract_contrastive.losses import graph_contrastive

    return graph_contrastive


@hookimpl
def artextract_objectives() -> Sequence[Objective]:
    """The published objective on pooled embeddings, and the same on superpixels."""
    return [
        Objective(
            name="node-contrastive",
            summary="Bands of a superpixel against its photograph and another scene's superpixel.",
            options=ContrastiveOptions,
            load=_load_node,
            uninformative_loss=uninformative_loss,
        ),
        Objective(
            name="graph-contrastive",
            summary="As published: whole images against the bands of their own and other scenes.",
            options=ContrastiveOptions,
            load=_load_graph,
            compares_nodes=False,
            uninformative_loss=uninformative_loss,
        ),
    ]
