"""Imports one photograph and one infrared picture."""

from dataclasses import dataclass

from artextract_cli import Importer, ImporterFunction, hookimpl, option


@dataclass(frozen=True)
class PairOptions:
    """Which picture is which, and at what wavelength it was taken."""

    rgb: str | None = option(None, "The photograph, a file in the folder; else the one in colour.")
    infrared: str | None = option(
        None, "The infrared picture, a file in the folder; else the grey one."
    )
    nm: float = option(
        950.0, "Wavelength of the infrared picture in nm.", minimum=100, maximum=100_000
    )
    name: str | None = option(None, "Name of the scene; else that of its folder.")


def _load() -> ImporterFunction:
    from artextract_pair.reading import read

    return read


@hookimpl
def artextract_importers() -> Importer:
    """A folder of two pictures, one in colour and one grey."""
    return Importer(
        name="pair",
        summary="A folder of one photograph and one infrared picture.",
        options=PairOptions,
        load=_load,
    )
