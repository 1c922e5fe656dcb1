"""A trained network as a function of tensors alone, which `torch.export` can record."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn

from artextract_cli.nn.batch import GraphBatch
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.siamese import SiameseNetwork


@dataclass(frozen=True, kw_only=True)
class ProgramGraph:
    """One graph of a program as a ``MessageGraph``: self-loops included, in any order of edges."""

    n_nodes: int
    source: Tensor  # (E,) int64
    target: Tensor  # (E,) int64
    edge_features: Tensor | None  # (E, K)
    engine: str = "plain"

    @property
    def node_counts(self) -> int:
        """The number of nodes: a number, since the size of a tensor would depend on its values."""
        return self.n_nodes

    @cached_property
    def crow(self) -> Tensor:
        """Numbers of incoming edges, summed up: (N+1,); layers take degrees from it."""
        ones = torch.ones_like(self.target)
        degrees = ones.new_zeros(self.n_nodes).index_add(0, self.target, ones)
        return torch.cat([degrees.new_zeros(1), degrees.cumsum(0)])

    @property
    def reverse(self) -> Tensor:
        """Only derivatives need it, which a program does not have."""
        msg = "it uses the opposite direction of edges, which an exported program does not have"
        raise TypeError(msg)

    def dgl(self) -> Any:
        """A program has no DGL."""
        msg = "it uses DGL, which an exported program cannot hold"
        raise TypeError(msg)

    def pool(self, x: Tensor, how: Literal["max", "mean"], inside: Tensor) -> Tensor:
        """Pool ``x`` (N, V, D) over the nodes ``inside`` (N,): (1, V, D)."""
        kept = inside[:, None, None]
        if how == "max":
            return x.masked_fill(~kept, -torch.inf).amax(0, keepdim=True)
        return (x * kept).sum(0, keepdim=True) / kept.sum()


class NetworkProgram(nn.Module):
    """The embeddings of the superpixels of one scene, from tensors alone."""

    def __init__(self, network: SiameseNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, x: Tensor, edges: Tensor, inside: Tensor, edge_features: Tensor | None = None
    ) -> Tensor:
        """Embed ``x`` (N, V, F), with ``edges`` (2, E) in both directions: (N, V, D).

        ``edge_features`` (E, K) belong to the edges; ``inside`` (N,) are the superpixels on the
        painting. Self-loops are added here.
        """
        n_nodes = x.shape[0]
        loops = torch.arange(n_nodes, device=x.device)
        if edge_features is not None:
            zeros = edge_features.new_zeros(n_nodes, edge_features.shape[1])
            edge_features = torch.cat([edge_features, zeros])
        graph = ProgramGraph(
            n_nodes=n_nodes,
            source=torch.cat([edges[0], loops]),
            target=torch.cat([edges[1], loops]),
            edge_features=edge_features,
        )
        batch = SceneBatch(
            graph=cast(GraphBatch, graph),
            x=x,
            inside=inside,
            is_shared=True,
            n_scenes=1,
            n_anchors=1,
        )
        embedded: Tensor = self.network(batch)
        return embedded
