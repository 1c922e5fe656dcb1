"""Graphs to run networks on."""

import numpy as np
import torch
from numpy.typing import NDArray

from artextract_cli.batching import GraphBatch, Topology


def random_edges(n_nodes: int, seed: int = 0, degree: int = 3) -> NDArray[np.int64]:
    """Random edges (2, E), each in both directions, without self-loops; node 0 is isolated."""
    rng = np.random.default_rng(seed)
    pairs = rng.integers(1, n_nodes, (2, degree * n_nodes))
    pairs = pairs[:, pairs[0] != pairs[1]]
    return np.unique(np.concatenate([pairs, pairs[::-1]], axis=1), axis=1)


def batch_of(*topologies: Topology, engine: str = "torch") -> GraphBatch:
    """Put topologies into one batch on the CPU."""
    return GraphBatch.of(topologies, engine=engine, device="cpu")


def random_batch(
    *sizes: int, engine: str = "torch", device: torch.device | str = "cpu"
) -> GraphBatch:
    """Batch random graphs of the given sizes."""
    topologies = [Topology.from_edges(random_edges(n, seed=i), n) for i, n in enumerate(sizes)]
    return GraphBatch.of(topologies, engine=engine, device=device)
