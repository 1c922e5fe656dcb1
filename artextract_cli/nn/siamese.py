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
        # Context in which the backbone is called: the guard of its plugin.
        self.running: Callable[[], AbstractContextManager[None]] = nullcontext

    def project(self, x: Tensor) -> Tensor:
        """Project node features ``x`` (N, V, F) to the backbone's input; here unchanged."""
        return x

    def forward(self, batch: SceneBatch) -> Tensor:
        """Embed the nodes: (N, V, D) shared, (N, 1, D) separate."""
        return self.embed_projected(batch, self.project(batch.x))

    def embed_projected(self, batch: SceneBatch, projected: Tensor) -> Tensor:
        """Embed nodes with ``projected`` features (N, V, F) instead of those of the batch."""
        x = self.inputs(batch, projected)
        return self.embedding(batch, x, self.backbone_features(batch.graph, x))

    def inputs(self, batch: SceneBatch, projected: Tensor) -> Tensor:
        """Input of the backbone for nodes with ``projected`` features (N, V, F); here the same."""
        return projected

    def embedding(self, batch: SceneBatch, x: Tensor, context: Tensor) -> Tensor:
        """Embeddings (N, V, D), from the backbone's input ``x`` and output; here its output."""
        return context

    def backbone_features(self, graph: GraphBatch, x: Tensor) -> Tensor:
        """Embed ``x`` (N, V, F) by the backbone: (N, V, out_size)."""
        with self.running():
            return self._checked(self.backbone(graph, x), x)

    def _checked(self, z: Any, x: Tensor) -> Tensor:
        """Embeddings ``z`` that the backbone returned for ``x`` (N, V, F), of the right shape."""
        # Checked here, where the plugin can be named: elsewhere a wrong shape would surface as an
        # error of torch, or be broadcast to a wrong result.
        expected = (*x.shape[:2], self.backbone.out_size)
        if not isinstance(z, Tensor) or z.shape != expected:
            msg = (
                f"for features {tuple(x.shape)} it returned {_describe(z)}, not embeddings "
                f"{expected}"
            )
            raise TypeError(msg)
        return z

    def attended(self, batch: SceneBatch) -> tuple[Tensor, list[Tensor] | None]:
        """Embed the nodes, and return the attention (E, V, heads) of every layer too.

        The attention is None for a backbone without it.
        """
        if not hasattr(self.backbone, "embed_with_attention"):
            return self(batch), None
        x = self.inputs(batch, self.project(batch.x))
        with self.running():
            context, weights = self.backbone.embed_with_attention(batch.graph, x)
            context = self._checked(context, x)
        return self.embedding(batch, x, context), list(weights)

    def pool(self, batch: SceneBatch, z: Tensor) -> Tensor:
        """Pool the embeddings of nodes on the painting, one per scene and view: (S, V, D)."""
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
    # The root has an infinite slope at zero, and 0 · ∞ is NaN. The inner `where` keeps zero from
    # reaching the root at all, since masking its result alone would leave NaN in the gradient.
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
        Distance beyond which the loss is zero.

    Returns
    -------
    Tensor
        A scalar loss.
    """
    return positive.square().mean() + (margin - negative).relu().square().mean()


# Functions of plugins, with their options bound.
LossFunction = Callable[[EmbeddedScenes], Tensor]
ScoreFunction = Callable[[ScoredNodes], Tensor]


@dataclass(frozen=True, kw_only=True)
class EmbeddedBatch:
    """A batch as objectives receive it: `artextract_cli.plugin.protocols.EmbeddedScenes`."""

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
        """Index of the scene of each node, (N,)."""
        counts = self.graph.node_counts
        return torch.repeat_interleave(torch.arange(len(counts), device=counts.device), counts)

    @property
    def inside(self) -> Tensor:
        """Whether a node lies on the painting, (N,)."""
        return self.batch.inside

    @property
    def n_anchors(self) -> int:
        """Number of scenes that count in the loss."""
        return self.batch.n_anchors

    def loss(self, objective: LossFunction) -> Tensor:
        """Loss of the batch by an objective, with embeddings and scores in float32."""

        def call(z: Tensor, scores: Tensor | None, signs: Tensor | None) -> Tensor:
            return objective(dataclasses.replace(self, z=z, pixel_scores=scores, pixel_signs=signs))

        # Embeddings and scores are passed as arguments, since only these are converted.
        return in_float32(call)(self.z, self.pixel_scores, self.pixel_signs).reshape(())


def check_loss(scenes: EmbeddedScenes, loss: Any) -> None:
    """Raise `TypeError` unless ``loss``, returned by an objective, is one number."""
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        msg = f"it returned {_describe(loss)}, not a loss: a tensor of one number"
        raise TypeError(msg)


def check_scores(nodes: ScoredNodes, scores: Any) -> None:
    """Raise `TypeError` or `ValueError` unless a scorer returned finite scores (N, V - 1)."""
    n_nodes, n_views = nodes.z.shape[:2]
    if not isinstance(scores, Tensor) or scores.shape != (n_nodes, n_views - 1):
        msg = f"it returned {_describe(scores)}, not scores of shape {(n_nodes, n_views - 1)}"
        raise TypeError(msg)
    if not scores.isfinite().all():
        msg = "it returned scores that are not finite"
        raise ValueError(msg)


def _describe(value: Any) -> str:
    return str(tuple(value.shape)) if isinstance(value, Tensor) else type(value).__name__
