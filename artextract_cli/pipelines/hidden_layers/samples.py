"""Injected scenes as training tensors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.regions import region_means
from artextract_cli.nn.batch import Topology, to_device
from artextract_cli.nn.collate import SceneBatch, SceneTensors, collate, inside_painting
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    BAND_FEATURES,
    PHOTOGRAPH_FEATURES,
    EvidenceGraph,
    EvidenceNodes,
    compressed_evidence,
    evidence_nodes,
)
from artextract_cli.results.scene_scores import check_infrared
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene

# A bound on the cost of a step: a painting of 256 × 256 pixels has eight times as many.
N_PIXELS = 8000  # clean pixels of a scene, at most, to train the refinement on; half as many hidden
FEWEST_HIDDEN = 1000  # hidden pixels drawn from a thin layer, some more than once, to carry weight
# Shares of a superpixel's pixels from which it counts as hidden or as clean.
# A line 1.5 pixels wide covers .3 of a superpixel of 5 × 5 pixels, and should count. A clean one
# must contain little that is undecided.
_HIDDEN_SHARE, _CLEAN_SHARE = 0.3, 0.85


@dataclass(frozen=True, kw_only=True)
class PixelSample:
    """Pixels of one scene, or of a batch of them."""

    evidence: Tensor  # (K, M)
    node: Tensor  # (K,) superpixel of each
    hidden: Tensor  # (K,) 1 hidden, 0 clean
    light: Tensor  # (K,) 1 lighter content, 0 darker or clean


@dataclass(frozen=True, kw_only=True)
class InjectedScene:
    """A scene with an inserted layer, as training data."""

    tensors: SceneTensors
    labels: NDArray[np.int32]  # (H, W) superpixel of each pixel
    hidden: Tensor  # (N,) 1 hidden, 0 clean, NaN neither
    pixels: PixelSample


@dataclass(frozen=True, kw_only=True)
class InjectedBatch:
    """Injected scenes side by side."""

    scenes: SceneBatch
    hidden: Tensor  # (N,) 1 hidden, 0 clean, NaN neither
    pixels: PixelSample  # of all scenes, with superpixels numbered consecutively


def scene_tensors(scene: Scene, recipe: GraphRecipe) -> SceneTensors:
    """Compute the evidence of a scene as tensors.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    check_infrared(scene, "model")
    nodes = evidence_nodes(scene, recipe, compressed_evidence(SceneView(scene)))
    return evidence_tensors(scene.name, nodes, scene.mask)


def evidence_tensors(
    name: str, graph: EvidenceNodes, mask: NDArray[np.bool_] | None
) -> SceneTensors:
    """The two views of a scene as tensors; the photograph's features are padded with zeros."""
    # Both views must fit into one tensor (N, 2, F); the network ignores the padding.
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
    """Convert a scene with an inserted layer, of known ``truth`` (H, W), to tensors.

    ``is_light`` (H, W) is True where the layer makes the infrared lighter.
    """
    counted = truth if mask is None else np.where(mask, truth, np.uint8(UNDECIDED))
    return InjectedScene(
        tensors=evidence_tensors(name, graph, mask),
        labels=graph.labels,
        hidden=torch.from_numpy(_node_truth(graph, counted)),
        pixels=_sample(graph, counted, is_light, rng),
    )


def _node_truth(graph: EvidenceGraph, truth: NDArray[np.uint8]) -> FloatArray:
    both = np.stack([truth == HIDDEN, truth == CLEAN], axis=-1).astype(np.float32)
    share = region_means(both, graph.labels, graph.n_nodes)
    hidden = np.full(graph.n_nodes, np.nan, np.float32)
    hidden[share[:, 1] > _CLEAN_SHARE] = 0
    hidden[share[:, 0] > _HIDDEN_SHARE] = 1
    return hidden


def _sample(
    graph: EvidenceGraph,
    truth: NDArray[np.uint8],
    is_light: NDArray[np.bool_],
    rng: np.random.Generator,
) -> PixelSample:
    """Draw at most ``N_PIXELS`` clean pixels and half as many hidden ones."""
    flat = truth.ravel()
    # Shuffled before they are cut off, so that all parts of the image are represented.
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
    """Collate injected scenes into one batch on ``device``."""
    batch = InjectedBatch(
        # On the CPU first: graphs and pixels then move to a GPU in a single transfer.
        scenes=collate([scene.tensors for scene in scenes], engine=engine, device="cpu"),
        hidden=torch.cat([scene.hidden for scene in scenes]),
        pixels=_joined(scenes),
    )
    return to_device(batch, device)


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
