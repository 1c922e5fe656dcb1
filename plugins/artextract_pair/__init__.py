"""Importer of one photograph and one infrared image."""

from dataclasses import dataclass
from pathlib import Path

from artextract_cli import Importer, ImporterFunction, hookimpl, option


@dataclass(frozen=True)
class PairOptions:
    """Roles of the two images, and the wavelength of the infrared image."""

    rgb: str | None = option(
        None, "The photograph, a file in the folder; by default the one in colour."
    )
    infrared: str | None = option(
        None, "The infrared image, a file in the folder; by default the grey one."
    )
    # nm; the longest of the default bands, for sources that do not state it.
    nm: float = option(
        950.0, "Wavelength of the infrared image in nm.", minimum=100, maximum=100_000
    )
    name: str | None = option(None, "Name of the scene; by default that of its folder.")


def _load() -> ImporterFunction:
    from artextract_pair.reading import read

    return read


def _sources(source: Path, options: PairOptions) -> list[Path]:
    """The folder itself, which is one scene."""
    return [source]


@hookimpl
def artextract_importers() -> Importer:
    """Importer of a folder with two images, one in colour and one grey."""
    return Importer(
        name="pair",
        summary="A folder with one photograph and one infrared image.",
        options=PairOptions,
        load=_load,
        sources=_sources,
    )
