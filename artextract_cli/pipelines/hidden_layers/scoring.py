"""Inference with a network that detects hidden layers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.evidence.arrays import Arrays, arrays_on
from artextract_cli.evidence.band_residuals import BandResiduals
from artextract_cli.evidence.hidden_image import HiddenLayerImage
from artextract_cli.evidence.scales import Coarse, coarse_maps, mean_of_scales
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.evidence.signs import SIGNED_MAPS
from artextract_cli.graphs.recipe import resized
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.resize import fill_maps
from artextract_cli.nn.attention import grad_cam
from artextract_cli.pipelines.attention_maps import attention_of, pooled_numbers
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    EvidenceNodes,
    compressed_evidence,
    evidence_nodes,
)
from artextract_cli.pipelines.hidden_layers.pixel_scores import (
    HiddenLayerModel,
    NodeScores,
    node_scores,
)
from artextract_cli.pipelines.hidden_layers.verdict import excesses, without_infrared
from artextract_cli.results.scene_scores import SceneScores, WholeScore, check_infrared, judged
from artextract_cli.scenes.scene import Scene

BANDS = "bands"  # name of the view that the photograph is compared with: all bands together
CALIBRATED = (*SIGNED_MAPS, "network", "residual", "envelope")  # scores with maps of their own
OF_PIXELS = (*CALIBRATED, "hidden", "probability")


def score_hidden_layer(model: HiddenLayerModel, scene: Scene) -> SceneScores:
    """Score every pixel of a scene, and the scene as a whole.

    A model that adapts does so first; the image-level verdict remains that of the original model,
    for which it was calibrated.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    check_infrared(scene, "model")
    scene = resized(scene, model.card.recipe)
    if not model.adapts:
        return _scored(model, scene)
    # Imported here: adaptation needs the simulation, which takes a fifth of a second to import.
    from artextract_cli.pipelines.hidden_layers.adaptation import adapt, cut_windows

    original = replace(model, adapts=False)
    adaptation = adapt(original, cut_windows(scene))
    scores = _scored(adaptation.model, scene)
    # Only a changed network needs the verdict of the original, which costs two more passes.
    if adaptation.share:
        odds, null = _odds(original, scene), _null(original, scene)
        scores = replace(scores, whole=judge(original, odds, null, scene.mask))
    return scores


def _scored(model: HiddenLayerModel, scene: Scene) -> SceneScores:
    card, network = model.card, model.network
    # One after the other, so that the evidence of each is freed before the next needs memory.
    null = _null(model, scene)
    coarse = coarse_maps(scene, partial(_raw_maps, model, CALIBRATED))
    view = SceneView(scene, arrays_on(model.device))
    evidence = compressed_evidence(view)
    graph, nodes = _nodes(model, scene, evidence, view.arrays)
    maps = _pixel_maps(model, scene, view, nodes, graph.labels, evidence, coarse)
    with torch.no_grad():
        pooled = network.pool(nodes.batch, nodes.z)[0].cpu()
    distances, similarities = pooled_numbers(pooled, [BANDS])
    attention, masking = attention_of(network, nodes.batch, nodes.z, nodes.attention)
    odds, band_maps = maps.pop("odds"), maps.pop("bands")
    return SceneScores(
        # Embeddings, attention and Grad-CAM are those of the full size: other scales have other
        # superpixels.
        labels=graph.labels,
        band_ids=scene.band_ids,
        superpixels=card.superpixels,
        maps=maps,
        band_maps=band_maps,
        whole=judge(model, odds, null, scene.mask),
        distances=distances,
        similarities=similarities,
        pooled=pooled.numpy(),
        nodes=tuple(np.moveaxis(nodes.z.cpu().numpy(), 1, 0)),
        attention=None if attention is None else scene.scatter_to_pixels(attention, graph.labels),
        masking=masking,
        gradcam=scene.scatter_to_pixels(grad_cam(network, nodes.batch, nodes.z), graph.labels),
        scales=(1, *(maps.factor for maps in coarse)),
        adaptation=card.adaptation,
    )


def _nodes(
    model: HiddenLayerModel, scene: Scene, evidence: Callable[[Block], FloatArray], arrays: Arrays
) -> tuple[EvidenceNodes, NodeScores]:
    """The superpixels of a scene, and their scores by the network."""
    graph = evidence_nodes(scene, model.card.recipe, evidence, arrays)
    scored = node_scores(
        model.network,
        graph,
        scene.mask,
        model.scorer,
        engine=model.engine,
        device=model.device,
    )
    return graph, scored


def _raw_maps(model: HiddenLayerModel, names: Sequence[str], scene: Scene) -> dict[str, FloatArray]:
    """Uncalibrated scores (H, W) of a scene, those in ``names``."""
    view = SceneView(scene, arrays_on(model.device))
    evidence = compressed_evidence(view)
    graph, nodes = _nodes(model, scene, evidence, view.arrays)
    labels, of_pixels = graph.labels, nodes.of_pixels(scene.shared)
    maps = {name: scene.empty() for name in names}

    def of_block(block: Block) -> dict[str, FloatArray]:
        scores = of_pixels(labels[block.place], evidence(block))
        return {name: scores[name] for name in names}

    fill_maps(view.blocks, maps, of_block)
    return maps


def _pixel_maps(
    model: HiddenLayerModel,
    scene: Scene,
    view: SceneView,
    nodes: NodeScores,
    labels: LabelMap,
    evidence: Callable[[Block], FloatArray],
    coarse: Sequence[Coarse],
) -> dict[str, FloatArray]:
    """All pixel maps, computed block by block and averaged with ``coarse`` scales.

    "odds" are log odds (H, W) of content of either sign, "bands" the residuals (H, W, B).
    """
    residuals, hidden = BandResiduals(view), HiddenLayerImage(scene, view)
    calibration, shown = model.card.calibration, model.heat_map_score
    of_pixels = nodes.of_pixels(scene.shared)
    maps = {name: scene.empty() for name in ("heatmap", *OF_PIXELS, "odds")}
    maps["bands"] = scene.empty(len(scene.band_ids))

    def of_block(block: Block) -> dict[str, FloatArray]:
        # Scales are averaged before calibration, since the calibration is that of raw scores.
        raw = _at_all_scales(of_pixels(labels[block.place], evidence(block)), coarse, block)
        calibrated = {name: calibration[name](raw[name]) for name in {*CALIBRATED, shown}}
        return {
            "heatmap": calibrated[shown],
            **{name: calibrated[name] for name in CALIBRATED},
            "hidden": hidden(block),
            "probability": _probability(raw["fused"]),
            "odds": raw["fused"],
            "bands": residuals(block),
        }

    fill_maps(view.blocks, maps, of_block)
    return maps


def _probability(fused: FloatArray) -> FloatArray:
    """The log odds (H, W) of content of either sign as a probability 0..1."""
    # Beyond ±30 this is 0 or 1 to thirteen digits, and `exp` overflows float32 at 88.
    return np.asarray(1 / (1 + np.exp(-np.clip(fused, -30, 30))), np.float32)


def _odds(model: HiddenLayerModel, scene: Scene) -> FloatArray:
    """Log odds (H, W) of content of either sign."""
    score = partial(_raw_maps, model, SIGNED_MAPS)
    coarse, own = coarse_maps(scene, score), score(scene)

    def fused(block: Block) -> FloatArray:
        scores_here = {name: scores[block.place] for name, scores in own.items()}
        return _at_all_scales(scores_here, coarse, block)["fused"]

    return scene.filled(fused)


def _at_all_scales(
    own: Mapping[str, FloatArray], coarse: Sequence[Coarse], block: Block
) -> dict[str, FloatArray]:
    """Means of a block's ``own`` scores and the coarser ones, and the fused score from them."""
    # The fused score is derived from the means, not averaged: the odds of both signs have to add
    # up.
    raw = mean_of_scales(own, coarse, block)
    return raw | {"fused": np.logaddexp(raw["dark"], raw["light"])}


def _null(model: HiddenLayerModel, scene: Scene) -> FloatArray | None:
    """Log odds (H, W) of the scene without its infrared; None for a model without a verdict.

    A model that was trained on too few clean scenes gives no verdict.
    """
    return _odds(model, without_infrared(scene)) if "whole" in model.card.calibration else None


def judge(
    model: HiddenLayerModel,
    odds: FloatArray,
    null: FloatArray | None,
    mask: NDArray[np.bool_] | None,
) -> WholeScore | None:
    """Verdict on a scene, by its log odds (H, W) and those of its null."""
    if null is None:
        return None
    of_tiles = excesses(odds, null, mask)
    # Largest of n tiles: `judged` corrects for their number (Šidák).
    return judged(model.card.calibration["whole"], max(of_tiles), len(of_tiles))
