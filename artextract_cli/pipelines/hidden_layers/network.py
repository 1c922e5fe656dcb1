"""The network that detects hidden layers: from evidence to distances and pixel scores.

It is Siamese: one backbone is shared by the two views, whose embeddings of a superpixel are close
where photograph and bands agree and distant where there is a hidden layer. A refinement then scores
every pixel from its evidence and the embeddings of its superpixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from artextract_cli.evidence.maps import MAPS
from artextract_cli.nn.batch import GraphBatch
from artextract_cli.nn.choices import Pooling
from artextract_cli.nn.collate import SceneBatch
from artextract_cli.nn.engines.selection import kernels_of
from artextract_cli.nn.precision import in_float32
from artextract_cli.nn.products import linear
from artextract_cli.nn.siamese import EmbeddedBatch, SiameseNetwork, distance
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    BAND_FEATURES,
    EDGE_FEATURES,
    PHOTOGRAPH_FEATURES,
)
from artextract_cli.pipelines.hidden_layers.samples import InjectedBatch, InjectedScene
from artextract_cli.plugin.protocols import BackboneModule

# Small: message passing is most of a step, and the bundled model is part of the package.
WIDTH, EMBEDDING = 64, 24  # features of the backbone's input, and of the node embedding
GATES = 4  # of edges, each for a quarter of the features
# Evidence spreads over about 10 pixels along a line before the backbone sees it.
HOPS = 2  # rounds of gated averaging along edges, before the backbone
REFINED = 96  # width of the refinement's first layer
# Bounds what outliers can do: the network was not trained on such values, and would extrapolate.
CLIPPED = 6.0  # standard deviations of the training scenes, to which features are clipped
# Regularisation: differences below a tenth of the spread of a feature are not to be relied on.
FEATURE_NOISE = 0.1  # standard deviations, in training


class HiddenLayerNetwork(SiameseNetwork):
    """A projection per view, the shared backbone, and a refinement of pixels.

    The embedding of a node is a linear map of its projected features and of the backbone's output,
    so that a superpixel's own evidence is not mixed with that of its neighbours.
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
            # Evidence of the pixel, distance of the embeddings, and both embeddings of the
            # superpixel.
            nn.Linear(len(MAPS) + 1 + 2 * EMBEDDING, REFINED),
            # In place: at so many pixels, memory takes longer than arithmetic.
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(REFINED, 48),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(48, 2),
        )
        sizes = {"node": len(BAND_FEATURES), "pixel": len(MAPS)}
        # Buffers, so that the model file contains them: a painting is normalised as in training.
        for name, size in (sizes | {"photograph": len(PHOTOGRAPH_FEATURES)}).items():
            self.register_buffer(f"{name}_centre", torch.zeros(size))
            self.register_buffer(f"{name}_spread", torch.ones(size))

    def project(self, x: Tensor) -> Tensor:
        """Project the two views of ``x`` (N, 2, F) to the backbone's input: (N, 2, WIDTH)."""
        photograph = self._normalised(x[:, 0, : len(PHOTOGRAPH_FEATURES)], "photograph")
        bands = self._normalised(x[:, 1], "node")
        if self.training:
            photograph = photograph + FEATURE_NOISE * torch.randn_like(photograph)
            bands = bands + FEATURE_NOISE * torch.randn_like(bands)
        views = [
            linear(features, layer.weight, layer.bias)
            for features, layer in ((photograph, self.photograph), (bands, self.bands))
        ]
        return functional.leaky_relu(torch.stack(views, dim=1), 0.2)

    def inputs(self, batch: SceneBatch, projected: Tensor) -> Tensor:
        """``projected`` features plus gated features of the neighbours: (N, 2, WIDTH).

        The gate of an edge depends on differences along it and on lines that run along it, so that
        a line accumulates evidence over its length and its surroundings do not.
        """
        x, features = projected, batch.graph.edge_features
        # Without edge features there are no lines to follow.
        if features is None:
            return x
        gates = torch.sigmoid(self.gate(features))
        for _ in range(HOPS):
            x = x + in_float32(gated_mean)(batch.graph, x, gates)
        return x

    def embedding(self, batch: SceneBatch, x: Tensor, context: Tensor) -> Tensor:
        """Embeddings (N, 2, D), from the backbone's input and output and the painting's mean."""
        # Which evidence is reliable depends on the painting as a whole.
        scene = batch.graph.pool(context, "mean", batch.inside)
        return in_float32(self._embedded)(x, context, scene, batch.graph.node_counts)

    def _embedded(self, own: Tensor, context: Tensor, scene: Tensor, counts: Tensor) -> Tensor:
        """Map ``own`` (N, 2, WIDTH) and ``context`` (N, 2, out_size) of nodes to (N, 2, D).

        ``scene`` (S, 2, out_size) is the mean context of each scene, of ``counts`` (S,) nodes.
        """
        sizes = [own.shape[-1], context.shape[-1], scene.shape[-1]]
        of_own, of_context, of_scene = torch.split(self.embed.weight, sizes, dim=1)
        # Three products, added, instead of one of a concatenation, which would be a copy.
        nodes = linear(own, of_own, self.embed.bias) + linear(context, of_context)
        return nodes + linear(scene, of_scene).repeat_interleave(counts, dim=0)

    def refine(self, z: Tensor, evidence: Tensor, node: Tensor) -> Tensor:
        """Score pixels (K, 2): log odds of darker and of lighter hidden content.

        Both are relative to clean paint. ``z`` (N, 2, D) are the embeddings, ``evidence`` (K, M)
        the pixels' maps and ``node`` (K,) their superpixels.
        """
        return self.refined(evidence, self.context(z)[node])

    def context(self, z: Tensor) -> Tensor:
        """What superpixels with embeddings ``z`` (N, 2, D) add to the first layer of `refine`.

        The product is computed once for a superpixel, not for each of its pixels: (N, REFINED).
        """
        features = torch.cat([distance(z[:, 0], z[:, 1])[:, None], z.flatten(1)], dim=1)
        return linear(features, _first_weights(self.refinement)[1])

    def refined(self, evidence: Tensor, context: Tensor) -> Tensor:
        """`refine` with the ``context`` (K, REFINED) of each pixel's superpixel."""
        own = self._normalised(evidence, "pixel")
        if self.training:
            own = own + FEATURE_NOISE * torch.randn_like(own)
        return _refined(self.refinement, own, context)

    @property
    def pixel_refinement(self) -> "PixelRefinement":
        """What `refined` needs of a trained network."""
        centre, spread = self.get_buffer("pixel_centre"), self.get_buffer("pixel_spread")
        return PixelRefinement(self.refinement, centre, spread)

    def fit_normalisation(self, scenes: Sequence[InjectedScene]) -> None:
        """Set centre and spread of every feature to those of ``scenes``."""
        nodes = torch.cat([scene.tensors.features[0] for scene in scenes])
        photograph = nodes[:, 0, : len(PHOTOGRAPH_FEATURES)]
        pixels = torch.cat([scene.pixels.evidence for scene in scenes])
        for name, values in (("photograph", photograph), ("node", nodes[:, 1]), ("pixel", pixels)):
            # Scenes that are undecided throughout leave no pixels.
            if not len(values):
                continue
            # A single sample has no unbiased deviation; .01 keeps a constant feature finite.
            spread = values.std(0, correction=min(1, len(values) - 1))
            self.get_buffer(f"{name}_centre").copy_(values.mean(0))
            self.get_buffer(f"{name}_spread").copy_(spread + 0.01)

    def _normalised(self, values: Tensor, name: str) -> Tensor:
        centre, spread = self.get_buffer(f"{name}_centre"), self.get_buffer(f"{name}_spread")
        return _normalised(values, centre, spread)


@dataclass(frozen=True)
class PixelRefinement:
    """The refinement of a trained network: it can be sent to processes without the backbone."""

    layers: nn.Sequential
    centre: Tensor  # (M,)
    spread: Tensor  # (M,)

    def __call__(self, evidence: Tensor, context: Tensor) -> Tensor:
        """As `HiddenLayerNetwork.refined`, of ``evidence`` (K, M) and ``context`` (K, REFINED)."""
        own = _normalised(evidence, self.centre, self.spread)
        return _refined(self.layers, own, context)


def _refined(layers: nn.Sequential, own: Tensor, context: Tensor) -> Tensor:
    first, activation, second, _, last = cast(Sequence[nn.Linear], layers)
    hidden = activation(linear(own, _first_weights(layers)[0], first.bias).add_(context))
    hidden = activation(linear(hidden, second.weight, second.bias))
    return linear(hidden, last.weight, last.bias)


def _first_weights(layers: nn.Sequential) -> tuple[Tensor, Tensor]:
    first = cast(nn.Linear, layers[0])
    weights = torch.split(first.weight, [len(MAPS), 1 + 2 * EMBEDDING], dim=1)
    return weights[0], weights[1]


def _normalised(values: Tensor, centre: Tensor, spread: Tensor) -> Tensor:
    return (values - centre).div_(spread).clamp_(-CLIPPED, CLIPPED)


def gated_mean(graph: GraphBatch, x: Tensor, gates: Tensor) -> Tensor:
    """Mean of ``x`` (N, V, F) over neighbours, weighted by ``gates`` (E, G) for F/G features each.

    Weights are divided by their sum plus one, so that a node with closed gates receives little.
    """
    n_gates = gates.shape[1]
    # (N, G), the sums of gates into each node; self-loops have gates of their own.
    total = 1 + torch.zeros(graph.n_nodes, n_gates, device=x.device).index_add(
        0, graph.target, gates
    )
    # (N, V, G, F/G) and (E, V, G): gates act like heads of attention, so that the engines serve
    # both.
    parts = x.reshape(*x.shape[:-1], n_gates, -1)
    weights = gates[:, None].expand(-1, x.shape[1], -1).contiguous()
    summed = kernels_of(graph.engine).weighted_sum(graph, parts, weights)
    return (summed / total[:, None, :, None]).flatten(-2)


def either(scores: Tensor) -> Tensor:
    """Log odds (K,) of hidden content of either sign from those of darker and lighter (K, 2)."""
    return torch.logsumexp(scores, dim=-1)


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
