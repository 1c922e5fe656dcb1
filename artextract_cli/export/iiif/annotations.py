"""The strongest regions of a scene as annotations (W3C Web Annotation Data Model)."""

from collections.abc import Iterator

from artextract_cli.export.iiif.exported import Exported, Json
from artextract_cli.export.iiif.texts import LANGUAGE, as_html, text
from artextract_cli.report.regions import Region
from artextract_cli.report.wording import capital, decimal, millimetres, percent


def annotation_page(scene: Exported) -> Json:
    """The regions of a scene as comments on its canvas."""
    return {
        "id": scene.regions_page,
        "type": "AnnotationPage",
        "label": text("Strongest regions"),
        "items": [_annotation(scene, region) for region in scene.regions],
    }


def _annotation(scene: Exported, region: Region) -> Json:
    value = as_html(" ".join(_sentences(region, scene.pixels_per_mm)))
    box = f"{region.left},{region.top},{region.width},{region.height}"
    return {
        "id": f"{scene.regions_page}#region-{region.number}",
        "type": "Annotation",
        "motivation": "commenting",
        "body": {
            "type": "TextualBody",
            "value": value,
            "format": "text/html" if value.startswith("<") else "text/plain",
            "language": LANGUAGE,
        },
        # A fragment rather than a selector: every viewer of annotations understands it.
        "target": f"{scene.canvas}#xywh={box}",
    }


def _sentences(region: Region, pixels_per_mm: float | None) -> Iterator[str]:
    yield (
        f"Region {region.number} ({region.place}): mean score {decimal(region.mean_score)}, "
        f"highest {decimal(region.max_score)}; {percent(region.false_alarm_rate)} of clean paint "
        "scores as high."
    )
    sign = f"{capital(region.sign)} in the infrared; " if region.sign else ""
    clearest = f"clearest in {region.telling_band}."
    yield sign + clearest if sign else capital(clearest)
    size = f"{region.width} × {region.height} px"
    if pixels_per_mm is not None:
        width, height = (millimetres(n, pixels_per_mm) for n in (region.width, region.height))
        size += f" ({width} × {height} mm)"
    yield f"{size}."
