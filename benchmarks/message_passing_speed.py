"""Speed of message passing, forward and backward, compared with PyTorch Geometric and dgl.nn.

A batch of eight graphs of about 5000 nodes, float32. Every side embeds the nodes of one view with
the same network (`networks.py`) and weights, and computes the gradients of all weights for the same
gradient of the embedding; a check before the timing ensures that embeddings and gradients agree in
double precision. The batch of graphs is ready-made on every side, with self-loops except for
PyTorch Geometric, whose layers add them in every call:

- *PyG*: GCNConv and GATConv as they are, on an edge index.
- *dgl.nn*: GraphConv and GATConv as they are, on a DGLGraph.
- *artextract*: our GraphConv and GATConv on the engine that ``--engine auto`` takes on this device;
  *artextract on dgl*: the same on DGL's kernels.

All sides use the default memory allocator. They are then timed again with freed memory kept for
reuse, as in our training (``..._memory_kept``): PyTorch Geometric, which allocates the largest
blocks, gains most from it.
"""

import copy
from collections.abc import Callable

import torch
from graphs import N_SEGMENTS, eight_scenes, sizes
from interleaved import Side, Timed, interleaved, with_peer
from networks import (
    DglLayers,
    Layers,
    OurLayers,
    PygLayers,
    check_alike,
    copy_weights,
    first_gradient,
)
from outcome import Outcome, Ratio, ratio_of
from torch import Tensor, nn

from artextract_cli.nn.batch import GraphBatch
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.pipelines.views.tensors import scene_tensors
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from artextract_cli.utils.memory import keep_freed_memory

OURS, OURS_ON_DGL, PYG, DGL = "artextract", "artextract on dgl", "PyG", "dgl.nn"
SEED = 0


class Case:
    """One kind of network on the batch, on all sides."""

    def __init__(self, kind: str) -> None:
        tensors = [scene_tensors(scene) for scene in eight_scenes()]
        self.kind = kind
        self.topologies = [scene.topologies[0] for scene in tensors]
        self.x = torch.cat([scene.features[0][:, 0] for scene in tensors]).contiguous()
        torch.manual_seed(SEED)
        self.ours = OurLayers(kind)
        for convolution in self.ours.convolutions:  # biases start at zero: they would not count
            nn.init.normal_(convolution.bias)
        self.gradient = torch.randn(len(self.x), self.ours.out_size)
        self.engine = resolve_engine("auto", torch.device("cpu")).name
        self.expected, self.expected_gradient = self._exact(self.ours, self._batch(self.engine))

    def sides(self) -> dict[str, Side]:
        """All networks whose libraries are available."""
        on_dgl = with_peer("dgl", lambda: self._checked(self.ours, self._batch("dgl")))
        return {
            PYG: with_peer("torch_geometric", self._by_pyg),
            DGL: with_peer("dgl", self._by_dgl),
            OURS_ON_DGL: on_dgl,
            OURS: self._checked(self.ours, self._batch(self.engine)),
        }

    def _by_pyg(self) -> Callable[[], object]:
        batch = self._batch(self.engine)
        edges = torch.stack([batch.source, batch.target])
        return self._checked(PygLayers(self.kind), edges[:, batch.source != batch.target])

    def _by_dgl(self) -> Callable[[], object]:
        return self._checked(DglLayers(self.kind), self._batch("dgl").dgl())

    def _batch(self, engine: str) -> GraphBatch:
        return GraphBatch.of(self.topologies, engine=engine, device="cpu")

    def _run(self, layers: Layers, graph: object) -> None:
        layers.zero_grad()
        layers(graph, self.x).backward(self.gradient)

    def _exact(self, layers: Layers, graph: object) -> tuple[Tensor, Tensor]:
        """Embedding and gradient in double precision, where the order of sums hardly matters."""
        exact = copy.deepcopy(layers).double()
        z = exact(graph, self.x.double())
        z.backward(self.gradient.double())
        return z.detach(), first_gradient(exact)

    def _checked(self, layers: Layers, graph: object) -> Callable[[], object]:
        if layers is not self.ours:
            copy_weights(self.ours.convolutions, layers)
        name = f"{type(layers).__name__} of {self.kind}"
        z, gradient = self._exact(layers, graph)
        check_alike(name, z, self.expected)
        check_alike(f"the gradient of {name}", gradient, self.expected_gradient)
        return lambda: self._run(layers, graph)


def measure(turns: int) -> Outcome:
    """Time GCN and GAT."""
    load_dgl()  # our patched import must come before any other import of DGL
    cases = [Case("gcn"), Case("gat")]
    timed, ratios = {}, {}
    for suffix, prepare in (("", lambda: None), ("_memory_kept", keep_freed_memory)):
        prepare()
        for case in cases:
            times = timed[f"{case.kind}{suffix}"] = interleaved(case.sides(), turns=turns)
            ratios |= _ratios(case.kind, times, suffix)
    return Outcome(
        what=__doc__ or "",
        settings=sizes(eight_scenes()) | {"n_segments": N_SEGMENTS, "engine": cases[0].engine},
        timed=timed,
        ratios=ratios,
    )


def _ratios(kind: str, timed: Timed, suffix: str) -> dict[str, Ratio]:
    peers = {"pyg": PYG, "dgl_nn": DGL, "own_on_dgl": OURS_ON_DGL}
    return {
        f"{kind}_vs_{name}{suffix}": ratio_of(timed, peer, OURS) for name, peer in peers.items()
    }
