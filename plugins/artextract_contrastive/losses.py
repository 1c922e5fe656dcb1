"""Contrastive losses on pooled embeddings and on superpixels."""

import torch
from torch import Tensor

from artextract_cli import EmbeddedScenes, contrastive_loss, distance
from artextract_contrastive import ContrastiveOptions


def graph_contrastive(scenes: EmbeddedScenes, options: ContrastiveOptions) -> Tensor:
    """The published objective: pooled photographs against every band of own and other scenes."""
    pooled, n_anchors = scenes.pooled, scenes.n_anchors
    photographs, bands = pooled[:n_anchors, 0], pooled[:, 1:]
    # All pairs at once: S scenes give S − 1 times as many negatives as positives, at little cost.
    d = distance(photographs[:, None, None], bands[None])  # (anchors, S, B)
    # (anchors, S): scenes that only lend negatives have no row.
    own = torch.eye(len(pooled), dtype=torch.bool, device=d.device)[:n_anchors]
    return contrastive_loss(d[own], d[~own], options.margin)


def node_contrastive(scenes: EmbeddedScenes, options: ContrastiveOptions) -> Tensor:
    """The same on superpixels: bands of a node against its photograph and a node elsewhere."""
    z, counts = scenes.z, scenes.graph.node_counts
    n_anchor_nodes = int(counts[: scenes.n_anchors].sum())
    other = _nodes_of_other_scenes(counts, scenes.scene, scenes.generator)[:n_anchor_nodes]
    # Backdrop is alike in all scenes, and as a negative would be pushed apart from itself.
    counted = scenes.inside[:n_anchor_nodes]
    photograph, bands = z[:n_anchor_nodes, :1], z[:n_anchor_nodes, 1:]
    positive = distance(photograph, bands)[counted]
    negative = distance(photograph, z[other, 1:])[counted & scenes.inside[other]]
    return contrastive_loss(positive, negative, options.margin)


def _nodes_of_other_scenes(counts: Tensor, scene: Tensor, generator: torch.Generator) -> Tensor:
    """A random node of another scene in the batch for every node, (N,)."""
    n_nodes = len(scene)
    end = counts.cumsum(0)[scene]
    others = n_nodes - counts[scene]
    # On the CPU, so that every device draws the same nodes.
    drawn = torch.rand(n_nodes, generator=generator).to(counts.device)
    # Nodes of all scenes form a ring: the others begin where the node's own scene ends. Rounding
    # may make the product reach ``others``.
    return (end + (drawn * others).long().clamp(max=others - 1)) % n_nodes
