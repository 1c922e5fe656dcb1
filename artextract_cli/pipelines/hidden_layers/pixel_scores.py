"""Raw scores of a scene by a hidden-layer network, per pixel and per superpixel."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.evidence.maps import (
    ENVELOPE_WEIGHTS,
    ENVELOPES,
    MAPS,
    RESIDUAL_SHARE,
    RESIDUALS,
)
from artextract_cli.nn.collate import SceneBatch, collate
from artextract_cli.nn.siamese import ScoreFunction
from artextract_cli.nn.superpixel_scores import EmbeddedScene, superpixel_scores
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    EvidenceGraph,
    EvidenceNodes,
    scores_of,
)
from artextract_cli.pipelines.hidden_layers.network import HiddenLayerNetwork, PixelRefinement
from artextract_cli.pipelines.hidden_layers.samples import evidence_tensors
from artextract_cli.pipelines.pipeline import Model

HiddenLayerModel = Model[HiddenLayerNetwork]
Share = Callable[[FloatArray], FloatArray]

OF_PIXELS = ("dark", "light", "network", "residual", "envelope")
SCORES = ("fused", *OF_PIXELS)
# The widest layer, of 96 float32 numbers per pixel, takes 3 MB: it does not leave the caches.
PIXELS_AT_ONCE = 2**13  # pixels refined together; limits memory, not the result
PIXELS_ON_A_GPU = 2**20  # as many at once on a GPU; they take 1 GB at most
# Weights of logarithms added to the log odds. That of the envelope score, which needs no learning,
# also holds for paintings unlike the training data (docs/detection.md compares weights from 0 to
# 2); the other is that of the distance of embeddings.
ENVELOPE_SHARE, NETWORK_SHARE = 1.0, 2.0


@dataclass(frozen=True, kw_only=True)
class RawScores:
    """Uncalibrated scores of one scene, larger = more likely hidden, each (H, W)."""

    fused: FloatArray
    dark: FloatArray
    light: FloatArray
    network: FloatArray
    residual: FloatArray
    envelope: FloatArray
    z: Tensor  # (N, 2, D) embeddings, on the network's device
    batch: SceneBatch

    def maps(self) -> dict[str, FloatArray]:
        """The scores by name."""
        return {name: getattr(self, name) for name in SCORES}


@dataclass(frozen=True, kw_only=True)
class NodeScores:
    """Embeddings and scores of the superpixels of one scene."""

    network: HiddenLayerNetwork
    z: Tensor  # (N, 2, D) embeddings, on the network's device
    batch: SceneBatch
    score: FloatArray  # (N,) how much photograph and bands differ
    attention: list[Tensor] | None  # (E, 2, heads) of every layer, if the backbone has any

    @torch.no_grad()
    def of_pixels(self, share: Share = lambda array: array) -> "PixelScores":
        """The scores of pixels, of any block; its arrays are those that ``share`` returns."""
        return PixelScores(
            refinement=self.network.pixel_refinement,
            context=share(self.network.context(self.z).cpu().numpy()),
            score=share(self.score),
        )


@dataclass(frozen=True, kw_only=True)
class PixelScores:
    """Scores of pixels from their superpixels and their evidence."""

    refinement: PixelRefinement
    context: FloatArray  # (N, REFINED), what superpixels add to the first layer
    score: FloatArray  # (N,) how much photograph and bands differ

    @torch.no_grad()
    def __call__(self, labels: LabelMap, evidence: FloatArray) -> dict[str, FloatArray]:
        """Scores (h, w) of pixels, all of `OF_PIXELS`.

        They follow from the superpixels of the pixels, and from their evidence (h, w, M), which may
        lie on a GPU.
        """
        if isinstance(evidence, Tensor):
            return self._of_tensors(labels, evidence)
        context = self._placed(self.context)
        nodes, pixels = labels.reshape(-1), evidence.reshape(labels.size, -1)
        scores = {name: np.empty(labels.size, np.float32) for name in OF_PIXELS}
        for start in range(0, labels.size, PIXELS_AT_ONCE):
            part = slice(start, start + PIXELS_AT_ONCE)
            of_part = self._of_some(context, nodes[part], pixels[part, : len(MAPS)])
            for name, values in of_part.items():
                scores[name][part] = values
        return {name: values.reshape(labels.shape) for name, values in scores.items()}

    def _of_tensors(self, labels: LabelMap, evidence: Tensor) -> dict[str, FloatArray]:
        """The scores by evidence (h, w, M) as a tensor on the network's device."""
        context, distance = self._placed(self.context), self._placed(self.score)
        nodes = self._placed(np.require(labels, np.int32, ["C", "W"])).flatten().long()
        pixels = evidence.flatten(0, 1)
        parts = []
        for some, of_some in zip(
            torch.split(pixels, PIXELS_ON_A_GPU), torch.split(nodes, PIXELS_ON_A_GPU), strict=True
        ):
            maps = some[:, : len(MAPS)]
            odds = self.refinement(maps, context[of_some])
            parts.append(tensor_scores(odds, maps, distance[of_some]))
        # All at once: each copy from a GPU waits for it.
        scores = torch.cat(parts, dim=1).cpu().numpy().reshape(len(OF_PIXELS), *labels.shape)
        return dict(zip(OF_PIXELS, scores, strict=True))

    def _placed(self, array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(self.refinement.centre.device)

    def _of_some(
        self, context: Tensor, nodes: NDArray[np.int32], evidence: FloatArray
    ) -> dict[str, FloatArray]:
        """Scores (K,) of pixels, from their superpixels (K,) and evidence (K, M)."""
        device = context.device
        of_nodes = context.index_select(0, torch.from_numpy(nodes).to(device))
        odds = self.refinement(torch.from_numpy(evidence).to(device), of_nodes).cpu().numpy()
        # (K, 2) by sign, and (K,): the pixels of a superpixel share its distance.
        (envelope, residual), network = scores_of(evidence), self.score[nodes]
        odds = with_added_scores(odds, envelope, network)
        return {
            "dark": odds[:, 0],
            "light": odds[:, 1],
            "network": network,
            "residual": residual,
            "envelope": np.maximum(envelope[:, 0], envelope[:, 1]),
        }


def with_added_scores(odds: FloatArray, envelope: FloatArray, network: FloatArray) -> FloatArray:
    """Log odds (..., 2) plus weighted logarithms of envelope (..., 2) and network scores (...)."""
    # A scorer of a plugin may return negative numbers, which have no logarithm here.
    distance = NETWORK_SHARE * np.log1p(np.maximum(network, 0))[..., None]
    return np.asarray(odds + ENVELOPE_SHARE * np.log1p(envelope) + distance, np.float32)


def tensor_scores(odds: Tensor, evidence: Tensor, network: Tensor) -> Tensor:
    """`OF_PIXELS` (5, K) from log odds (K, 2), evidence (K, M) and network scores (K,)."""

    def expanded(maps: Sequence[int]) -> list[Tensor]:
        return [torch.copysign(evidence[:, i].abs().expm1(), evidence[:, i]) for i in maps]

    sizes = [column.abs() for column in expanded(RESIDUALS)]
    of_all, of_photograph = (functools.reduce(torch.maximum, s) for s in (sizes[:3], sizes[3:]))
    residual = of_all + of_photograph
    weighted = zip(ENVELOPE_WEIGHTS.values(), expanded(ENVELOPES), strict=True)
    envelope = sum((weight * column for weight, column in weighted), torch.zeros_like(residual))
    rest = RESIDUAL_SHARE * residual
    dark, light = (-envelope).clamp(min=0) + rest, envelope.clamp(min=0) + rest
    distance = NETWORK_SHARE * network.clamp(min=0).log1p()
    signs = [
        score + ENVELOPE_SHARE * side.log1p() + distance
        for score, side in zip(odds.T, (dark, light), strict=True)
    ]
    return torch.stack([*signs, network, residual, torch.maximum(dark, light)])


@torch.no_grad()
def node_scores(
    network: HiddenLayerNetwork,
    graph: EvidenceNodes,
    mask: NDArray[np.bool_] | None,
    scorer: ScoreFunction,
    *,
    engine: str,
    device: torch.device,
) -> NodeScores:
    """Embed the superpixels of a scene, and score how much photograph and bands differ."""
    batch = collate([evidence_tensors("", graph, mask)], engine=engine, device=device)
    z, attention = network.attended(batch)
    scene = EmbeddedScene(network=network, batch=batch, z=z)
    score = superpixel_scores(scene, scorer)[:, 0]
    return NodeScores(network=network, z=z, batch=batch, score=score, attention=attention)


def raw_scores(
    network: HiddenLayerNetwork,
    graph: EvidenceGraph,
    mask: NDArray[np.bool_] | None,
    scorer: ScoreFunction,
    *,
    engine: str,
    device: torch.device,
) -> RawScores:
    """Score every pixel by network, residual and envelope, and by all of them together."""
    nodes = node_scores(network, graph, mask, scorer, engine=engine, device=device)
    scores = nodes.of_pixels()(graph.labels, graph.pixels)
    # Odds of exclusive classes relative to the same one add up.
    fused = np.logaddexp(scores["dark"], scores["light"])
    return RawScores(**scores, fused=fused, z=nodes.z, batch=nodes.batch)


def raw_scores_by(
    model: HiddenLayerModel, graph: EvidenceGraph, mask: NDArray[np.bool_] | None
) -> RawScores:
    """Score every pixel of a scene with a trained model, as `raw_scores` does with its parts."""
    return raw_scores(
        model.network, graph, mask, model.scorer, engine=model.engine, device=model.device
    )
