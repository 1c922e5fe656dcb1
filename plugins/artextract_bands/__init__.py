"""Imports folders that hold one picture per band and a photograph."""

from dataclasses import dataclass

from artextract_cli import CodedImporterFunction, Importer, hookimpl, option


@dataclass(frozen=True)
class BandsOptions:
    """What the names of the files do not tell."""

    wavelengths: str | None = option(
        None,
        "Wavelengths in nm parted by commas, in the natural order of the band files, or of the "
        "pages of one TIFF; else the names of the files or bands.yaml tell them.",
    )
    photograph: str | None = option(
        None,
        "Which file is the photograph, such as '*_RGB.tif'; else the one in colour, or rendered.",
    )
    name: str | None = option(None, "Name of the scene; else that of its folder.")


def _load() -> CodedImporterFunction:
    from artextract_bands.reading import read

    return read


@hookimpl
def artextract_importers() -> Importer:
    """A folder, or a folder of folders, of one file per band and one photograph."""
    return Importer(
        name="bands",
        summary="A folder of one picture per band and a photograph, or a folder of such folders.",
        options=BandsOptions,
        load=_load,
        takes_coding=True,
    )
