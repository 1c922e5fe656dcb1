"""Graphs as tensors: one topology, and many side by side as a block-diagonal batch."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artextract_cli.errors import InputError
from artextract_cli.nn.precision import in_float32
from artextract_cli.utils.libraries.dgl_compat import require_dgl

T = TypeVar("T")
_ALIGNED = 64  # bytes; each tensor starts at a multiple of this, as views of any type require


@dataclass(frozen=True, kw_only=True, eq=False)
class Topology:
    """The edges of one graph as compressed sparse rows, every node with a self-loop.

    Edges come in both directions and are sorted by target, then source, so the adjacency is its
    own transpose and no other order of the edges is ever needed. All tensors are on the CPU.
    """

    crow: Tensor  # (N+1,): the edges into node i are crow[i]..crow[i+1]
    col: Tensor  # (E,): source of each edge
    reverse: Tensor  # (E,): index of the edge in the opposite direction
    edge_features: Tensor | None = None  # (E, K) float32, zero for self-loops

    @property
    def n_nodes(self) -> int:
        """Number of nodes N."""
        return len(self.crow) - 1

    @property
    def n_edges(self) -> int:
        """Number of directed edges E, self-loops included."""
        return len(self.col)

    @classmethod
    def from_edges(
        cls,
        edges: NDArray[np.integer[Any]],
        n_nodes: int,
        edge_features: NDArray[np.float32] | None = None,
    ) -> Self:
        """Build from ``edges`` (2, E), source over target, in both directions; adds self-loops.

        ``edge_features`` (E, K) belong to ``edges`` and are sorted with them. Duplicate edges and
        existing self-loops count once. Raises :class:`InputError` for node numbers outside 0..N-1
        and for an edge without its opposite.
        """
        source, target = _checked(np.asarray(edges), n_nodes)
        loops = np.arange(n_nodes, dtype=np.int64)
        # One number per edge, whose order is that by target, then source. N² fits into int64.
        keys = np.concatenate([target * n_nodes + source, loops * n_nodes + loops])
        keys.sort()
        # Without duplicates and second self-loops; NumPy's `unique` is slower than sorting.
        keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
        target, source = np.divmod(keys, n_nodes)
        opposite = source * n_nodes + target
        # If every edge has its opposite, the opposites are the same numbers in another order. That
        # order, which pairs each edge with its opposite, is its own inverse.
        reverse = np.argsort(opposite)
        one_way = np.flatnonzero(keys[reverse] != opposite)
        if one_way.size:
            alone = np.flatnonzero(~np.isin(opposite, keys))[0]
            i, j = source[alone], target[alone]
            msg = f"edge {i} to {j} has no opposite {j} to {i}: build the graph again"
            raise InputError(msg)
        crow = np.concatenate([[0], np.bincount(target, minlength=n_nodes).cumsum()])
        return cls(
            crow=torch.from_numpy(crow),
            col=torch.from_numpy(source),
            reverse=torch.from_numpy(reverse),
            edge_features=_permuted(edge_features, np.asarray(edges), keys, n_nodes),
        )


def _permuted(
    features: NDArray[np.float32] | None,
    edges: NDArray[np.integer[Any]],
    keys: NDArray[np.int64],
    n_nodes: int,
) -> Tensor | None:
    """Reorder ``features`` (E, K) of ``edges`` (2, E) to match the sorted ``keys``."""
    if features is None:
        return None
    permuted = np.zeros((len(keys), features.shape[1]), np.float32)
    permuted[np.searchsorted(keys, edges[1].astype(np.int64) * n_nodes + edges[0])] = features
    return torch.from_numpy(permuted)


def _checked(edges: NDArray[np.integer[Any]], n_nodes: int) -> NDArray[np.int64]:
    """Return ``edges`` as (2, E) int64; DGL and torch crash on node numbers out of range."""
    if n_nodes < 1:
        msg = f"a graph needs at least one node, got {n_nodes}: build the graph again"
        raise InputError(msg)
    if edges.ndim != 2 or len(edges) != 2 or edges.dtype.kind not in "iu":
        msg = f"edges are {edges.shape} {edges.dtype}, not (2, E) integers: build the graph again"
        raise InputError(msg)
    if edges.size and not (edges.min() >= 0 and edges.max() < n_nodes):
        msg = (
            f"edges name nodes {edges.min()}..{edges.max()}, but the graph has only"
            f" 0..{n_nodes - 1}: build the graph again"
        )
        raise InputError(msg)
    return edges.astype(np.int64)


def _joined(features: Sequence[Tensor | None]) -> Tensor | None:
    """Edge features of all graphs, concatenated; None unless every graph has them."""
    known = [part for part in features if part is not None]
    return torch.cat(known) if len(known) == len(features) else None


def to_device(batch: T, device: torch.device | str) -> T:
    """Move all tensors of the dataclass ``batch`` from the CPU to ``device``.

    They reach a GPU in one transfer from pinned memory, for which the CPU does not wait.
    """
    if torch.device(device).type == "cpu":
        return batch
    tensors = list(tensors_of(batch))
    # One block, since every transfer has a fixed cost; pinned, since others are not asynchronous.
    block = packed(tensors, pin_memory=True).to(device, non_blocking=True)
    return cast(T, with_tensors(batch, iter(unpacked(block, tensors))))


def tensors_of(batch: Any) -> Iterator[Tensor]:
    """Every tensor of a batch, in the order of its fields."""
    for field in dataclasses.fields(batch):
        value = getattr(batch, field.name)
        if isinstance(value, Tensor):
            yield value
        elif dataclasses.is_dataclass(value):
            yield from tensors_of(value)


def with_tensors(batch: Any, tensors: Iterator[Tensor]) -> Any:
    """Return a copy of ``batch`` with these ``tensors``, in the order of `tensors_of`."""
    changes = {}
    for field in dataclasses.fields(batch):
        value = getattr(batch, field.name)
        if isinstance(value, Tensor):
            changes[field.name] = next(tensors)
        elif dataclasses.is_dataclass(value):
            changes[field.name] = with_tensors(value, tensors)
    return dataclasses.replace(batch, **changes)


def packed(tensors: Sequence[Tensor], *, pin_memory: bool) -> Tensor:
    """Concatenate the bytes of all ``tensors``, each padded to `_ALIGNED`."""
    n_bytes = sum(_padded_size(tensor) for tensor in tensors)
    packed = torch.empty(n_bytes, dtype=torch.uint8, pin_memory=pin_memory)
    for view, tensor in zip(unpacked(packed, tensors), tensors, strict=True):
        view.copy_(tensor)
    return packed


def unpacked(packed: Tensor, tensors: Sequence[Tensor]) -> list[Tensor]:
    """Views of ``packed`` with the types and shapes of ``tensors``."""
    parts = torch.split(packed, [_padded_size(tensor) for tensor in tensors])
    return [
        part[: tensor.nbytes].view(tensor.dtype).view(tensor.shape)
        for part, tensor in zip(parts, tensors, strict=True)
    ]


def _padded_size(tensor: Tensor) -> int:
    return -(-tensor.nbytes // _ALIGNED) * _ALIGNED


@dataclass(frozen=True, kw_only=True, eq=False)
class GraphBatch:
    """Graphs side by side, N nodes and E edges in all, on one device: a ``MessageGraph``."""

    n_nodes: int
    source: Tensor  # (E,) int64
    crow: Tensor  # (N+1,) int64
    reverse: Tensor  # (E,) int64
    node_counts: Tensor  # (G,) int64
    engine: str
    edge_features: Tensor | None = None  # (E, K)

    @classmethod
    def of(cls, topologies: Sequence[Topology], *, engine: str, device: torch.device | str) -> Self:
        """Number nodes and edges of ``topologies`` consecutively, and move all to ``device``."""
        if not topologies:
            msg = "a batch needs at least one graph"
            raise ValueError(msg)
        node_counts = torch.tensor([topology.n_nodes for topology in topologies])
        edge_counts = torch.tensor([topology.n_edges for topology in topologies])
        first_node = (node_counts.cumsum(0) - node_counts).tolist()
        first_edge = (edge_counts.cumsum(0) - edge_counts).tolist()
        crow = [t.crow[:-1] + first for t, first in zip(topologies, first_edge, strict=True)]
        source = [t.col + first for t, first in zip(topologies, first_node, strict=True)]
        reverse = [t.reverse + first for t, first in zip(topologies, first_edge, strict=True)]
        batch = cls(
            n_nodes=int(node_counts.sum()),
            source=torch.cat(source),
            crow=torch.cat([*crow, edge_counts.sum()[None]]),
            reverse=torch.cat(reverse),
            node_counts=node_counts,
            engine=engine,
            edge_features=_joined([t.edge_features for t in topologies]),
        )
        return to_device(batch, device)

    @property
    def device(self) -> torch.device:
        """Where all of its tensors are."""
        return self.source.device

    @cached_property
    def target(self) -> Tensor:
        """Target of each edge, (E,) int64; computed on the batch's device from ``crow``."""
        nodes = torch.arange(self.n_nodes, device=self.device)
        # With the size given, torch need not wait for the GPU to learn it.
        return nodes.repeat_interleave(self.crow.diff(), output_size=len(self.source))

    def dgl(self) -> Any:
        """The batch as a ``dgl.DGLGraph`` on its device, edges in our order, self-loops included.

        Created once. Raises :class:`DependencyError`, naming what to install, where DGL is missing
        or was built without support for the device.
        """
        return self._dgl_graph

    @cached_property
    def _dgl_graph(self) -> Any:
        dgl = require_dgl(self.device)
        graph = dgl.graph((self.source, self.target), num_nodes=self.n_nodes)
        ends = self.crow[self.node_counts.cumsum(0)]
        graph.set_batch_num_nodes(self.node_counts)
        graph.set_batch_num_edges(ends.diff(prepend=ends.new_zeros(1)))
        return graph

    @cached_property
    def _sizes(self) -> list[int]:
        sizes: list[int] = self.node_counts.tolist()
        return sizes

    @in_float32
    def pool(self, x: Tensor, how: Literal["max", "mean"], inside: Tensor | None = None) -> Tensor:
        """Pool ``x`` (N, V, D) over the nodes of each graph, or those ``inside`` (N,): (G, V, D).

        The gradient of a maximum reached by several nodes is shared equally among them.
        """
        # A list of Python numbers, read from the GPU once: graph by graph, sums have a fixed order.
        graphs = torch.split(x, self._sizes)
        if inside is not None and not bool(inside.all()):
            kept = torch.split(inside, self._sizes)
            graphs = tuple(graph[keep] for graph, keep in zip(graphs, kept, strict=True))
        pooled = [graph.amax(0) if how == "max" else graph.mean(0) for graph in graphs]
        return torch.stack(pooled)
