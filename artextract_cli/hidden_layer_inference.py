"""Inference with a network that looks for hidden layers."""

from collections.abc import Callable

import numpy as np
import torch  # noqa: TID253

from artextract_cli.attention import grad_cam
from artextract_cli.blocks import Block, released
from artextract_cli.calibration import Calibration
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.maps import BandResiduals
from artextract_cli.evidence_graph import compressed_evidence, evidence_nodes
from artextract_cli.hidden_layer import HiddenLayerNetwork
from artextract_cli.hidden_layer_scores import NodeScores, node_scores, whole_score
from artextract_cli.hidden_picture import HiddenPicture
from artextract_cli.inference import (
    Model,
    SceneScores,
    WholeScore,
    attention_of,
    pooled_numbers,
)
from artextract_cli.region_kernels import LabelMap
from artextract_cli.scene import Scene
from artextract_cli.sight import LAST_VISIBLE_NM, Sight, infrared_bands
from artextract_cli.signs import SIGNED_MAPS
from artextract_cli.superpixel_graph import sized

BANDS = "bands"  # the name of what the photograph is compared with: all bands together
DECISION_RATE = 0.05
CALIBRATED = (*SIGNED_MAPS, "network", "residual")  # scores that become maps of their own
OF_PIXELS = (*CALIBRATED, "hidden", "probability")


def score_hidden_layer(model: Model, scene: Scene) -> SceneScores:
    """Score every pixel of a scene, and the scene as a whole.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    card, network = model.card, model.network
    if not isinstance(network, HiddenLayerNetwork):
        raise TypeError(type(network))
    if not infrared_bands(scene):
        known = "no wavelength is known" if scene.wavelengths is None else "no band is infrared"
        msg = (
            f"{known}: this model needs a band past {LAST_VISIBLE_NM} nm; name the wavelengths in "
            "dataset.yaml or with --wavelengths"
        )
        raise InputError(msg)
    scene = sized(scene, card.recipe)
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
    fused, band_maps = maps.pop("fused"), maps.pop("bands")
    return SceneScores(
        labels=graph.labels,
        band_ids=scene.band_ids,
        superpixels=card.superpixels,
        maps=maps,
        band_maps=band_maps,
        whole=_whole(card.calibration.get("whole"), whole_score(fused, scene.mask)),
        distances=distances,
        similarities=similarities,
        pooled=pooled.numpy(),
        nodes=tuple(np.moveaxis(nodes.z.cpu().numpy(), 1, 0)),
        attention=None if attention is None else scene.painted_with(attention, graph.labels),
        masking=masking,
        gradcam=scene.painted_with(grad_cam(network, nodes.batch), graph.labels),
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

    "fused" is the uncalibrated score (H, W), "bands" are the residuals (H, W, B).
    """
    residuals, hidden = BandResiduals(sight), HiddenPicture(scene, sight)
    calibration, heat_map = model.card.calibration, _heat_map(model)
    made = {name: scene.empty() for name in ("heatmap", *OF_PIXELS, "fused")}
    made["bands"] = scene.empty(len(scene.band_ids))

    def fill(block: Block) -> None:
        raw = nodes.of_pixels(labels[block.place], evidence(block))
        calibrated = {name: calibration[name](raw[name]) for name in {*CALIBRATED, heat_map}}
        found = {
            "heatmap": calibrated[heat_map],
            **{name: calibrated[name] for name in CALIBRATED},
            "hidden": hidden(block),
            "probability": _probability(raw["fused"]),
            "fused": raw["fused"],
            "bands": residuals(block),
        }
        for name, values in found.items():
            made[name][block.place] = values
            released(made[name])

    for _ in sight.blocks.each(fill):
        pass
    return made


def _heat_map(model: Model) -> str:
    """The score that the heat map shows."""
    if model.expect != "either":
        return model.expect
    return "fused" if model.heat_map_of == "pixels" else "network"


def _probability(fused: FloatArray) -> FloatArray:
    """The log odds (H, W) of content of either sign as a probability 0..1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(fused, -30, 30))), np.float32)


def _whole(calibration: Calibration | None, raw: float) -> WholeScore | None:
    if calibration is None:
        return None
    level = float(calibration(np.array(raw)))
    # Far below the clean paintings the power would overflow.
    rate = 10.0 ** -max(level, 0.0)
    return WholeScore(score=level, false_alarm_rate=rate, something_is_there=rate <= DECISION_RATE)
