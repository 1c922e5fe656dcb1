"""Inference with a network that looks for hidden layers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray

from artextract_cli.attention import grad_cam
from artextract_cli.blocks import Block
from artextract_cli.checkpoint import ModelCard
from artextract_cli.contract import FloatArray
from artextract_cli.evidence.maps import BandResiduals
from artextract_cli.evidence_graph import compressed_evidence, evidence_nodes
from artextract_cli.hidden_layer import HiddenLayerNetwork
from artextract_cli.hidden_layer_scores import NodeScores, node_scores
from artextract_cli.hidden_picture import HiddenPicture
from artextract_cli.inference import Model, attention_of, pooled_numbers
from artextract_cli.pipelines.hidden_layers.adaptation import adapt, cut_windows
from artextract_cli.region_kernels import LabelMap
from artextract_cli.scene import Scene
from artextract_cli.scene_scores import SceneScores, WholeScore, check_infrared, fill_maps, judged
from artextract_cli.sight import Sight
from artextract_cli.signs import SIGNED_MAPS
from artextract_cli.superpixel_graph import sized

BANDS = "bands"  # the name of what the photograph is compared with: all bands together
CALIBRATED = (*SIGNED_MAPS, "network", "residual", "envelope")  # scores with maps of their own
OF_PIXELS = (*CALIBRATED, "hidden", "probability")
ODDS = ("dark_odds", "light_odds")


def score_hidden_layer(model: Model, scene: Scene) -> SceneScores:
    """Score every pixel of a scene, and the scene as a whole.

    A model that adapts does so first; the verdict on the whole stays that of the model as it was,
    since its rates were learnt with it.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    check_infrared(scene, "model")
    if not model.adapts:
        return _scored(model, sized(scene, model.card.recipe))
    as_it_was = replace(model, adapts=False)
    scene = sized(scene, model.card.recipe)
    adaptation = adapt(as_it_was, cut_windows(scene))
    scores = _scored(adaptation.model, scene)
    if adaptation.share:
        scores = replace(scores, whole=_scored(as_it_was, scene).whole)
    return scores


def _scored(model: Model, scene: Scene) -> SceneScores:
    card, network = model.card, model.network
    if not isinstance(network, HiddenLayerNetwork):
        raise TypeError(type(network))
    sight = Sight(scene)
    evidence = compressed_evidence(sight)
    graph = evidence_nodes(scene, card.recipe, evidence)
    nodes = node_scores(
        network, graph, scene.mask, model.scorer, engine=model.engine, device=model.device
    )
    maps = _pixel_maps(model, scene, sight, nodes, graph.labels, evidence)
    with torch.no_grad():
        pooled = network.pool(nodes.batch, nodes.z)[0].cpu()
    distances, similarities = pooled_numbers(pooled, [BANDS])
    attention, masking = attention_of(network, nodes.batch)
    dark, light = maps.pop("dark_odds"), maps.pop("light_odds")
    band_maps = maps.pop("bands")
    return SceneScores(
        labels=graph.labels,
        band_ids=scene.band_ids,
        superpixels=card.superpixels,
        maps=maps,
        band_maps=band_maps,
        whole=judge(card, dark, light, scene.mask),
        distances=distances,
        similarities=similarities,
        pooled=pooled.numpy(),
        nodes=tuple(np.moveaxis(nodes.z.cpu().numpy(), 1, 0)),
        attention=None if attention is None else scene.painted_with(attention, graph.labels),
        masking=masking,
        gradcam=scene.painted_with(grad_cam(network, nodes.batch), graph.labels),
        adaptation=card.adaptation,
    )


def _pixel_maps(
    model: Model,
    scene: Scene,
    sight: Sight,
    nodes: NodeScores,
    labels: LabelMap,
    evidence: Callable[[Block], FloatArray],
) -> dict[str, FloatArray]:
    """Every map of the pixels, made block by block.

    "dark_odds" and "light_odds" are log odds (H, W), "bands" the residuals (H, W, B).
    """
    residuals, hidden = BandResiduals(sight), HiddenPicture(scene, sight)
    calibration, shown = model.card.calibration, model.heat_map_score
    made = {name: scene.empty() for name in ("heatmap", *OF_PIXELS, *ODDS)}
    made["bands"] = scene.empty(len(scene.band_ids))

    def find(block: Block) -> dict[str, FloatArray]:
        raw = nodes.of_pixels(labels[block.place], evidence(block))
        calibrated = {name: calibration[name](raw[name]) for name in {*CALIBRATED, shown}}
        return {
            "heatmap": calibrated[shown],
            **{name: calibrated[name] for name in CALIBRATED},
            "hidden": hidden(block),
            "probability": _probability(raw["fused"]),
            "dark_odds": raw["dark"],
            "light_odds": raw["light"],
            "bands": residuals(block),
        }

    fill_maps(sight.blocks, made, find)
    return made


def _probability(fused: FloatArray) -> FloatArray:
    """The log odds (H, W) of content of either sign as a probability 0..1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(fused, -30, 30))), np.float32)


def judge(
    card: ModelCard, dark: FloatArray, light: FloatArray, mask: NDArray[np.bool_] | None
) -> WholeScore | None:
    """Whether anything lies beneath at all, by log odds (H, W) of something darker and lighter.

    None where the model was trained on too few clean scenes to know.
    """
    calibration = card.calibration.get("whole")
    if calibration is None or card.verdict is None:
        return None
    excess, n_tiles = card.verdict.of_painting(dark, light, mask)
    return judged(calibration, excess, n_tiles)
