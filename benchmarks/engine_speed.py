"""Whether ``--engine auto`` chooses the fastest engine, for every kind and size of layer.

Forward and backward pass of one layer on a batch of eight graphs of about 5000 nodes, float32, by
each available engine: GCN and GAT, widths and heads of the published and of the bundled networks,
one, two and nine views. A single view occurs only if photograph and bands have separate
segmentations.

``engine_auto_...`` is the time of auto divided by that of the fastest engine: about 1 if the choice
is right. ``engine_auto_worst`` is the largest of these.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from graphs import eight_scenes, sizes
from interleaved import Side, Timed, interleaved, with_peer
from outcome import Outcome
from torch import nn

from artextract_cli.nn.batch import GraphBatch
from artextract_cli.nn.conv import GATConv, GraphConv
from artextract_cli.nn.engines.selection import ENGINE_NAMES, resolve_engine
from artextract_cli.pipelines.views.tensors import scene_tensors
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from artextract_cli.utils.memory import keep_freed_memory

# Input and output size; heads share the latter.
GCN_SIZES = ((14, 128), (128, 32), (48, 48))
GAT_SIZES = ((14, 128, 1), (128, 32, 1), (32, 32, 1), (14, 128, 4), (128, 32, 4), (48, 48, 4))
VIEWS = (1, 2, 9)
AUTO = "auto"
SEED = 0


@dataclass(frozen=True)
class Case:
    """One layer on ``views`` views."""

    in_size: int
    out_size: int
    heads: int  # 0 for GCN
    views: int

    @property
    def name(self) -> str:
        """Name such as gat_128_32_4_heads_9_views."""
        kind = f"gat_{self.in_size}_{self.out_size}_{self.heads}_heads"
        return f"{kind if self.heads else f'gcn_{self.in_size}_{self.out_size}'}_{self.views}_views"

    def layer(self) -> nn.Module:
        """Create the layer, with the same weights each time."""
        torch.manual_seed(SEED)
        if not self.heads:
            return GraphConv(self.in_size, self.out_size)
        return GATConv(self.in_size, self.out_size // self.heads, self.heads)


def cases() -> Iterator[Case]:
    """All layers that are timed."""
    for views in VIEWS:
        for in_size, out_size in GCN_SIZES:
            yield Case(in_size, out_size, 0, views)
        for in_size, out_size, heads in GAT_SIZES:
            yield Case(in_size, out_size, heads, views)


def sides(case: Case, batches: dict[str, GraphBatch]) -> dict[str, Side]:
    """The layer on every engine."""
    layer = case.layer()
    x = torch.randn(next(iter(batches.values())).n_nodes, case.views, case.in_size)

    def side(batch: GraphBatch) -> Callable[[], object]:
        inputs = x.clone().requires_grad_()
        gradient = torch.randn_like(layer(batch, inputs))
        return lambda: torch.autograd.grad(
            layer(batch, inputs), [inputs, *layer.parameters()], gradient
        )

    return {
        engine: with_peer("dgl" if engine == "dgl" else "torch", lambda b=batch: side(b))
        for engine, batch in batches.items()
    }


def measure(turns: int) -> Outcome:
    """Time every layer on every engine."""
    load_dgl()  # our patched import must come before any other import of DGL
    keep_freed_memory()
    topologies = [scene_tensors(scene).topologies[0] for scene in eight_scenes()]
    auto = resolve_engine("auto", torch.device("cpu")).name
    batches = {
        engine: GraphBatch.of(topologies, device="cpu", engine=auto if engine == AUTO else engine)
        for engine in ENGINE_NAMES
    }
    timed = {case.name: interleaved(sides(case, batches), turns=turns) for case in cases()}
    figures = {f"engine_auto_{name}": _over_fastest(engines) for name, engines in timed.items()}
    figures["engine_auto_worst"] = max(figures.values())
    return Outcome(
        what=__doc__ or "",
        settings=sizes(eight_scenes()) | {"auto": auto},
        timed=timed,
        figures=figures,
    )


def _over_fastest(timed: Timed) -> float:
    medians = {side: timed.milliseconds(side) or 0.0 for side in timed.samples}
    return medians.pop(AUTO) / min(medians.values())
