"""The network that looks for hidden layers: evidence in, distances and pixel scores out.

Siamese as the others: one backbone, shared by the two views, whose embeddings of a superpixel are
close where photograph and bands agree and apart where something lies beneath. A refinement then
gives every pixel its own score from its evidence and its superpixel's embeddings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray
from torch import Tensor, nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253

from artextract_cli.batching import GraphBatch, Topology, moved
from artextract_cli.contract import BackboneModule, FloatArray
from artextract_cli.evidence.maps import MAPS
from artextract_cli.evidence_graph import (
    BAND_FEATURES,
    EDGE_FEATURES,
    PHOTOGRAPH_FEATURES,
    EvidenceGraph,
    EvidenceNodes,
)
from artextract_cli.message_passing import kernels_of
from artextract_cli.precision import in_float32
from artextract_cli.region_kernels import region_means
from artextract_cli.scene import CLEAN, HIDDEN, UNDECIDED
from artextract_cli.siamese import (
    EmbeddedBatch,
    Pooling,
    SceneBatch,
    SceneTensors,
    SiameseNetwork,
    collate,
    distance,
    inside_painting,
)

WIDTH, EMBEDDING = 64, 24
GATES = 4  # of edges; each lets through a quarter of the features
HOPS = 2  # along edges that the gates let through, before the backbone
REFINED = 96  # width of the refinement's first layer
N_PIXELS = 8000  # of a scene that the refinement trains on, of either class at most
FEWEST_HIDDEN = 1000  # of a thin layer's pixels so many are drawn, some more than once
CLIPPED = 6.0  # standard deviations
FEATURE_NOISE = 0.1  # standard deviations, in training
_HIDDEN_SHARE, _CLEAN_SHARE = 0.3, 0.85  # of a superpixel's pixels, to count as one of the two


@dataclass(frozen=True, kw_only=True)
class PixelSample:
    """Pixels of one scene, or of a batch of them."""

    evidence: Tensor  # (K, M)
    node: Tensor  # (K,) superpixel of each
    hidden: Tensor  # (K,) 1 hidden, 0 clean
    light: Tensor  # (K,) 1 lighter beneath, 0 darker or clean


@dataclass(frozen=True, kw_only=True)
class InjectedScene:
    """A scene with a layer put into it, ready to train on."""

    tensors: SceneTensors
    hidden: Tensor  # (N,) 1 hidden, 0 clean, NaN neither
    pixels: PixelSample


@dataclass(frozen=True, kw_only=True)
class InjectedBatch:
    """Injected scenes side by side."""

    scenes: SceneBatch
    hidden: Tensor  # (N,) 1 hidden, 0 clean, NaN neither
    pixels: PixelSample  # of all scenes, their superpixels numbered through


class HiddenLayerNetwork(SiameseNetwork):
    """A projection per view, the shared backbone, and a refinement of pixels.

    The embedding of a node is a linear map of its projected features and of what the backbone
    makes of them: a superpixel's own evidence reaches it without passing through its neighbours'.
    """

    def __init__(self, backbone: BackboneModule, pooling: Pooling) -> None:
        super().__init__(backbone, pooling)
        self.photograph = nn.Linear(len(PHOTOGRAPH_FEATURES), WIDTH)
        self.bands = nn.Linear(len(BAND_FEATURES), WIDTH)
        self.gate = nn.Sequential(
            nn.Linear(len(EDGE_FEATURES), 16), nn.LeakyReLU(0.2), nn.Linear(16, GATES)
        )
        self.embed = nn.Linear(WIDTH + 2 * backbone.out_size, EMBEDDING)
        self.refinement = nn.Sequential(
            nn.Linear(len(MAPS) + 1 + 2 * EMBEDDING, REFINED),
            nn.LeakyReLU(0.2),
            nn.Linear(REFINED, 48),
            nn.LeakyReLU(0.2),
            nn.Linear(48, 2),
        )
        sizes = {"node": len(BAND_FEATURES), "pixel": len(MAPS)}
        for name, size in (sizes | {"photograph": len(PHOTOGRAPH_FEATURES)}).items():
            self.register_buffer(f"{name}_centre", torch.zeros(size))
            self.register_buffer(f"{name}_spread", torch.ones(size))

    def project(self, x: Tensor) -> Tensor:
        """Project the two views of ``x`` (N, 2, F) to the backbone's input: (N, 2, WIDTH)."""
        photograph = self._standard(x[:, 0, : len(PHOTOGRAPH_FEATURES)], "photograph")
        bands = self._standard(x[:, 1], "node")
        if self.training:
            photograph = photograph + FEATURE_NOISE * torch.randn_like(photograph)
            bands = bands + FEATURE_NOISE * torch.randn_like(bands)
        views = [self.photograph(photograph), self.bands(bands)]
        return functional.leaky_relu(torch.stack(views, dim=1), 0.2)

    def inputs(self, batch: SceneBatch) -> Tensor:
        """Projected features, and what the gates let through of the neighbours': (N, 2, WIDTH).

        A gate opens by what changes along an edge and by the line that runs along it, so that a
        line gathers evidence over its length where its surroundings do not.
        """
        x = self.project(batch.x)
        features = batch.graph.edge_features
        if features is None:
            return x
        gates = torch.sigmoid(self.gate(features))
        for _ in range(HOPS):
            x = x + in_float32(gated_mean)(batch.graph, x, gates)
        return x

    def forward(self, batch: SceneBatch) -> Tensor:
        """Embed the nodes of photograph and bands: (N, 2, D)."""
        x = self.inputs(batch)
        around = self.around(batch.graph, x)
        # What the whole painting is like says which evidence to trust.
        scene = batch.graph.pool(around, "mean", batch.inside)
        scene = scene.repeat_interleave(batch.graph.node_counts, dim=0)
        return in_float32(self._embedded)(x, torch.cat([around, scene], dim=-1))

    def _embedded(self, own: Tensor, around: Tensor) -> Tensor:
        """Map ``own`` (N, 2, WIDTH) and ``around`` (N, 2, 2·out_size) of the nodes: (N, 2, D)."""
        of_own, of_around = torch.split(self.embed.weight, [own.shape[-1], around.shape[-1]], dim=1)
        own = functional.linear(own, of_own, self.embed.bias)
        return own + functional.linear(around, of_around)

    def refine(self, z: Tensor, evidence: Tensor, node: Tensor) -> Tensor:
        """Score pixels (K, 2): log odds of something darker and of something lighter beneath.

        Both are against clean paint. ``z`` (N, 2, D) are the embeddings, ``evidence`` (K, M) the
        pixels' maps and ``node`` (K,) their superpixels.
        """
        seen = self._standard(evidence, "pixel")
        if self.training:
            seen = seen + FEATURE_NOISE * torch.randn_like(seen)
        told = torch.cat([distance(z[:, 0], z[:, 1])[:, None], z.flatten(1)], dim=1)
        first = cast(nn.Linear, self.refinement[0])
        # What superpixels tell is weighed once for each of them, not for each of their pixels.
        of_pixels, of_nodes = torch.split(first.weight, [seen.shape[1], told.shape[1]], dim=1)
        weighed = functional.linear(seen, of_pixels, first.bias)
        weighed = weighed + functional.linear(told, of_nodes)[node]
        return cast(Tensor, self.refinement[1:](weighed))

    def learn_standards(self, scenes: Sequence[InjectedScene]) -> None:
        """Take centre and spread of every feature from ``scenes``."""
        nodes = torch.cat([scene.tensors.features[0] for scene in scenes])
        photograph = nodes[:, 0, : len(PHOTOGRAPH_FEATURES)]
        pixels = torch.cat([scene.pixels.evidence for scene in scenes])
        for name, values in (("photograph", photograph), ("node", nodes[:, 1]), ("pixel", pixels)):
            if not len(values):
                continue
            spread = values.std(0, correction=min(1, len(values) - 1))
            self.get_buffer(f"{name}_centre").copy_(values.mean(0))
            self.get_buffer(f"{name}_spread").copy_(spread + 0.01)

    def _standard(self, values: Tensor, name: str) -> Tensor:
        centre, spread = self.get_buffer(f"{name}_centre"), self.get_buffer(f"{name}_spread")
        return ((values - centre) / spread).clamp(-CLIPPED, CLIPPED)


def gated_mean(graph: GraphBatch, x: Tensor, gates: Tensor) -> Tensor:
    """Mean of ``x`` (N, V, F) over neighbours, weighted by ``gates`` (E, G) for F/G features each.

    Weights are divided by their sum plus one, so that a node with closed gates receives little.
    """
    n_gates = gates.shape[1]
    total = 1 + torch.zeros(graph.n_nodes, n_gates, device=x.device).index_add(
        0, graph.target, gates
    )
    parts = x.reshape(*x.shape[:-1], n_gates, -1)
    weights = gates[:, None].expand(-1, x.shape[1], -1).contiguous()
    summed = kernels_of(graph.engine).weighted_sum(graph, parts, weights)
    return (summed / total[:, None, :, None]).flatten(-2)


def either(scores: Tensor) -> Tensor:
    """Log odds (K,) of anything beneath from those of darker and lighter (K, 2)."""
    return torch.logsumexp(scores, dim=-1)


def evidence_tensors(
    name: str, graph: EvidenceNodes, mask: NDArray[np.bool_] | None
) -> SceneTensors:
    """The two views of a scene as tensors; the photograph's features are padded with zeros."""
    padding = len(BAND_FEATURES) - len(PHOTOGRAPH_FEATURES)
    photograph = np.pad(graph.photograph, ((0, 0), (0, padding)))
    counts = np.bincount(graph.labels.ravel(), minlength=graph.n_nodes)
    inside = inside_painting(graph.labels, counts, mask)
    return SceneTensors(
        name=name,
        n_views=2,
        topologies=(Topology.from_edges(graph.edges, graph.n_nodes, graph.edge_features),),
        features=(torch.from_numpy(np.stack([photograph, graph.bands], axis=1)),),
        places=None,
        inside=(torch.from_numpy(inside),),
    )


def injected_scene(
    name: str,
    graph: EvidenceGraph,
    truth: NDArray[np.uint8],
    is_light: NDArray[np.bool_],
    mask: NDArray[np.bool_] | None,
    rng: np.random.Generator,
) -> InjectedScene:
    """Make the tensors of a scene whose ``truth`` (H, W) is known because we put it there.

    ``is_light`` (H, W) says where what is hidden makes the infrared lighter.
    """
    counted = truth if mask is None else np.where(mask, truth, np.uint8(UNDECIDED))
    return InjectedScene(
        tensors=evidence_tensors(name, graph, mask),
        hidden=torch.from_numpy(_node_truth(graph, counted)),
        pixels=_sample(graph, counted, is_light, rng),
    )


def _node_truth(graph: EvidenceGraph, truth: NDArray[np.uint8]) -> FloatArray:
    both = np.stack([truth == HIDDEN, truth == CLEAN], axis=-1).astype(np.float32)
    share = region_means(both, graph.labels, graph.n_nodes)
    made = np.full(graph.n_nodes, np.nan, np.float32)
    made[share[:, 1] > _CLEAN_SHARE] = 0
    made[share[:, 0] > _HIDDEN_SHARE] = 1
    return made


def _sample(
    graph: EvidenceGraph,
    truth: NDArray[np.uint8],
    is_light: NDArray[np.bool_],
    rng: np.random.Generator,
) -> PixelSample:
    """At most ``N_PIXELS`` clean pixels and half as many hidden ones, at random."""
    flat = truth.ravel()
    hidden, clean = (rng.permutation(np.flatnonzero(flat == value)) for value in (HIDDEN, CLEAN))
    if 0 < len(hidden) < FEWEST_HIDDEN:
        hidden = rng.choice(hidden, FEWEST_HIDDEN)
    at = np.concatenate([hidden[: N_PIXELS // 2], clean[:N_PIXELS]])
    return PixelSample(
        evidence=torch.from_numpy(graph.pixels.reshape(flat.size, -1)[at]),
        node=torch.from_numpy(graph.labels.ravel()[at].astype(np.int64)),
        hidden=torch.from_numpy((flat[at] == HIDDEN).astype(np.float32)),
        light=torch.from_numpy(is_light.ravel()[at].astype(np.float32)),
    )


def injected_batch(
    scenes: Sequence[InjectedScene], *, engine: str, device: torch.device | str
) -> InjectedBatch:
    """Put injected scenes into one batch on ``device``."""
    batch = InjectedBatch(
        scenes=collate([scene.tensors for scene in scenes], engine=engine, device="cpu"),
        hidden=torch.cat([scene.hidden for scene in scenes]),
        pixels=_joined(scenes),
    )
    return moved(batch, device)


def embedded(
    network: HiddenLayerNetwork, batch: InjectedBatch, generator: torch.Generator
) -> EmbeddedBatch:
    """Embed injected scenes, and score their pixels."""
    z, pixels = network(batch.scenes), batch.pixels
    scores = network.refine(z, pixels.evidence, pixels.node)
    return EmbeddedBatch(
        network=network,
        batch=batch.scenes,
        z=z,
        generator=generator,
        hidden=batch.hidden,
        pixel_scores=either(scores),
        pixel_hidden=pixels.hidden,
        pixel_signs=scores[:, 1] - scores[:, 0],
        pixel_light=pixels.light,
    )


def _joined(scenes: Sequence[InjectedScene]) -> PixelSample:
    first, nodes = 0, []
    for scene in scenes:
        nodes.append(scene.pixels.node + first)
        first += len(scene.hidden)
    return PixelSample(
        evidence=torch.cat([scene.pixels.evidence for scene in scenes]),
        node=torch.cat(nodes),
        hidden=torch.cat([scene.pixels.hidden for scene in scenes]),
        light=torch.cat([scene.pixels.light for scene in scenes]),
    )
