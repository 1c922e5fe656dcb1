"""Evidence from the further layers of a scene, such as an X-ray radiograph, beside its scores.

It does not depend on the model: layers are not part of what networks are trained on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, kw_only=True)
class LayerScores:
    """Residuals (H, W) of the layers of a scene, and how they are to be read, by name."""

    residuals: Mapping[str, FloatArray]
    evidence: Mapping[str, LayerEvidence]

    def added_to(self, scores: SceneScores) -> SceneScores:
        """The scores of the scene with a map ``layer_<name>`` of each layer."""
        maps = {layer_map(name): values for name, values in self.residuals.items()}
        return replace(scores, maps={**scores.maps, **maps}, layers=self.evidence)


@single_threaded()
def score_layers(files: SceneFiles, scene: Scene) -> LayerScores:
    """Score the layers of a scene.

    Raises
    ------
    InputError
        If a layer cannot be read, or differs in size from the photograph.
    """
    if not files.layers:
        return LayerScores(residuals={}, evidence={})
    # All are read first: a file that cannot be read is reported before the work on the others.
    images = {layer: scene.shared(read_layer(files, layer, scene.shape)) for layer in files.layers}
    view = SceneView(scene)
    residuals = {
        layer.name: layer_residuals(scene, view, values, layer.kind)
        for layer, values in images.items()
    }
    evidence = {
        layer.name: layer_evidence(scene, residuals[layer.name], layer.kind)
        for layer in files.layers
    }
    return LayerScores(residuals=residuals, evidence=evidence)


def layer_evidence(scene: Scene, residuals: FloatArray, kind: str) -> LayerEvidence:
    """How residuals (H, W) of a layer of a kind are to be read."""
    pixels = random_pixels(scene.mask, scene.shape, _CALIBRATION_PIXELS)
    sample = residuals[pixels.rows, pixels.columns]
    # Paint only ever adds to what absorbs X-rays; a layer may fluoresce or not.
    one_sided = kind == RADIOGRAPH
    calibration = own_calibration(sample[np.isfinite(sample)], one_sided=one_sided)
    return LayerEvidence(one_sided=one_sided, calibration=calibration)
