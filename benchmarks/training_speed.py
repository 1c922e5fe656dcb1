"""Speed of a complete training step, compared with the published method.

Eight scenes of about 5000 superpixels, the photograph and eight bands of each; GAT of three layers
and one head, the published contrastive loss of pooled embeddings, AdamW. Every side assembles its
batches, embeds, pools, computes the loss and its gradients, and updates the weights. All start from
the same weights and must have the same first loss. Dropout is off.

- *published way*: PyTorch Geometric, one pair after another: for each band, the photographs and the
  bands of the eight scenes pass through the network, sixteen passes in all, each with a batch of
  its own; gradients are accumulated over the pairs.
- *PyG, nine passes* and *dgl.nn, nine passes*: photographs and bands once each, one gradient.
- *artextract*: a step of `ViewTask` as in the trainer, all views at once on one topology.

Each side has a process of its own, with the memory allocator that its users have: our trainer keeps
freed memory for reuse (`artextract_cli.utils.memory`), the others use the default allocator. All
are then timed again with freed memory kept (``..._memory_kept``), which speeds up PyTorch Geometric
most.

*backbone alone* is the forward and backward pass of the network on a ready-made batch: the rest of
the step is the overhead of batching, loss and optimiser.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from graphs import N_SEGMENTS, eight_scenes, sizes
from interleaved import Side, Timed, all_apart, interleaved, with_peer
from networks import DglLayers, Layers, PygLayers, check_alike, comparison, copy_weights
from outcome import Outcome, Ratio, ratio_of
from torch import Tensor

from artextract_cli.nn.choices import Precision
from artextract_cli.nn.collate import SceneTensors, collate
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.nn.precision import computed_in
from artextract_cli.nn.siamese import SiameseNetwork, contrastive_loss, distance
from artextract_cli.pipelines.settings import settings_for
from artextract_cli.pipelines.training_task import TrainingInputs
from artextract_cli.pipelines.views.training import ViewTask
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from artextract_cli.utils.memory import keep_freed_memory

SETTINGS = settings_for(
    "graph-contrastive",
    options={"heads": 1, "norm": "none", "residual": False, "dropout": 0.0},
    device="cpu",
)
CPU = torch.device("cpu")
OURS, BACKBONE = "artextract", "backbone alone"
PUBLISHED, PYG, DGL = "published way", "PyG, nine passes", "dgl.nn, nine passes"
MARGIN = 1.0  # the default
SEED = 0


class OurStep:
    """Our network on the eight scenes, with its objective and optimiser."""

    def __init__(self, device: torch.device = CPU, precision: Precision = "fp32") -> None:
        spec = plugin_host().find("backbones", SETTINGS.backbone).spec
        torch.manual_seed(SEED)
        backbone = spec.load()(14, make_options(spec, SETTINGS.options))
        self.device, self.precision = device, precision
        self.network = SiameseNetwork(backbone, SETTINGS.pooling).train().to(device)
        self.engine = resolve_engine("auto", device).name
        scenes = eight_scenes()
        self.task = ViewTask(
            TrainingInputs(
                root=Path(),
                training=scenes,
                validation=scenes,
                settings=SETTINGS,
                loss_and_scorer=comparison(SETTINGS.objective),
                engine=self.engine,
                device=device,
            )
        )
        self.optimizer = _optimizer(self.network)

    def step(self) -> float:
        """Take one step over all scenes, as the trainer does; return the loss."""
        losses = self.task.training_losses(self.network, 1)
        for loss, _ in computed_in(self.precision, self.device, losses):
            value = loss.item()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return value

    def backbone_alone(self) -> Callable[[], object]:
        """Forward and backward pass of the backbone on a ready-made batch."""
        batch = collate(self.task.training, engine=self.engine, device=self.device)
        shape = (*batch.x.shape[:2], self.network.backbone.out_size)
        gradient = torch.randn(shape, device=self.device)

        def run() -> None:
            self.network.zero_grad()
            self.network.backbone(batch.graph, batch.x).backward(gradient)

        return run


class PeerStep:
    """A network of another library on the same scenes; ``embed`` pools a view to (8, D)."""

    def __init__(self, ours: OurStep, layers: Layers, expected: float) -> None:
        self.device = ours.device
        self.layers = layers.train().to(self.device)
        self.scenes: list[SceneTensors] = ours.task.training
        self.n_views = self.scenes[0].n_views
        copy_weights(ours.network.backbone.attentions, layers)
        self.optimizer = _optimizer(layers)
        loss = torch.stack(list(self.losses())).mean().detach().cpu()
        check_alike(f"the loss of {type(self).__name__}", loss, torch.tensor(expected))

    def embed(self, view: int) -> Tensor:
        """Assemble the batch of a view, embed its nodes and pool them: (8, D)."""
        raise NotImplementedError

    def losses(self) -> Iterator[Tensor]:
        """The loss of every band, photographs and bands once each through the network."""
        photograph = self.embed(0)
        for band in range(1, self.n_views):
            yield _loss(photograph, self.embed(band))

    def step(self) -> float:
        """Take one step in nine passes; return the loss."""
        self.optimizer.zero_grad()
        loss = torch.stack(list(self.losses())).mean()
        loss.backward()
        self.optimizer.step()
        return loss.item()


class PygStep(PeerStep):
    """PyTorch Geometric: a `Data` for every image, created once; a `Batch` for every pass."""

    def __init__(self, ours: OurStep, expected: float) -> None:
        self.data = [list(_pyg_data(scene)) for scene in ours.task.training]
        super().__init__(ours, PygLayers("gat"), expected)

    def embed(self, view: int) -> Tensor:
        """One pass over the pictures of a view."""
        from torch_geometric.data import Batch
        from torch_geometric.nn import global_max_pool

        batch = Batch.from_data_list([scene[view] for scene in self.data]).to(self.device)
        return global_max_pool(self.layers(batch.edge_index, batch.x), batch.batch)

    def published_step(self) -> float:
        """Take one step in sixteen passes, two for every band; return the loss."""
        self.optimizer.zero_grad()
        total = 0.0
        for band in range(1, self.n_views):
            loss = _loss(self.embed(0), self.embed(band)) / (self.n_views - 1)
            loss.backward()
            total += loss.item()
        self.optimizer.step()
        return total


class DglStep(PeerStep):
    """dgl.nn: one batched graph for a step, since all views share it."""

    def __init__(self, ours: OurStep, expected: float) -> None:
        self.dgl = load_dgl().module
        self.graphs = [_dgl_graph(self.dgl, scene) for scene in ours.task.training]
        super().__init__(ours, DglLayers("gat"), expected)

    def losses(self) -> Iterator[Tensor]:
        """The loss of every band, on a graph that is assembled once."""
        self.batch = self.dgl.batch(self.graphs).to(self.device)
        yield from super().losses()

    def embed(self, view: int) -> Tensor:
        """One pass over the pictures of a view."""
        x = torch.cat([scene.features[0][:, view] for scene in self.scenes]).to(self.device)
        z = self.layers(self.batch, x)
        return self.dgl.ops.segment_reduce(self.batch.batch_num_nodes(), z, "max")


def _optimizer(network: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        network.parameters(), lr=SETTINGS.learning_rate, weight_decay=SETTINGS.weight_decay
    )


def _loss(photographs: Tensor, bands: Tensor) -> Tensor:
    """The contrastive loss of photographs (S, D) against a band of all scenes (S, D)."""
    distances = distance(photographs[:, None], bands[None])
    own = torch.eye(len(photographs), dtype=torch.bool, device=photographs.device)
    return contrastive_loss(distances[own], distances[~own], MARGIN)


def _pyg_data(scene: SceneTensors) -> Iterator[Any]:
    from torch_geometric.data import Data

    topology, features = scene.topologies[0], scene.features[0]
    target = torch.arange(topology.n_nodes).repeat_interleave(topology.crow.diff())
    edges = torch.stack([topology.col, target])[:, topology.col != target]
    for view in range(scene.n_views):
        yield Data(x=features[:, view].contiguous(), edge_index=edges)


def _dgl_graph(dgl: Any, scene: SceneTensors) -> Any:
    topology = scene.topologies[0]
    target = torch.arange(topology.n_nodes).repeat_interleave(topology.crow.diff())
    return dgl.graph((topology.col, target), num_nodes=topology.n_nodes)


def our_side(keep_memory: bool) -> Side:
    """The step of our trainer."""
    return _prepared(keep_memory).step


def backbone_side(keep_memory: bool) -> Side:
    """The backbone's part of that step."""
    return _prepared(keep_memory).backbone_alone()


def published_side(keep_memory: bool) -> Side:
    """The published method, if PyTorch Geometric is installed."""
    ours = _prepared(keep_memory)
    return with_peer("torch_geometric", lambda: PygStep(ours, OurStep().step()).published_step)


def pyg_side(keep_memory: bool) -> Side:
    """Nine passes by PyTorch Geometric, if it is installed."""
    ours = _prepared(keep_memory)
    return with_peer("torch_geometric", lambda: PygStep(ours, OurStep().step()).step)


def dgl_side(keep_memory: bool) -> Side:
    """Nine passes by dgl.nn, if DGL is installed."""
    ours = _prepared(keep_memory)
    return with_peer("dgl", lambda: DglStep(ours, OurStep().step()).step)


def _prepared(keep_memory: bool) -> OurStep:
    load_dgl()  # our patched import must come before any other import of DGL
    if keep_memory:
        keep_freed_memory()
    return OurStep()


def timed_steps(turns: int, *, peers_keep_memory: bool) -> Timed:
    """Time a step of every side, each in a process of its own."""
    peers = {PUBLISHED: published_side, PYG: pyg_side, DGL: dgl_side}
    ways = {name: partial(side, peers_keep_memory) for name, side in peers.items()}
    ways |= {BACKBONE: partial(backbone_side, True), OURS: partial(our_side, True)}
    with all_apart(ways) as sides:
        return interleaved(sides, turns=turns)


def measure(turns: int) -> Outcome:
    """Time a step of every side."""
    default_allocator = timed_steps(turns, peers_keep_memory=False)
    memory_kept = timed_steps(turns, peers_keep_memory=True)
    scenes = eight_scenes()
    return Outcome(
        what=__doc__ or "",
        settings=sizes(scenes) | {"n_segments": N_SEGMENTS, "options": dict(SETTINGS.options)},
        timed={"each as it comes": default_allocator, "freed memory kept": memory_kept},
        ratios=_ratios(default_allocator, "") | _ratios(memory_kept, "_memory_kept"),
        figures={"step_overhead_share": _overhead(default_allocator)},
    )


def _ratios(timed: Timed, suffix: str) -> dict[str, Ratio]:
    peers = {"published": PUBLISHED, "pyg": PYG, "dgl_nn": DGL}
    return {
        f"training_step_vs_{name}{suffix}": ratio_of(timed, peer, OURS)
        for name, peer in peers.items()
    }


def _overhead(timed: Timed) -> float | None:
    """The share of our step outside the backbone."""
    share = timed.ratio(BACKBONE, OURS)
    return None if share is None else 1 - share
