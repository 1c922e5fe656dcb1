"""What further layers of a scene, such as a radiograph, add to the detection by its bands.

For each layer: its pixel values, light or dark, as anybody sees them; the residual of our results;
our heat map, on the same scenes; and both, by the product of the two false-alarm rates: if p and q
are independent, pq is exceeded by chance at the rate pq(1 − ln pq) (R. A. Fisher, Statistical
Methods for Research Workers, 4th edition, 1932). On other paintings than those of the table in
docs/detection.md, this gave a higher average precision than the smaller of the two rates (.49 and
.48).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.scores import OURS, OWN_METHODS, method_label
from artextract_cli.evidence.maps import LUMINANCE
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import LayerEvidence, layer_map
from artextract_cli.scenes.layers import read_layer
from artextract_cli.scenes.scene import Scene, SceneFiles


@dataclass(frozen=True, kw_only=True)
class LayerMap:
    """A map (H, W) that is compared with the truth.

    ``is_calibrated`` says whether it is -log10 of a false-alarm rate.
    """

    label: str
    score: FloatArray
    is_calibrated: bool


def layer_maps(
    results: Mapping[str, SceneResult], files: SceneFiles, scene: Scene
) -> Iterator[LayerMap]:
    """Yield the maps of every layer of a scene that results, by folder, have evidence of."""
    for layer in files.layers:
        known = {
            folder: result
            for folder, result in results.items()
            if result.has_map(layer_map(layer.name))
        }
        if not known:
            continue
        values = np.nan_to_num(read_layer(files, layer, scene.shape))
        grey = values if values.ndim == 2 else values @ LUMINANCE
        for label, score in ((f"{layer.name}, light", grey), (f"{layer.name}, dark", -grey)):
            yield LayerMap(label=label, score=score, is_calibrated=False)
        for folder, result in known.items():
            yield from _own_maps(result, layer.name, folder, len(results))


def _own_maps(result: SceneResult, name: str, folder: str, n_results: int) -> Iterator[LayerMap]:
    evidence = LayerEvidence.recorded(result.description["layers"][name]["evidence"])
    of_layer = evidence.levels(result.map(layer_map(name)))
    of_bands = np.nan_to_num(result.map(OWN_METHODS[OURS]))
    maps = {
        f"{name}, residual": of_layer,
        f"{OURS} where {name} exists": of_bands,
        f"{OURS} and {name}": combined_levels(of_bands, of_layer),
    }
    for label, levels in maps.items():
        yield LayerMap(
            label=method_label(label, folder, n_results), score=levels, is_calibrated=True
        )


def combined_levels(first: FloatArray, second: FloatArray) -> FloatArray:
    """-log10 of the false-alarm rate of two independent maps, from -log10 of the rate of each."""
    # Levels below zero, of extrapolated calibrations, stand for a rate of 1.
    product = np.maximum(first, 0) + np.maximum(second, 0)
    return np.asarray(product - np.log10(1 + np.log(10) * product), np.float32)
