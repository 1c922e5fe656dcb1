"""Scores of superpixels from their embeddings."""

import torch
from torch import Tensor

from artextract_cli import NoOptions, ScoredNodes, distance


def euclidean(nodes: ScoredNodes, options: NoOptions) -> Tensor:
    """Euclidean distance of every view to the photograph, (N, V - 1)."""
    return distance(nodes.z[:, :1], nodes.z[:, 1:])


def cosine(nodes: ScoredNodes, options: NoOptions) -> Tensor:
    """1 - cosine similarity of every view to the photograph, 0 to 2, (N, V - 1).

    By the distance of the directions: 1 minus a similarity near 1 would be mere rounding.
    """
    direction = torch.nn.functional.normalize(nodes.z, dim=-1)
    return distance(direction[:, :1], direction[:, 1:]).square() / 2


def attended(nodes: ScoredNodes, options: NoOptions) -> Tensor:
    """Distance, weighed by the attention that photograph and view give out there, (N, V - 1).

    The geometric mean of both; a backbone without attention attends to all superpixels alike.
    """
    apart = euclidean(nodes, options)
    if nodes.attention is None:
        return apart
    return apart * (nodes.attention[:, :1] * nodes.attention[:, 1:]).clamp(min=0).sqrt()
