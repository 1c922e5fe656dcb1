"""A scene whose images have been written, as manifests and annotations describe it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from artextract_cli.export.iiif.layers import Layer
from artextract_cli.export.iiif.tiles import ImageFiles, Shape
from artextract_cli.report.filing import Filing
from artextract_cli.report.regions import Region

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A scene whose images have been written."""

    address: str
    """Address of its folder."""

    label: str
    shape: Shape
    images: Sequence[tuple[Layer, ImageFiles]]
    regions: Sequence[Region]
    pixels_per_mm: float | None
    summary: str
    metadata: Sequence[tuple[str, Sequence[str]]]
    """Labels, each with one or more values."""

    filing: Filing
    rights: str | None

    @property
    def manifest(self) -> str:
        """Address of the manifest."""
        return f"{self.address}/manifest.json"

    @property
    def regions_page(self) -> str:
        """Address of the page of annotations."""
        return f"{self.address}/regions.json"

    @property
    def canvas(self) -> str:
        """Identifier of the canvas."""
        return f"{self.address}/canvas"
