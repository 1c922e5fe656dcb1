"""Inference with a network that looks for hidden layers."""

import numpy as np
import torch  # noqa: TID253

from artextract_cli.attention import grad_cam
from artextract_cli.calibration import Calibration
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence import LAST_VISIBLE_NM, band_residuals, infrared_bands
from artextract_cli.evidence_graph import evidence_graph
from artextract_cli.hidden_layer import HiddenLayerNetwork
from artextract_cli.hidden_layer_scores import raw_scores, whole_score
from artextract_cli.hidden_picture import hidden_picture
from artextract_cli.inference import (
    Model,
    SceneScores,
    WholeScore,
    attention_of,
    pooled_numbers,
)
from artextract_cli.scene import Scene
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
    graph = evidence_graph(scene, card.recipe)
    raw = raw_scores(network, graph, scene.mask, engine=model.engine, device=model.device)
    with torch.no_grad():
        pooled = network.pool(raw.batch, raw.z)[0].cpu()
    distances, similarities = pooled_numbers(pooled, [BANDS])
    attention, masking = attention_of(network, raw.batch)
    maps = {name: card.calibration[name](score) for name, score in raw.maps().items()}
    return SceneScores(
        labels=graph.labels,
        band_ids=scene.band_ids,
        superpixels=card.superpixels,
        maps={
            "heatmap": maps["fused"],
            "network": maps["network"],
            "residual": maps["residual"],
            "hidden": hidden_picture(scene) * _probability(raw.fused),
        },
        band_maps=band_residuals(scene),
        whole=_whole(card.calibration.get("whole"), whole_score(raw.fused, scene.mask)),
        distances=distances,
        similarities=similarities,
        pooled=pooled.numpy(),
        nodes=tuple(np.moveaxis(raw.z.cpu().numpy(), 1, 0)),
        attention=None if attention is None else attention[graph.labels],
        masking=masking,
        gradcam=grad_cam(network, raw.batch)[graph.labels],
    )


def _probability(fused: FloatArray) -> FloatArray:
    """The refinement's log odds (H, W) as a probability: it fades out what is but surface."""
    return np.asarray(1 / (1 + np.exp(-np.clip(fused, -30, 30))), np.float32)


def _whole(calibration: Calibration | None, raw: float) -> WholeScore | None:
    if calibration is None:
        return None
    level = float(calibration(np.array(raw)))
    # Far below the clean paintings the power would overflow.
    rate = 10.0 ** -max(level, 0.0)
    return WholeScore(score=level, false_alarm_rate=rate, something_is_there=rate <= DECISION_RATE)
