"""Raw scores of a scene by a hidden-layer network: per pixel, per superpixel and for the whole."""

from dataclasses import dataclass

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray
from torch import Tensor  # noqa: TID253

from artextract_cli.contract import FloatArray
from artextract_cli.evidence_graph import EvidenceGraph, residual_of
from artextract_cli.hidden_layer import HiddenLayerNetwork, evidence_tensors
from artextract_cli.siamese import SceneBatch, collate, distance

PIXELS_AT_ONCE = 2**18
# Of the painting: what the strangest 3 % exceed stands for it. A scribble counts, a speck does not.
STRANGEST_SHARE = 0.03


@dataclass(frozen=True, kw_only=True)
class RawScores:
    """Uncalibrated scores of one scene, larger = more likely hidden, each (H, W)."""

    fused: FloatArray
    network: FloatArray
    residual: FloatArray
    z: Tensor  # (N, 2, D) embeddings, on the network's device
    batch: SceneBatch

    def maps(self) -> dict[str, FloatArray]:
        """The three scores by name."""
        return {"fused": self.fused, "network": self.network, "residual": self.residual}


@torch.no_grad()
def raw_scores(
    network: HiddenLayerNetwork,
    graph: EvidenceGraph,
    mask: NDArray[np.bool_] | None,
    *,
    engine: str,
    device: torch.device,
) -> RawScores:
    """Score every pixel: by the network's distance, by the residual alone, and by both together."""
    batch = collate([evidence_tensors("", graph, mask)], engine=engine, device=device)
    z = network(batch)
    node = distance(z[:, 0], z[:, 1]).cpu().numpy()
    evidence = graph.pixels.reshape(-1, graph.pixels.shape[-1])
    labels = graph.labels.ravel().astype(np.int64)
    parts = [
        network.refine(
            z,
            torch.from_numpy(evidence[start : start + PIXELS_AT_ONCE]).to(device),
            torch.from_numpy(labels[start : start + PIXELS_AT_ONCE]).to(device),
        )
        for start in range(0, len(labels), PIXELS_AT_ONCE)
    ]
    return RawScores(
        fused=torch.cat(parts).cpu().numpy().reshape(graph.labels.shape),
        network=node[graph.labels],
        residual=residual_of(graph.pixels),
        z=z,
        batch=batch,
    )


def whole_score(fused: FloatArray, mask: NDArray[np.bool_] | None) -> float:
    """One score for the painting, of the fused scores (H, W): their 97th percentile."""
    inside = fused.ravel() if mask is None or not mask.any() else fused[mask]
    return float(np.quantile(inside, 1 - STRANGEST_SHARE))
