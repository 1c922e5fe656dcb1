"""What an import records about a scene: importer, options, and the files that it read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.imaging.coding import Coding
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.capture_validation import planes
from artextract_cli.scenes.history import (
    HISTORY,
    ProcessingStep,
    history_content,
    read_history,
)
from artextract_cli.utils.checksums import file_digest

# A photograph and 32 bands, each with a white and a dark frame, are 99 files. More are a collection
# of paintings, whose list would say little about one of them.
MAX_FILES = 100
"""Number of source files above which no checksums are recorded."""


@dataclass(frozen=True, kw_only=True)
class ImportRecord:
    """An import, as the history of its scenes records it."""

    plugin: Plugin
    source: Path
    options: Mapping[str, Any]
    coding: Coding
    auto_mask: bool

    def added(self, root: Path, capture: Capture) -> dict[Path, bytes]:
        """Content of the history of the dataset at ``root`` with this import of a scene.

        Raises
        ------
        InputError
            If the history of the dataset, or a source file, cannot be read.
        """
        histories = read_history(root) | {capture.name: (self._step(capture),)}
        return {root / HISTORY: history_content(histories)}

    def _step(self, capture: Capture) -> ProcessingStep:
        height, width = capture.rgb.shape[:2]
        band_ids = list(capture.band_ids or ())
        return ProcessingStep(
            name="import",
            source=str(self.source.resolve()),
            parameters={
                "importer": self.plugin.origin,
                "options": {key: str(value) for key, value in self.options.items()},
                "coding": self.coding.described(band_ids),
                "auto_mask": self.auto_mask,
            },
            figures={
                "width_px": width,
                "height_px": height,
                "bands": len(planes(capture)),
                "has_mask": capture.mask is not None,
                "files_sha256": _digests(self.source, capture.name),
            },
        )


def _digests(source: Path, scene: str) -> dict[str, str]:
    """SHA-256 of the files of a scene, by their paths; empty if there are too many."""
    files = _files_of(source, scene)
    if len(files) > MAX_FILES:
        return {}
    folder = source if source.is_dir() else source.parent
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}


def _files_of(source: Path, scene: str) -> list[Path]:
    """Files below ``source`` that belong to a scene: by folder or name, or else all of them."""
    if source.is_file():
        return [source]
    if scene and (source / scene).is_dir():
        source = source / scene
    files = sorted(path for path in source.rglob("*") if path.is_file() and path.name[0] != ".")
    return [path for path in files if path.name.startswith(scene)] or files
