"""Manifests and collections of the IIIF Presentation API 3.0 (iiif.io/api/presentation/3.0)."""

from collections.abc import Sequence

from artextract_cli.export.iiif.annotations import annotation_page
from artextract_cli.export.iiif.exported import Exported, Json
from artextract_cli.export.iiif.layers import Layer
from artextract_cli.export.iiif.texts import UNKNOWN, row, shown, text
from artextract_cli.export.iiif.tiles import ImageFiles, Shape

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
# Of thumbnails, in px, the longer side: large enough to be seen, small enough for lists.
THUMBNAIL = 256


def manifest(scene: Exported) -> Json:
    """The manifest of a scene: one canvas with all layers and regions."""
    return {
        "@context": CONTEXT,
        "id": scene.manifest,
        "type": "Manifest",
        "label": text(scene.label, UNKNOWN),
        "summary": shown(scene.summary),
        "metadata": [
            *(row(label, value, language=UNKNOWN) for label, value in scene.filing.rows),
            *(row(label, *values) for label, values in scene.metadata),
        ],
        **_rights(scene),
        "thumbnail": [_thumbnail(scene)],
        "items": [_canvas(scene)],
    }


def collection(address: str, label: str, scenes: Sequence[Exported]) -> Json:
    """The collection of several manifests."""
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "Collection",
        "label": text(label, UNKNOWN),
        "items": [
            {
                "id": scene.manifest,
                "type": "Manifest",
                "label": text(scene.label, UNKNOWN),
                "thumbnail": [_thumbnail(scene)],
            }
            for scene in scenes
        ],
    }


def _rights(scene: Exported) -> Json:
    institution = scene.filing.institution
    required = {"requiredStatement": row("Attribution", institution or "", language=UNKNOWN)}
    return {
        **({"rights": scene.rights} if scene.rights else {}),
        **(required if institution else {}),
    }


def _canvas(scene: Exported) -> Json:
    height, width = scene.shape
    painting = {
        "id": f"{scene.canvas}/images/1",
        "type": "Annotation",
        "motivation": "painting",
        "body": {"type": "Choice", "items": [_body(*image) for image in scene.images]},
        "target": scene.canvas,
    }
    return {
        "id": scene.canvas,
        "type": "Canvas",
        "label": text(scene.label, UNKNOWN),
        "height": height,
        "width": width,
        # Without one, some viewers ask for sizes that are not among the files.
        "thumbnail": [_thumbnail(scene)],
        **_physical_size(scene),
        "items": [{"id": f"{scene.canvas}/images", "type": "AnnotationPage", "items": [painting]}],
        # Embedded, because not every viewer follows a link to a page of annotations.
        "annotations": [annotation_page(scene)],
    }


def _body(layer: Layer, files: ImageFiles) -> Json:
    return _image(files, files.sizes[-1]) | {"label": text(layer.label)}


def _image(files: ImageFiles, size: Shape) -> Json:
    height, width = size
    return {
        "id": files.whole(size),
        "type": "Image",
        "format": "image/jpeg",
        "height": height,
        "width": width,
        "service": [{"id": files.address, "type": "ImageService3", "profile": "level0"}],
    }


def _thumbnail(scene: Exported) -> Json:
    _, photograph = scene.images[0]
    large = (size for size in photograph.sizes if max(size) >= THUMBNAIL)
    return _image(photograph, next(large, photograph.sizes[-1]))


def _physical_size(scene: Exported) -> Json:
    """The scale, by the annex on physical dimensions (iiif.io/api/annex/services)."""
    if scene.pixels_per_mm is None:
        return {}
    service = {
        "@context": "http://iiif.io/api/annex/services/physdim/1/context.json",
        "@id": f"{scene.canvas}/physical-size",
        "@type": "Service",
        "profile": "http://iiif.io/api/annex/services/physdim",
        "physicalScale": 1 / scene.pixels_per_mm,
        "physicalUnits": "mm",
    }
    return {"service": [service]}
