"""The images that a scene was scored from, checked to be unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.utils.checksums import file_digest

ADVICE = "restore the scored file, or run 'artextract infer' again"

Description = Mapping[str, Any]
"""Content of a scene's ``scene.json``."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file that was read when the scene was scored."""

    role: str
    path: Path
    sha256: str
    coding: str = LINEAR
    """How the counts of an image stand for light, as in ``dataset.yaml``."""

    advice: str = ADVICE

    def check(self) -> Path:
        """The path, after checking that the content is what was scored.

        Raises
        ------
        InputError
            If the file is missing, cannot be read, or has changed.
        """
        if not self.path.exists():
            msg = (
                f"{self.path}, from which the results were computed, does not exist: {self.advice}"
            )
            raise InputError(msg)
        if file_digest(self.path) != self.sha256:
            msg = f"{self.path} has changed since it was scored: {self.advice}"
            raise InputError(msg)
        return self.path


def photograph(description: Description) -> Source:
    """The photograph that was scored."""
    # Descriptions without a coding follow the convention of datasets: a photograph is sRGB, a band
    # linear.
    return _source("photograph", description["photograph"], SRGB)


def bands(description: Description, advice: str = ADVICE) -> list[Source]:
    """The bands that were scored, in order; ``advice`` is what to do if one has changed."""
    return [_source(f"band {band['id']}", band, LINEAR, advice) for band in description["bands"]]


def object_mask(description: Description) -> Source | None:
    """The object mask of a scene, if it had one."""
    described = description.get("object_mask")
    return None if described is None else _source("object mask", described)


def _source(
    role: str, described: Mapping[str, Any], default: str = LINEAR, advice: str = ADVICE
) -> Source:
    return Source(
        role=role,
        path=Path(described["path"]),
        sha256=str(described["sha256"]),
        coding=str(described.get("coding", default)),
        advice=advice,
    )
