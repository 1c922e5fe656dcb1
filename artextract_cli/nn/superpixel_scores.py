"""How much the views of every superpixel differ, by the scorer of a model.

Letters: N nodes, V views (photograph first), B compared views, D embedding.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from artextract_cli._typing import FloatArray
from artextract_cli.nn.attention import node_attention
from artextract_cli.nn.batch import GraphBatch
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.siamese import ScoreFunction, SiameseNetwork
from artextract_cli.plugin.protocols import ScoredNodes


@dataclass(frozen=True, kw_only=True)
class EmbeddedScene:
    """A scene with one label map, as scorers receive it."""

    network: SiameseNetwork
    batch: SceneBatch
    z: Tensor  # (N, V, D)

    @property
    def graph(self) -> GraphBatch:
        """The graph of the scene."""
        return self.batch.graph

    @property
    def features(self) -> Tensor:
        """Features that the network received, (N, V, F)."""
        return self.batch.x

    @cached_property
    def attention(self) -> Tensor | None:
        """Attention given out, (N, V); None for a backbone without attention."""
        return node_attention(self.network, self.batch)


@torch.no_grad()
def superpixel_scores(nodes: ScoredNodes, scorer: ScoreFunction) -> FloatArray:
    """Score how much each view of the superpixels differs from the photograph: (N, V - 1)."""
    # On the CPU as float32, whatever type and device a plugin returns.
    return np.asarray(scorer(nodes).cpu().numpy(), np.float32)
