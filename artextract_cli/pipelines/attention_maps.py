"""Attention of a scene, and distances of its pooled embeddings, as arrays."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from artextract_cli.nn.attention import masking_effect, outgoing_attention
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.results.scene_scores import MaskingEffect


def attention_of(
    network: SiameseNetwork,
    batch: SceneBatch,
    z: torch.Tensor,
    weights: Sequence[torch.Tensor] | None,
) -> tuple[NDArray[np.float32] | None, MaskingEffect | None]:
    """Outgoing attention of every node (N, V), and the effect of masking the most attended ones.

    ``z`` (N, V, D) are the embeddings, ``weights`` (E, V, heads) the attention of every layer: None
    for a backbone without attention.
    """
    if weights is None:
        return None, None
    importance = outgoing_attention(batch.graph, weights)
    # Fixed: results of one scene do not depend on those scored before it.
    generator = torch.Generator().manual_seed(0)
    # Photograph and bands are masked together: a superpixel counts by its mean over the views.
    attended, random = masking_effect(network, batch, z, importance.mean(1).cpu(), generator)
    return importance.cpu().numpy(), MaskingEffect(attended=attended, random=random)


def pooled_numbers(
    pooled: torch.Tensor, names: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Distance and similarity of the photograph's embedding to the others; "fused" is the mean.

    ``pooled`` is (V, D), ``names`` are those of the views after the photograph.
    """
    distances = (pooled[:1] - pooled[1:]).norm(dim=1).tolist()
    similarities = torch.cosine_similarity(pooled[:1], pooled[1:]).tolist()
    return tuple(  # type: ignore[return-value]
        dict(zip(names, numbers, strict=True)) | {"fused": float(np.mean(numbers))}
        for numbers in (distances, similarities)
    )
