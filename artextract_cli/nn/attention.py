"""Which superpixels a network relies on: attention rollout and Grad-CAM of the pair distance."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from artextract_cli._typing import FloatArray
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.siamese import SiameseNetwork, distance
from artextract_cli.plugin.protocols import MessageGraph

# Share of nodes that is masked: results and reports state it as "the 5 % most attended".
MASKED_SHARE = 0.05
# Each costs a pass through the network; the mean has half the standard error of a single one.
N_RANDOM_MASKS = 4  # random choices whose effects are averaged for comparison


def outgoing_attention(graph: MessageGraph, attention: Sequence[Tensor]) -> Tensor:
    """Attention that each node gives out as a source: (N, V), 1 on average.

    The attention that a node receives sums to one everywhere and is uninformative; what the other
    nodes take from it is not. The weights (E, V, heads) of each layer, mean over heads, are chained
    from the output back to the input (attention rollout, Abnar & Zuidema 2020), each output node
    counting one. Residual connections carry no attention and are left out.
    """
    importance = attention[-1].new_ones(graph.n_nodes, attention[-1].shape[1])
    for weights in reversed(attention):
        flow = weights.mean(-1) * importance[graph.target]
        # Attention moves from targets to sources, one layer per round: no products of (N, N)
        # matrices.
        importance = torch.zeros_like(importance).index_add_(0, graph.source, flow)
    return importance


@torch.no_grad()
def node_attention(network: SiameseNetwork, batch: SceneBatch) -> Tensor | None:
    """`outgoing_attention` of a backbone (N, V); None for a backbone without attention."""
    weights = network.attended(batch)[1]
    return None if weights is None else outgoing_attention(batch.graph, weights)


def pair_distance(network: SiameseNetwork, batch: SceneBatch, z: Tensor) -> Tensor:
    """Distance of one scene's pooled photograph to its bands, mean over the bands."""
    pooled = network.pool(batch, z)[0]
    return distance(pooled[:1], pooled[1:]).mean()


def grad_cam(network: SiameseNetwork, batch: SceneBatch, z: Tensor) -> FloatArray:
    """Grad-CAM (Selvaraju et al. 2017) of the pair distance: (N, V), or (N, 1) if separate.

    The node embeddings ``z`` (N, V, D) of both branches are the activations, and the distance
    between them is explained, so that both sides of the pair matter.
    """
    # The embeddings are leaves: no gradient passes through the backbone.
    leaves = z.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(pair_distance(network, batch, leaves), leaves)
    counts, both = batch.graph.node_counts.tolist(), (z.detach(), gradient)
    parts = [
        # A mean gradient weighs each feature, as in Grad-CAM each channel; only what increases the
        # distance is shown.
        (part * slope.mean(0)).sum(-1).relu()
        for part, slope in zip(*(torch.split(of_nodes, counts) for of_nodes in both), strict=True)
    ]
    return np.asarray(torch.cat(parts).cpu().numpy(), np.float32)


@torch.no_grad()
def masking_effect(
    network: SiameseNetwork,
    batch: SceneBatch,
    z: Tensor,
    importance: Tensor,
    generator: torch.Generator,
) -> tuple[float, float]:
    """Change of the pair distance when the 5 % most important nodes are masked, and random ones.

    ``z`` (N, V, D) are the embeddings without masks, ``importance`` is (N,). A masked node has the
    features of the average node. The second number is the mean over four random choices of as many
    nodes.
    """
    n_nodes = len(importance)
    n_masked = max(1, round(MASKED_SHARE * n_nodes))
    unmasked = pair_distance(network, batch, z)
    projected = network.project(batch.x)
    # The mean rather than zero: zero may be an unusual value of a feature.
    average = network.project(batch.x.mean(0, keepdim=True))

    def change(masked: Tensor) -> float:
        features = projected.clone()
        features[masked.to(features.device)] = average
        distance = pair_distance(network, batch, network.embed_projected(batch, features))
        return float((distance - unmasked).abs())

    random = [
        change(torch.randperm(n_nodes, generator=generator)[:n_masked])
        for _ in range(N_RANDOM_MASKS)
    ]
    return change(importance.topk(n_masked).indices), float(np.mean(random))
