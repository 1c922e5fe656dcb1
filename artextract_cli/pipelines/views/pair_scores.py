"""Scores of every superpixel from embedded views."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artextract_cli._typing import FloatArray
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.siamese import ScoreFunction, SiameseNetwork
from artextract_cli.nn.superpixel_scores import EmbeddedScene, superpixel_scores


@dataclass(frozen=True, kw_only=True)
class _Overlaps:
    """Overlaps of the photograph's superpixels with those of a band, as input of a scorer."""

    z: Tensor  # (P, 2, D)
    features: Tensor  # (P, 2, F)
    graph: None = None
    attention: None = None


def view_scores(
    network: SiameseNetwork,
    batch: SceneBatch,
    z: Tensor,
    graphs: SceneGraphs,
    scorer: ScoreFunction,
) -> FloatArray:
    """How much every superpixel of the photograph differs from every band: (N, B).

    With separate segmentations it is the mean over the overlapping superpixels of the band,
    weighted by the shared area.
    """
    if len(graphs.graphs) == 1:
        return superpixel_scores(EmbeddedScene(network=network, batch=batch, z=z), scorer)
    counts = [graph.n_nodes for graph in graphs.graphs]
    # Per view (N_v, D) and (N_v, F).
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
        # Every superpixel overlaps some other one, so the divisor below is never zero.
        total = np.bincount(node, area * score, minlength=counts[0])
        columns.append(total / np.bincount(node, area, minlength=counts[0]))
    return np.stack(columns, axis=1).astype(np.float32)


def _overlaps(
    labels: NDArray[np.int32], other_labels: NDArray[np.int32], n_others: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of overlapping superpixels (P,), and the number of pixels that they share (P,)."""
    # One number for each pair. 60 000 by 60 000 superpixels exceed the range of int32.
    keys = labels.ravel().astype(np.int64) * n_others + other_labels.ravel()
    pairs, area = np.unique(keys, return_counts=True)
    node, other = np.divmod(pairs, n_others)
    return node, other, area
