"""Inference with a network that looks for hidden layers."""

from collections.abc import Callable

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray

from artextract_cli.attention import grad_cam
from artextract_cli.blocks import Block, released
from artextract_cli.checkpoint import ModelCard
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.maps import BandResiduals
from artextract_cli.evidence_graph import compressed_evidence, evidence_nodes
from artextract_cli.hidden_layer import HiddenLayerNetwork
from artextract_cli.hidden_layer_scores import NodeScores, node_scores
from artextract_cli.hidden_picture import HiddenPicture
from artextract_cli.inference import (
    Model,
    SceneScores,
    WholeScore,
    attention_of,
    pooled_numbers,
)
from artextract_cli.pipelines.hidden_layers.verdict import family_rate
from artextract_cli.region_kernels import LabelMap
from artextract_cli.scene import Scene
from artextract_cli.sight import LAST_VISIBLE_NM, Sight, infrared_bands
from artextract_cli.superpixel_graph import sized

BANDS = "bands"  # the name of what the photograph is compared with: all bands together
DECISION_RATE = 0.05


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
    maps = _pixel_maps(card, scene, sight, nodes, graph.labels, evidence)
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
    )


def _pixel_maps(
    card: ModelCard,
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
    names = ("heatmap", "network", "residual", "hidden", "dark_odds", "light_odds")
    made = {name: scene.empty() for name in names}
    made["bands"] = scene.empty(len(scene.band_ids))

    def fill(block: Block) -> None:
        raw = nodes.of_pixels(labels[block.place], evidence(block))
        calibrated = {name: card.calibration[name](score) for name, score in raw.items()}
        found = {
            "heatmap": calibrated["fused" if card.heat_map_of == "pixels" else "network"],
            "network": calibrated["network"],
            "residual": calibrated["residual"],
            "hidden": hidden(block) * _probability(raw["fused"]),
            "dark_odds": raw["dark"],
            "light_odds": raw["light"],
            "bands": residuals(block),
        }
        for name, values in found.items():
            made[name][block.place] = values
            released(made[name])

    for _ in sight.blocks.each(fill):
        pass
    return made


def _probability(fused: FloatArray) -> FloatArray:
    """The refinement's log odds (H, W) as a probability: it fades out what is but surface."""
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
    odds, n_tiles = card.verdict.of_painting(dark, light, mask)
    # Far below the clean paintings the power would overflow.
    rate = family_rate(10.0 ** -max(float(calibration(np.array(odds))), 0.0), n_tiles)
    score = -float(np.log10(max(rate, 1e-12)))
    return WholeScore(score=score, false_alarm_rate=rate, something_is_there=rate <= DECISION_RATE)
