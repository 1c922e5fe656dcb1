"""The Siamese network: one backbone, shared by photograph and bands.

Letters: S scenes, V views (photograph first), N nodes, F features, D embedding.
"""

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray
from torch import Tensor, nn  # noqa: TID253

from artextract_cli.batching import GraphBatch, Topology, moved
from artextract_cli.contract import BackboneModule, EmbeddedScenes, ScoredNodes
from artextract_cli.precision import in_float32
from artextract_cli.superpixel_graph import SceneGraphs

Pooling = Literal["max", "mean"]
POOLINGS: tuple[Pooling, ...] = ("max", "mean")


@dataclass(frozen=True, kw_only=True)
class SceneTensors:
    """The graphs of one scene as tensors, read once and kept."""

    name: str
    n_views: int
    topologies: tuple[Topology, ...]  # one (shared) or one per view (separate)
    features: tuple[Tensor, ...]  # per topology (N, V or 1, F)
    # Columns of row and column, of the photograph and of the bands; None where there are none.
    places: tuple[tuple[int, int], tuple[int, int]] | None
    inside: tuple[Tensor, ...]  # per topology (N,) bool: mostly painting, not backdrop

    @property
    def is_shared(self) -> bool:
        """Whether all views share one segmentation."""
        return len(self.topologies) == 1


@dataclass(frozen=True, kw_only=True)
class SceneBatch:
    """Scenes side by side in one block-diagonal graph."""

    graph: GraphBatch
    x: Tensor  # (N, V, F) shared, (N, 1, F) separate
    inside: Tensor  # (N,) bool
    is_shared: bool
    n_scenes: int
    n_anchors: int  # scenes that count in the loss; the others only lend negatives


def scene_tensors(graphs: SceneGraphs) -> SceneTensors:
    """Make the tensors of one scene."""
    photograph, band = graphs.feature_names
    return SceneTensors(
        name=graphs.name,
        n_views=graphs.n_views,
        topologies=tuple(Topology.from_edges(g.edges, g.n_nodes) for g in graphs.graphs),
        features=tuple(torch.from_numpy(g.features) for g in graphs.graphs),
        places=(
            (photograph.index("row"), photograph.index("column")),
            (band.index("row"), band.index("column")),
        ),
        inside=tuple(
            torch.from_numpy(inside_painting(g.labels, g.counts, graphs.mask))
            for g in graphs.graphs
        ),
    )


def inside_painting(
    labels: NDArray[np.int32], counts: NDArray[np.int64], mask: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    """Which superpixels (N,) lie mostly on the painting, by the object mask (H, W).

    At least one does: the one with the largest share, if none has half.
    """
    if mask is None:
        return np.ones(len(counts), bool)
    share = np.bincount(labels[mask], minlength=len(counts)) / counts
    return np.asarray(share >= min(0.5, share.max()))


def collate(
    scenes: Sequence[SceneTensors],
    *,
    engine: str,
    device: "torch.device | str",
    n_anchors: int | None = None,
    symmetries: Sequence[int] | None = None,
) -> SceneBatch:
    """Put scenes of equally many views into one batch on ``device``.

    ``symmetries`` (S,) turns or mirrors each scene by one of the eight symmetries of a square:
    photograph and bands together, since the pictures meet the network only as places of nodes.
    """
    turned = [
        feature
        for i, scene in enumerate(scenes)
        for feature in _turned(scene, 0 if symmetries is None else symmetries[i])
    ]
    topologies = [topology for scene in scenes for topology in scene.topologies]
    batch = SceneBatch(
        graph=GraphBatch.of(topologies, engine=engine, device="cpu"),
        x=torch.cat(turned),
        inside=torch.cat([inside for scene in scenes for inside in scene.inside]),
        n_scenes=len(scenes),
        is_shared=scenes[0].is_shared,
        n_anchors=len(scenes) if n_anchors is None else n_anchors,
    )
    return moved(batch, device)


def _turned(scene: SceneTensors, symmetry: int) -> list[Tensor]:
    if symmetry == 0 or scene.places is None:
        return list(scene.features)
    if scene.is_shared:
        photograph, bands = scene.features[0].tensor_split([1], dim=1)
        turned = (
            _moved(photograph, scene.places[0], symmetry),
            _moved(bands, scene.places[1], symmetry),
        )
        return [torch.cat(turned, dim=1)]
    return [
        _moved(feature, scene.places[min(view, 1)], symmetry)
        for view, feature in enumerate(scene.features)
    ]


def _moved(x: Tensor, places: tuple[int, int], symmetry: int) -> Tensor:
    """Move centred row and column: bit 0 mirrors rows, bit 1 columns, bit 2 swaps them."""
    moved = x.clone()
    row, column = places if symmetry & 4 == 0 else places[::-1]
    moved[..., places[0]] = x[..., row] * (-1 if symmetry & 1 else 1)
    moved[..., places[1]] = x[..., column] * (-1 if symmetry & 2 else 1)
    return moved


class SiameseNetwork(nn.Module):
    """A backbone whose parameters the photograph and all bands share, and a pooling."""

    def __init__(self, backbone: BackboneModule, pooling: Pooling) -> None:
        super().__init__()
        self.backbone = backbone
        self.pooling = pooling
        # What the backbone is called within: the guard of its plugin, if it is one's.
        self.running: Callable[[], AbstractContextManager[None]] = nullcontext

    def project(self, x: Tensor) -> Tensor:
        """What the backbone is given of the node features ``x`` (N, V, F): they themselves."""
        return x

    def forward(self, batch: SceneBatch) -> Tensor:
        """Embed the nodes: (N, V, D) shared, (N, 1, D) separate."""
        return self.around(batch.graph, self.inputs(batch))

    def inputs(self, batch: SceneBatch) -> Tensor:
        """What the backbone is given of a batch: its projected node features (N, V, F)."""
        return self.project(batch.x)

    def around(self, graph: GraphBatch, x: Tensor) -> Tensor:
        """What the backbone makes of ``x`` (N, V, F): (N, V, out_size)."""
        with self.running():
            z = self.backbone(graph, x)
            wanted = (*x.shape[:2], self.backbone.out_size)
            if not isinstance(z, Tensor) or z.shape != wanted:
                msg = f"of features {tuple(x.shape)} it made {_shown(z)}, not embeddings {wanted}"
                raise TypeError(msg)
            return z

    def attention(self, batch: SceneBatch) -> list[Tensor] | None:
        """Attention (E, V, heads) of every layer; None for a backbone that cannot tell."""
        if not hasattr(self.backbone, "embed_with_attention"):
            return None
        with self.running():
            _, weights = self.backbone.embed_with_attention(batch.graph, self.inputs(batch))
        return list(weights)

    def pool(self, batch: SceneBatch, z: Tensor) -> Tensor:
        """Pool the node embeddings on the painting to one per scene and view: (S, V, D)."""
        pooled = batch.graph.pool(z, self.pooling, batch.inside)
        return pooled.view(batch.n_scenes, -1, z.shape[-1])


@in_float32
def distance(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distance over the last axis, with a finite gradient at zero."""
    squared = (a - b).square().sum(-1)
    is_zero = squared == 0
    return torch.where(is_zero, 0, torch.where(is_zero, 1, squared).sqrt())


def contrastive_loss(positive: Tensor, negative: Tensor, margin: float) -> Tensor:
    """mean(d(positive)²) + mean(relu(margin − d(negative))²), after Hadsell et al. (2006).

    ``positive`` and ``negative`` are distances of any shape.
    """
    return positive.square().mean() + (margin - negative).relu().square().mean()


# Functions of plugins, their options given.
Objective = Callable[[EmbeddedScenes], Tensor]
Scorer = Callable[[ScoredNodes], Tensor]


@dataclass(frozen=True, kw_only=True)
class EmbeddedBatch:
    """A batch as an objective sees it: `artextract_cli.contract.EmbeddedScenes`."""

    network: SiameseNetwork
    batch: SceneBatch
    z: Tensor  # (N, V, D)
    generator: torch.Generator
    hidden: Tensor | None = None  # (N,)
    pixel_scores: Tensor | None = None  # (K,)
    pixel_hidden: Tensor | None = None  # (K,)
    pixel_signs: Tensor | None = None  # (K,)
    pixel_light: Tensor | None = None  # (K,)

    @property
    def graph(self) -> GraphBatch:
        """The graphs of all scenes side by side."""
        return self.batch.graph

    @cached_property
    def pooled(self) -> Tensor:
        """One embedding per scene and view, (S, V, D)."""
        return self.network.pool(self.batch, self.z)

    @cached_property
    def scene(self) -> Tensor:
        """Which scene each node belongs to, (N,)."""
        counts = self.graph.node_counts
        return torch.repeat_interleave(torch.arange(len(counts), device=counts.device), counts)

    @property
    def inside(self) -> Tensor:
        """Whether a node lies on the painting, (N,)."""
        return self.batch.inside

    @property
    def n_anchors(self) -> int:
        """How many scenes count in the loss."""
        return self.batch.n_anchors

    def loss(self, objective: Objective) -> Tensor:
        """What an objective says of the batch, with embeddings and scores in float32."""

        def call(z: Tensor, scores: Tensor | None, signs: Tensor | None) -> Tensor:
            return objective(dataclasses.replace(self, z=z, pixel_scores=scores, pixel_signs=signs))

        return in_float32(call)(self.z, self.pixel_scores, self.pixel_signs).reshape(())


def check_loss(seen: EmbeddedScenes, made: Any) -> None:
    """Raise `TypeError` unless an objective ``made`` a loss."""
    if not isinstance(made, Tensor) or made.numel() != 1:
        msg = f"it returned {_shown(made)}, not a loss: a tensor of one number"
        raise TypeError(msg)


def check_scores(seen: ScoredNodes, made: Any) -> None:
    """Raise `TypeError` or `ValueError` unless a scorer ``made`` finite scores (N, V - 1)."""
    n_nodes, n_views = seen.z.shape[:2]
    if not isinstance(made, Tensor) or made.shape != (n_nodes, n_views - 1):
        msg = f"it returned {_shown(made)}, not scores of shape {(n_nodes, n_views - 1)}"
        raise TypeError(msg)
    if not made.isfinite().all():
        msg = "it returned scores that are not finite"
        raise ValueError(msg)


def _shown(made: Any) -> str:
    return str(tuple(made.shape)) if isinstance(made, Tensor) else type(made).__name__
