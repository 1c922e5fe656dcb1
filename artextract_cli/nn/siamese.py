"""The Siamese network: one backbone, shared by photograph and bands.

Letters: S scenes, V views (photograph first), N nodes, F features, D embedding.
"""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from artextract_cli.nn.batch import GraphBatch
from artextract_cli.nn.choices import Pooling
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.precision import in_float32
from artextract_cli.plugin.protocols import BackboneModule, EmbeddedScenes, ScoredNodes


class SiameseNetwork(nn.Module):
    """A backbone whose parameters the photograph and all bands share, and a pooling."""

    def __init__(self, backbone: BackboneModule, pooling: Pooling) -> None:
        super().__init__()
        self.backbone = backbone
        self.pooling = pooling
        # What the backbone is called within: the guard of its plugin, if it is one's.
        self.running: Callable[[], AbstractContextManager[None]] = nullcontext

    def project(self, x: Tensor) -> Tensor:
        """What the backbone is given of the node features ``x`` (N, V, F): they themselves."""
        return x

    def forward(self, batch: SceneBatch) -> Tensor:
        """Embed the nodes: (N, V, D) shared, (N, 1, D) separate."""
        return self.backbone_features(batch.graph, self.inputs(batch))

    def inputs(self, batch: SceneBatch) -> Tensor:
        """What the backbone is given of a batch: its projected node features (N, V, F)."""
        return self.project(batch.x)

    def backbone_features(self, graph: GraphBatch, x: Tensor) -> Tensor:
        """What the backbone makes of ``x`` (N, V, F): (N, V, out_size)."""
        with self.running():
            z = self.backbone(graph, x)
            wanted = (*x.shape[:2], self.backbone.out_size)
            if not isinstance(z, Tensor) or z.shape != wanted:
                msg = f"of features {tuple(x.shape)} it made {_shown(z)}, not embeddings {wanted}"
                raise TypeError(msg)
            return z

    def attention(self, batch: SceneBatch) -> list[Tensor] | None:
        """Attention (E, V, heads) of every layer; None for a backbone that cannot tell."""
        if not hasattr(self.backbone, "embed_with_attention"):
            return None
        with self.running():
            _, weights = self.backbone.embed_with_attention(batch.graph, self.inputs(batch))
        return list(weights)

    def pool(self, batch: SceneBatch, z: Tensor) -> Tensor:
        """Pool the node embeddings on the painting to one per scene and view: (S, V, D)."""
        pooled = batch.graph.pool(z, self.pooling, batch.inside)
        return pooled.view(batch.n_scenes, -1, z.shape[-1])


@in_float32
def distance(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distance over the last axis, with a finite gradient at zero.

    Parameters
    ----------
    a, b
        (..., D).

    Returns
    -------
    Tensor
        (...), 0 or more.
    """
    squared = (a - b).square().sum(-1)
    is_zero = squared == 0
    return torch.where(is_zero, 0, torch.where(is_zero, 1, squared).sqrt())


def contrastive_loss(positive: Tensor, negative: Tensor, margin: float) -> Tensor:
    """mean(d(positive)²) + mean(relu(margin − d(negative))²), after Hadsell et al. (2006).

    Parameters
    ----------
    positive
        Distances of any shape that should be small.
    negative
        Distances of any shape that should be at least ``margin``.
    margin
        Distance beyond which nothing is gained.

    Returns
    -------
    Tensor
        A loss without dimensions.
    """
    return positive.square().mean() + (margin - negative).relu().square().mean()


# Functions of plugins, their options given.
LossFunction = Callable[[EmbeddedScenes], Tensor]
ScoreFunction = Callable[[ScoredNodes], Tensor]


@dataclass(frozen=True, kw_only=True)
class EmbeddedBatch:
    """A batch as an objective sees it: `artextract_cli.plugin.protocols.EmbeddedScenes`."""

    network: SiameseNetwork
    batch: SceneBatch
    z: Tensor  # (N, V, D)
    generator: torch.Generator
    hidden: Tensor | None = None  # (N,)
    pixel_scores: Tensor | None = None  # (K,)
    pixel_hidden: Tensor | None = None  # (K,)
    pixel_signs: Tensor | None = None  # (K,)
    pixel_light: Tensor | None = None  # (K,)

    @property
    def graph(self) -> GraphBatch:
        """The graphs of all scenes side by side."""
        return self.batch.graph

    @cached_property
    def pooled(self) -> Tensor:
        """One embedding per scene and view, (S, V, D)."""
        return self.network.pool(self.batch, self.z)

    @cached_property
    def scene(self) -> Tensor:
        """Which scene each node belongs to, (N,)."""
        counts = self.graph.node_counts
        return torch.repeat_interleave(torch.arange(len(counts), device=counts.device), counts)

    @property
    def inside(self) -> Tensor:
        """Whether a node lies on the painting, (N,)."""
        return self.batch.inside

    @property
    def n_anchors(self) -> int:
        """How many scenes count in the loss."""
        return self.batch.n_anchors

    def loss(self, objective: LossFunction) -> Tensor:
        """What an objective says of the batch, with embeddings and scores in float32."""

        def call(z: Tensor, scores: Tensor | None, signs: Tensor | None) -> Tensor:
            return objective(dataclasses.replace(self, z=z, pixel_scores=scores, pixel_signs=signs))

        return in_float32(call)(self.z, self.pixel_scores, self.pixel_signs).reshape(())


def check_loss(seen: EmbeddedScenes, made: Any) -> None:
    """Raise `TypeError` unless an objective ``made`` a loss."""
    if not isinstance(made, Tensor) or made.numel() != 1:
        msg = f"it returned {_shown(made)}, not a loss: a tensor of one number"
        raise TypeError(msg)


def check_scores(seen: ScoredNodes, made: Any) -> None:
    """Raise `TypeError` or `ValueError` unless a scorer ``made`` finite scores (N, V - 1)."""
    n_nodes, n_views = seen.z.shape[:2]
    if not isinstance(made, Tensor) or made.shape != (n_nodes, n_views - 1):
        msg = f"it returned {_shown(made)}, not scores of shape {(n_nodes, n_views - 1)}"
        raise TypeError(msg)
    if not made.isfinite().all():
        msg = "it returned scores that are not finite"
        raise ValueError(msg)


def _describe(made: Any) -> str:
    return str(tuple(made.shape)) if isinstance(made, Tensor) else type(made).__name__
