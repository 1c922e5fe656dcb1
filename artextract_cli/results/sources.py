"""The pictures that a scene was scored from: found again, and still the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.utils.checksums import file_digest

ADVICE = "bring back what was scored, or run 'artextract infer' again"

Description = Mapping[str, Any]
"""Of a scene, as its ``scene.json`` has it."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file that was read when the scene was scored."""

    role: str
    path: Path
    sha256: str
    coding: str = LINEAR
    """How its counts stand for light, if it is a picture, in the words of ``dataset.yaml``."""

    advice: str = ADVICE

    def check(self) -> Path:
        """The path, once its content is known to be what was scored.

        Raises
        ------
        InputError
            If the file is missing, cannot be read, or has changed.
        """
        if not self.path.exists():
            msg = f"{self.path} is gone, from which the results were made: {self.advice}"
            raise InputError(msg)
        if file_digest(self.path) != self.sha256:
            msg = f"{self.path} has changed since it was scored: {self.advice}"
            raise InputError(msg)
        return self.path


def photograph(description: Description) -> Source:
    """The photograph of a scene."""
    return _source("photograph", description["photograph"], SRGB)


def bands(description: Description, advice: str = ADVICE) -> list[Source]:
    """The bands of a scene, in their order; ``advice`` is what to do where one is not the same."""
    return [_source(f"band {band['id']}", band, LINEAR, advice) for band in description["bands"]]


def object_mask(description: Description) -> Source | None:
    """The object mask of a scene, if it had one."""
    described = description.get("object_mask")
    return None if described is None else _source("object mask", described)


def _source(
    role: str, described: Mapping[str, Any], usual: str = LINEAR, advice: str = ADVICE
) -> Source:
    return Source(
        role=role,
        path=Path(described["path"]),
        sha256=str(described["sha256"]),
        coding=str(described.get("coding", usual)),
        advice=advice,
    )
