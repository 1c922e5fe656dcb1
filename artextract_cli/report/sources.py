"""The pictures that a scene was scored from: found again, and still the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.dataset import Statement, read_statement
from artextract_cli.errors import InputError
from artextract_cli.results import SceneResult
from artextract_cli.scene import picture_digest

ADVICE = "bring back what was scored, or run 'artextract infer' again"
BANDS_ADVICE = f"{ADVICE}; --no-bands makes the report without the bands"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file that was read when the scene was scored."""

    role: str
    path: Path
    sha256: str
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
        if picture_digest(self.path) != self.sha256:
            msg = f"{self.path} has changed since it was scored: {self.advice}"
            raise InputError(msg)
        return self.path


def photograph(result: SceneResult) -> Source:
    """The photograph of a scene."""
    return _source("photograph", result.description["photograph"])


def bands(result: SceneResult) -> list[Source]:
    """The bands of a scene, in their order."""
    return [
        _source(f"band {band['id']}", band, BANDS_ADVICE) for band in result.description["bands"]
    ]


def object_mask(result: SceneResult) -> Source | None:
    """The object mask of a scene, if it had one."""
    described = result.description.get("object_mask")
    return None if described is None else _source("object mask", described)


def statement(result: SceneResult) -> Statement:
    """What the dataset says of itself; nothing for a lone pair.

    Raises
    ------
    InputError
        If its ``dataset.yaml`` is wrong.
    """
    root = result.dataset_root
    return Statement() if root is None else read_statement(root)


def _source(role: str, described: Mapping[str, Any], advice: str = ADVICE) -> Source:
    path, digest = Path(described["path"]), str(described["sha256"])
    return Source(role=role, path=path, sha256=digest, advice=advice)
