"""A scene as it is described once its images are written."""

import dataclasses
from typing import Any

from artextract_cli.export.iiif.exported import Exported
from artextract_cli.export.iiif.layers import Layer
from artextract_cli.export.iiif.tiles import ImageFiles
from artextract_cli.report.filing import Filing
from artextract_cli.report.regions import Region

SHAPE = (600, 800)
REGION = Region(
    number=1,
    row=14.5,
    column=59.5,
    top=10,
    left=50,
    bottom=20,
    right=70,
    area_px=200,
    mean_score=3.5,
    max_score=3.75,
    false_alarm_rate=0.000316,
    telling_band="850 nm",
    sign="darker than expected",
    place="upper right",
)


def make_exported(**changes: Any) -> Exported:
    """A scene with a photograph and a band."""
    layers = [
        Layer(key=key, label=label, strips=lambda: iter(()))
        for key, label in (("photograph", "Photograph"), ("band-0", "850 nm"))
    ]
    scene = Exported(
        address="http://a/abbey",
        label="abbey",
        shape=SHAPE,
        images=[
            (layer, ImageFiles(address=f"http://a/abbey/{layer.key}", shape=SHAPE))
            for layer in layers
        ],
        regions=[REGION],
        pixels_per_mm=None,
        summary="Nothing found.",
        metadata=[("Bands", ["850 nm", "<950>"])],
        filing=Filing(),
        rights=None,
    )
    return dataclasses.replace(scene, **changes)
