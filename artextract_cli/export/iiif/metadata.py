"""What viewers show beside the images of a scene: verdict, numbers, origin."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from artextract_cli.export.iiif.layers import Layer
from artextract_cli.report.findings import Findings
from artextract_cli.report.layers import band_names
from artextract_cli.report.wording import capital
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.summary import summarize
from artextract_cli.results.verdict import verdict_in_words

Row = tuple[str, Sequence[str]]
"""A label and one or more values."""


def summary_of(findings: Findings) -> str:
    """The verdict as a sentence, and what it does not say."""
    return " ".join((f"{findings.headline}.", *findings.caveats[:1]))


def metadata_of(
    result: SceneResult,
    findings: Findings,
    layers: Sequence[Layer],
    pixels_per_mm: float | None,
) -> list[Row]:
    """What was found, what the layers show, and what they were computed from."""
    described = result.description
    scale = [] if pixels_per_mm is None else [("Pixels per mm", [f"{pixels_per_mm:g}"])]
    return [
        ("Scene", [result.name]),
        ("Verdict", [capital(verdict_in_words(summarize(described)))]),
        ("Remarks", findings.sentences),
        *((layer.label, [capital(layer.note)]) for layer in layers if layer.note),
        *scale,
        *_origin(described, band_names(result)),
    ]


def _origin(described: Mapping[str, Any], names: Sequence[str]) -> Iterator[Row]:
    """Digests, but no paths: those would show strangers how folders are named."""
    bands = zip(names, described["bands"], strict=True)
    backbone = described["backbone"]
    yield "Model", ["score without learning" if backbone is None else str(backbone["name"])]
    yield "SHA-256 of the model", [described["model"]["sha256"]]
    yield "SHA-256 of the photograph", [described["photograph"]["sha256"]]
    yield "SHA-256 of the bands", [f"{name}: {band['sha256']}" for name, band in bands]
    yield "Scored by", [f"artextract {described['artextract']}"]
