"""Evidence from the further layers of a scene, such as an X-ray radiograph, beside its scores.

It does not depend on the model: layers are not part of what networks are trained on.
"""

from dataclasses import replace

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.layer_residuals import RADIOGRAPH, layer_residuals
from artextract_cli.evidence.sampled_pixels import random_pixels
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.models.calibration import own_calibration
from artextract_cli.results.scene_scores import LayerEvidence, SceneScores, layer_map
from artextract_cli.scenes.layers import read_layer
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.utils.threads import single_threaded

# Of the rate of one in a thousand, a hundred pixels: enough for the knots of a calibration.
_CALIBRATION_PIXELS = 100_000


@single_threaded()
def with_layers(scores: SceneScores, files: SceneFiles, scene: Scene) -> SceneScores:
    """The scores with a map ``layer_<name>`` of each layer that the scene has."""
    if not files.layers:
        return scores
    view = SceneView(scene)
    maps, layers = dict(scores.maps), {}
    for layer in files.layers:
        values = scene.shared(read_layer(files, layer))
        residuals = layer_residuals(scene, view, values, layer.kind)
        maps[layer_map(layer.name)] = residuals
        layers[layer.name] = layer_evidence(scene, residuals, layer.kind)
    return replace(scores, maps=maps, layers=layers)


def layer_evidence(scene: Scene, residuals: FloatArray, kind: str) -> LayerEvidence:
    """How residuals (H, W) of a layer of a kind are to be read."""
    pixels = random_pixels(scene.mask, scene.shape, _CALIBRATION_PIXELS)
    sample = residuals[pixels.rows, pixels.columns]
    # Paint only ever adds to what absorbs X-rays; a layer may fluoresce or not.
    one_sided = kind == RADIOGRAPH
    calibration = own_calibration(sample[np.isfinite(sample)], one_sided=one_sided)
    return LayerEvidence(one_sided=one_sided, calibration=calibration)
