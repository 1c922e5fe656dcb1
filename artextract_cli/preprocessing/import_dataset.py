"""Importing all captures of a source at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.preprocessing.import_scenes import ImportedScene, import_scenes


def import_dataset(
    importer: str,
    source: Path,
    out: Path,
    *,
    options: Mapping[str, Any] | None = None,
    split: Literal["train", "val"] = "train",
    auto_mask: bool = False,
    coding: Coding | None = None,
    dry_run: bool = False,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[ImportedScene]:
    """Write all that an importer finds at ``source`` into the dataset ``out``."""
    scenes = []
    for scene in import_scenes(
        importer,
        source,
        out,
        options=options or {},
        split=split,
        auto_mask=auto_mask,
        coding=coding,
        dry_run=dry_run,
    ):
        scenes.append(scene)
        on_scene(scene.scene)
    if not scenes:
        msg = f"the importer {importer} finds no scene in {source}"
        raise InputError(msg)
    return scenes
