"""What a folder contains: a dataset, or captures that some importer recognises."""

from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.plugin.contract import Importer
from artextract_cli.plugin.host import plugin_host
from artextract_cli.scenes.layout import SPLITS
from artextract_cli.utils.file_errors import reading

GENERAL = "bands"  # recognises any folder of images, so that every other importer goes first


def is_dataset(source: Path) -> bool:
    """Whether a folder already has the layout of a dataset."""
    return any((source / split / "rgb_images").is_dir() for split in SPLITS)


def importer_of(source: Path) -> str:
    """The name of the importer that recognises a file or folder.

    Raises
    ------
    InputError
        If it does not exist, no importer recognises it, or several do.
    DependencyError
        If an importer fails to judge it.
    """
    with reading(source):
        source.stat()
    names = _recognised_by(source)
    if names != [GENERAL] and GENERAL in names:
        names.remove(GENERAL)
    if len(names) == 1:
        return names[0]
    if names:
        msg = f"{source} may be read by several importers: give --importer {' or '.join(names)}"
        raise InputError(msg)
    msg = (
        f"{source} contains neither images nor a cube: give the folder of one painting, with its "
        "photograph and its bands"
    )
    raise InputError(msg)


def _recognised_by(source: Path) -> list[str]:
    names = []
    for plugin in plugin_host().of_kind("importers"):
        if isinstance(plugin.spec, Importer) and plugin.spec.recognises is not None:
            with reading(source), plugin.running():
                if plugin.spec.recognises(source):
                    names.append(plugin.spec.name)
    return names
