"""How much the views of every superpixel differ, by the scorer that a model names.

Letters: N nodes, V views (photograph first), B compared views, D embedding.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray
from torch import Tensor  # noqa: TID253

from artextract_cli.attention import node_attention
from artextract_cli.batching import GraphBatch
from artextract_cli.contract import FloatArray, ScoredNodes
from artextract_cli.siamese import SceneBatch, Scorer, SiameseNetwork
from artextract_cli.superpixel_graph import SceneGraphs


@dataclass(frozen=True, kw_only=True)
class EmbeddedScene:
    """A scene with one label map, as a scorer sees it."""

    network: SiameseNetwork
    batch: SceneBatch
    z: Tensor  # (N, V, D)

    @property
    def graph(self) -> GraphBatch:
        """The graph of the scene."""
        return self.batch.graph

    @property
    def features(self) -> Tensor:
        """What the network was given, (N, V, F)."""
        return self.batch.x

    @cached_property
    def attention(self) -> Tensor | None:
        """Attention given out, (N, V); None for a backbone that cannot tell."""
        return node_attention(self.network, self.batch)


@dataclass(frozen=True, kw_only=True)
class _Overlaps:
    """Overlaps of the photograph's superpixels with a band's, as a scorer sees them."""

    z: Tensor  # (P, 2, D)
    features: Tensor  # (P, 2, F)
    graph: None = None
    attention: None = None


@torch.no_grad()
def superpixel_scores(nodes: ScoredNodes, scorer: Scorer) -> FloatArray:
    """Scores (N, V - 1)."""
    return np.asarray(scorer(nodes).cpu().numpy(), np.float32)


def view_scores(
    network: SiameseNetwork, batch: SceneBatch, z: Tensor, graphs: SceneGraphs, scorer: Scorer
) -> FloatArray:
    """How much every superpixel of the photograph differs from every band: (N, B).

    With separate segmentations it is the mean over the band's superpixels that overlap the
    photograph's one, weighted by the shared area.
    """
    if len(graphs.graphs) == 1:
        return superpixel_scores(EmbeddedScene(network=network, batch=batch, z=z), scorer)
    counts = [graph.n_nodes for graph in graphs.graphs]
    embedded, features = torch.split(z[:, 0], counts), torch.split(batch.x[:, 0], counts)
    first = graphs.graphs[0].labels
    columns = []
    for view, graph in enumerate(graphs.graphs[1:], start=1):
        node, other, area = _overlaps(first, graph.labels, graph.n_nodes)
        pairs = _Overlaps(
            z=torch.stack([embedded[0][node], embedded[view][other]], dim=1),
            features=torch.stack([features[0][node], features[view][other]], dim=1),
        )
        score = superpixel_scores(pairs, scorer)[:, 0]
        total = np.bincount(node, area * score, minlength=counts[0])
        columns.append(total / np.bincount(node, area, minlength=counts[0]))
    return np.stack(columns, axis=1).astype(np.float32)


def _overlaps(
    labels: NDArray[np.int32], other_labels: NDArray[np.int32], n_others: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Superpixels (P,) that overlap, and by how many pixels (P,)."""
    keys = labels.ravel().astype(np.int64) * n_others + other_labels.ravel()
    pairs, area = np.unique(keys, return_counts=True)
    node, other = np.divmod(pairs, n_others)
    return node, other, area
