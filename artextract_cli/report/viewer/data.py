"""Data of a scene for the script of the page."""

from collections.abc import Sequence
from typing import Any

from artextract_cli.evidence.signs import DARKER, LIGHTER, SIGNED_MAPS, WORDS
from artextract_cli.report.layers import Layer
from artextract_cli.report.plates.layout import N_FRAMED, Box
from artextract_cli.report.regions import Region
from artextract_cli.results.marks import Mark
from artextract_cli.results.regions import STRONG_LEVEL


def viewer_data(
    *, crop: Box, layers: Sequence[Layer], regions: Sequence[Region], marks: Sequence[Mark]
) -> dict[str, Any]:
    """What the viewer shows of a scene, and the marks that can be edited."""
    return {
        "crop": [crop.left, crop.top, crop.width, crop.height],
        "framed": N_FRAMED,
        "layers": [
            {"key": layer.key, "label": layer.label, "group": layer.group, "scale": layer.scale}
            for layer in layers
        ],
        "signs": _signs(layers),
        "strong": STRONG_LEVEL,
        "regions": [
            {"number": r.number, "box": [r.left, r.top, r.right, r.bottom], "place": r.place}
            for r in regions
        ],
        "marks": [mark.model_dump(mode="json") for mark in marks],
    }


def _signs(layers: Sequence[Layer]) -> list[dict[str, str]]:
    """Keys and meanings of the maps of either sign, darker first; empty for other models."""
    keys = {layer.key for layer in layers}
    if not keys.issuperset(SIGNED_MAPS):
        return []
    named = zip(SIGNED_MAPS, (DARKER, LIGHTER), strict=True)
    return [{"key": key, "words": WORDS[sign]} for key, sign in named]
