"""Graphs to run networks on."""

import numpy as np
import torch
from numpy.typing import NDArray

from artextract_cli.nn.batch import GraphBatch, Topology


def random_edges(n_nodes: int, seed: int = 0, degree: int = 3) -> NDArray[np.int64]:
    """Random edges (2, E), each in both directions, without self-loops; node 0 is isolated."""
    rng = np.random.default_rng(seed)
    pairs = rng.integers(1, n_nodes, (2, degree * n_nodes))
    pairs = pairs[:, pairs[0] != pairs[1]]
    return np.unique(np.concatenate([pairs, pairs[::-1]], axis=1), axis=1)


def path_edges(n_nodes: int) -> NDArray[np.int64]:
    """Edges (2, E) of the path 0 - 1 - ... - N-1, each in both directions."""
    forth = np.stack([np.arange(n_nodes - 1), np.arange(1, n_nodes)])
    return np.concatenate([forth, forth[::-1]], axis=1)


def renumbered(graph: GraphBatch, order: torch.Tensor) -> GraphBatch:
    """Make ``graph`` one graph whose node i is node ``order[i]`` of the old."""
    place = order.argsort()
    edges = torch.stack([place[graph.source], place[graph.target]]).numpy()
    return batch_of(Topology.from_edges(edges, graph.n_nodes), engine=graph.engine)


def batch_of(*topologies: Topology, engine: str = "torch") -> GraphBatch:
    """Put topologies into one batch on the CPU."""
    return GraphBatch.of(topologies, engine=engine, device="cpu")


def random_batch(
    *sizes: int, engine: str = "torch", device: torch.device | str = "cpu"
) -> GraphBatch:
    """Batch random graphs of the given sizes."""
    topologies = [Topology.from_edges(random_edges(n, seed=i), n) for i, n in enumerate(sizes)]
    return GraphBatch.of(topologies, engine=engine, device=device)
