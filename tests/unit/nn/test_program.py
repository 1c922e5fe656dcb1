"""The network of a program pools and counts as that of a batch does."""

import numpy as np
import pytest
import torch

from artextract_cli.nn.batch import GraphBatch, Topology
from artextract_cli.nn.program import ProgramGraph

EDGES = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])
BATCH = GraphBatch.of([Topology.from_edges(EDGES, 4)], engine="torch", device="cpu")
GRAPH = ProgramGraph(n_nodes=4, source=BATCH.source, target=BATCH.target, edge_features=None)


def test_degrees_and_pooling() -> None:
    torch.testing.assert_close(GRAPH.crow, BATCH.crow)
    x = -torch.rand(4, 2, 3) - 1  # below the zeros of what lies outside
    inside = torch.tensor([True, False, True, True])
    for how in ("max", "mean"):
        torch.testing.assert_close(GRAPH.pool(x, how, inside), BATCH.pool(x, how, inside))


def test_what_a_program_cannot_hold_is_named() -> None:
    with pytest.raises(TypeError, match="uses DGL"):
        GRAPH.dgl()
    with pytest.raises(TypeError, match="opposite direction"):
        _ = GRAPH.reverse
