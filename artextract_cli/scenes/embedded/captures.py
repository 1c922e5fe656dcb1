"""How the images of a scene were captured, as their files say or its history records."""

from collections.abc import Mapping

from artextract_cli.imaging.coding import PHOTOGRAPH
from artextract_cli.io.capture_fields import CAPTURE_FIELDS, cleaned
from artextract_cli.io.metadata import read_metadata
from artextract_cli.scenes.history import ProcessingStep, scene_history
from artextract_cli.scenes.scene import SceneFiles

CAPTURE = "capture"
"""Key of the figures of a step, and of ``scene.json``."""

Captures = dict[str, dict[str, str]]
"""Fields such as camera and date, by image: ``photograph``, or the id of a band."""


def captures(files: SceneFiles) -> Captures:
    """How the photograph and the bands were captured; images without metadata are left out.

    What a file says counts before what the steps record that led to it, and a later step before
    an earlier one.

    Raises
    ------
    InputError
        If a file cannot be read, or the history is damaged.
    """
    found: Captures = {}
    images = zip((PHOTOGRAPH, *files.band_ids), (files.rgb, *files.bands), strict=True)
    for image, path in images:
        if fields := dict(read_metadata(path).fields):
            found[image] = fields
    for step in reversed(scene_history(files)):
        for image, fields in _recorded(step).items():
            if image == PHOTOGRAPH or image in files.band_ids:
                found.setdefault(image, fields)
    return {image: found[image] for image in (PHOTOGRAPH, *files.band_ids) if image in found}


def _recorded(step: ProcessingStep) -> Captures:
    """What a step records; a history may have been edited by hand, and is cleaned likewise."""
    recorded = step.figures.get(CAPTURE)
    if not isinstance(recorded, Mapping):
        return {}
    by_image = {image: fields for image, fields in recorded.items() if isinstance(fields, Mapping)}
    cleaned_fields = {
        image: {name: text for name in CAPTURE_FIELDS if (text := cleaned(fields.get(name)))}
        for image, fields in by_image.items()
    }
    return {image: fields for image, fields in cleaned_fields.items() if fields}
