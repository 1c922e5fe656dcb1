"""What an import records about a scene: importer, options, and the files that it read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from artextract_cli.imaging.coding import Coding
from artextract_cli.io.metadata import read_metadata
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.capture_validation import planes
from artextract_cli.preprocessing.import_profiles import profile_names
from artextract_cli.scenes.embedded.captures import CAPTURE, Captures
from artextract_cli.scenes.history import ProcessingStep
from artextract_cli.utils.checksums import file_digest

# A photograph and 32 bands, each with a white and a dark frame, are 99 files. More are a collection
# of paintings, whose list would say little about one of them.
MAX_FILES = 100
"""Number of source files above which no checksums are recorded."""


@dataclass(frozen=True, kw_only=True)
class ImportRecord:
    """An import, as the history of its scenes records it."""

    importer: str
    source: Path
    options: Mapping[str, Any]
    coding: Coding
    auto_mask: bool

    @property
    def plugin(self) -> Plugin:
        """The importer; found by its name, since a plugin cannot always be sent to a worker."""
        return plugin_host().find("importers", self.importer)

    @cached_property
    def _all_files(self) -> list[Path]:
        """The files below the source, listed once for all scenes."""
        return _files_below(self.source)

    def step(self, capture: Capture, coding: Coding) -> ProcessingStep:
        """This import of a scene; ``coding`` is that of the dataset.

        Raises
        ------
        InputError
            If a source file cannot be read.
        """
        captured = _captured(capture)
        profiles = profile_names(capture, coding)
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
                # Imports without profiles have no such key: the same bytes as before.
                **({"profiles": profiles} if profiles else {}),
            },
            figures={
                "width_px": width,
                "height_px": height,
                "bands": len(planes(capture)),
                "has_mask": capture.mask is not None,
                "files_sha256": self._digests(capture.name),
                **({CAPTURE: captured} if captured else {}),
            },
        )

    def _digests(self, scene: str) -> dict[str, str]:
        """SHA-256 of the files of a scene, by their paths; empty if there are too many."""
        files = self._files_of(scene)
        if len(files) > MAX_FILES:
            return {}
        folder = self.source if self.source.is_dir() else self.source.parent
        return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}

    def _files_of(self, scene: str) -> list[Path]:
        """Files of the source that belong to a scene: by folder or name, or else all of them."""
        if self.source.is_file():
            return [self.source]
        is_folder = bool(scene) and (self.source / scene).is_dir()
        files = _files_below(self.source / scene) if is_folder else self._all_files
        return [path for path in files if path.name.startswith(scene)] or files


def _captured(capture: Capture) -> Captures:
    """What the files of a capture say about it."""
    found = {image: read_metadata(path) for image, path in (capture.files or {}).items()}
    return {image: dict(said.fields) for image, said in found.items() if said.fields}


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
