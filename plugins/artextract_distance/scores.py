"""Scores of superpixels from their embeddings."""

import torch
from torch import Tensor

from artextract_cli import NoOptions, ScoredNodes, distance


def euclidean(nodes: ScoredNodes, options: NoOptions) -> Tensor:
    """Euclidean distance of every view to the photograph, (N, V - 1)."""
    return distance(nodes.z[:, :1], nodes.z[:, 1:])


def cosine(nodes: ScoredNodes, options: NoOptions) -> Tensor:
    """1 - cosine similarity of every view to the photograph, 0 to 2, (N, V - 1).

    Computed from the distance of directions: 1 minus a similarity near 1 would lose precision.
    """
    direction = torch.nn.functional.normalize(nodes.z, dim=-1)
    # |a − b|² = 2 − 2 cos for vectors of length one.
    return distance(direction[:, :1], direction[:, 1:]).square() / 2


def attended(nodes: ScoredNodes, options: NoOptions) -> Tensor:
    """Distance weighted by the attention that photograph and view give out, (N, V - 1).

    The weight is the geometric mean of both, and 1 for a backbone without attention.
    """
    distances = euclidean(nodes, options)
    if nodes.attention is None:
        return distances
    # A backbone of a plugin may return negative attention, whose root is NaN.
    return distances * (nodes.attention[:, :1] * nodes.attention[:, 1:]).clamp(min=0).sqrt()
