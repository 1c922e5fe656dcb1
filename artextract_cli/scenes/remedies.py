"""The commands that mend a dataset, complete as far as it is known which one."""

from pathlib import Path

from artextract_cli.scenes.layout import SPLITS
from artextract_cli.utils.events import command_line


def registering(image: Path) -> str:
    """How to align an image of a dataset, or of no dataset, with its photograph."""
    return registering_dataset(dataset_of(image))


def registering_dataset(dataset: Path | None) -> str:
    """How to register a dataset, or images that belong to none."""
    if dataset is not None:
        return f"run `{register_command(dataset)}`"
    load = command_line("data", "import", "IMPORTER", "FOLDER", "--out", "DATASET")
    return f"import the images with `{load}`, then run `{register_command()}`"


def masking(image: Path) -> str:
    """How to exclude the backdrop of an image."""
    return f"run `{mask_command(dataset_of(image))}`, or draw an object mask"


def register_command(dataset: Path | None = None) -> str:
    """The command that registers a dataset into a new one beside it."""
    return _command("register", dataset, "registered")


def mask_command(dataset: Path | None = None) -> str:
    """The command that masks a dataset into a new one beside it."""
    return _command("mask", dataset, "masked")


def dataset_of(image: Path) -> Path | None:
    """The dataset of an image DATASET/SPLIT/FOLDER/FILE; None if it does not lie in one."""
    folders = image.parents
    return folders[2] if len(folders) > 2 and folders[1].name in SPLITS else None


def _command(name: str, dataset: Path | None, done: str) -> str:
    if dataset is None:
        return command_line("data", name, "DATASET", "--out", done.upper())
    # "." and ".." have no name that another one could stand beside.
    named = dataset if dataset.name not in ("", "..") else dataset.resolve()
    out = named.parent / f"{dataset.resolve().name}-{done}"
    return command_line("data", name, dataset, "--out", out)
