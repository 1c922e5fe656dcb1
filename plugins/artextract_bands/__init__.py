"""Importer of folders with one image per band and a photograph."""

from dataclasses import dataclass
from pathlib import Path

from artextract_cli import CodedImporterFunction, Importer, hookimpl, option


@dataclass(frozen=True)
class BandsOptions:
    """What file names do not contain."""

    wavelengths: str | None = option(
        None,
        "Comma-separated wavelengths in nm, in the natural order of the band files or of the pages "
        "of one TIFF; by default those in the file names or in bands.yaml.",
    )
    photograph: str | None = option(
        None,
        "File name of the photograph, such as '*_RGB.tif'; by default the file in colour, or the "
        "photograph is rendered from the bands.",
    )
    name: str | None = option(None, "Name of the scene; by default that of its folder.")


def _load() -> CodedImporterFunction:
    from artextract_bands.reading import read

    return read


def _sources(source: Path, options: BandsOptions) -> list[Path]:
    from artextract_bands.reading import scene_folders

    return scene_folders(source, options)


def _recognises(source: Path) -> bool:
    """Whether it is a folder of images, or a folder of such folders."""
    from artextract_cli import list_pictures

    if not source.is_dir():
        return False
    folders = (path for path in source.iterdir() if path.is_dir())
    return bool(list_pictures(source)) or any(map(list_pictures, folders))


@hookimpl
def artextract_importers() -> Importer:
    """Importer of a folder, or a folder of folders, with one file per band and a photograph."""
    return Importer(
        name="bands",
        summary="A folder with one image per band and a photograph, or a folder of such folders.",
        options=BandsOptions,
        load=_load,
        takes_coding=True,
        recognises=_recognises,
        sources=_sources,
    )
