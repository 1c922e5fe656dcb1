"""The operations of exported programs give what the torch engine gives."""

import numpy as np
import torch

from artextract_cli.nn.batch import GraphBatch, Topology
from artextract_cli.nn.engines import plain_engine, torch_engine

EDGES = np.array([[0, 1, 1, 2, 2, 3, 0, 3], [1, 0, 2, 1, 3, 2, 3, 0]])
GRAPH = GraphBatch.of([Topology.from_edges(EDGES, 5)], engine="plain", device="cpu")


def test_the_engines_agree() -> None:
    torch.manual_seed(0)
    x, scale = torch.randn(5, 6), torch.rand(5)
    ends = torch.randn(2, 5, 2, 3) * 50
    for left, right in (ends, ends - 200):  # scores whose exponential is 0 or infinite
        attention = plain_engine.edge_softmax(GRAPH, left, right, 0.2)
        expected = torch_engine.edge_softmax(GRAPH, left, right, 0.2)
        torch.testing.assert_close(attention, expected)
    torch.testing.assert_close(
        plain_engine.neighbour_mean(GRAPH, x, scale), torch_engine.neighbour_mean(GRAPH, x, scale)
    )
    for heads in (3, 1):  # of their own, or shared
        values = torch.randn(5, 2, heads, 4)
        torch.testing.assert_close(
            plain_engine.weighted_sum(GRAPH, values, attention),
            torch_engine.weighted_sum(GRAPH, values, attention),
        )
