"""Layers of a report."""

from artextract_cli.report.layers import Layer
from artextract_cli.report.scene_layers import read_layers
from artextract_cli.results.scene_result import SceneResult


def layers(result: SceneResult, **how: bool) -> dict[str, Layer]:
    return {layer.key: layer for layer in read_layers(result, **how).layers}
