"""The images that a scene was scored from, checked to be unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.utils.checksums import file_digest

if TYPE_CHECKING:
    from artextract_cli.results.scene_result import SceneResult


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file that was read when the scene was scored."""

    role: str
    path: Path
    sha256: str
    coding: str
    """How the counts of an image stand for light, as in ``dataset.yaml``."""

    advice: str
    """What to do if the file is missing or has changed."""

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


def photograph(result: "SceneResult") -> Source:
    """The photograph that was scored."""
    # Descriptions without a coding follow the convention of datasets: a photograph is sRGB, a band
    # linear.
    return _source("photograph", result.description["photograph"], SRGB, advice(result))


def bands(result: "SceneResult", more_advice: str = "") -> list[Source]:
    """The bands that were scored, in order; ``more_advice`` is what else helps if one changed."""
    what_to_do = advice(result) + more_advice
    return [
        _source(f"band {band['id']}", band, LINEAR, what_to_do)
        for band in result.description["bands"]
    ]


def layers(result: "SceneResult", more_advice: str = "") -> dict[str, Source]:
    """The further layers of the scene by name; ``more_advice`` is what else helps."""
    what_to_do = advice(result) + more_advice
    return {
        name: _source(f"layer {name}", layer, LINEAR, what_to_do)
        for name, layer in result.description.get("layers", {}).items()
    }


def layer_masks(result: "SceneResult") -> list[Source]:
    """The masks of the further layers that have one."""
    layers = result.description.get("layers", {})
    return [
        _source(f"mask of layer {name}", layer["mask"], LINEAR, advice(result))
        for name, layer in layers.items()
        if layer["mask"] is not None
    ]


def object_mask(result: "SceneResult") -> Source | None:
    """The object mask of a scene, if it had one."""
    described = result.description.get("object_mask")
    return None if described is None else _source("object mask", described, LINEAR, advice(result))


def advice(result: "SceneResult") -> str:
    """What to do if a file that was scored is missing or has changed."""
    return f"restore the scored file, or run `{result.again}`"


def _source(role: str, described: Mapping[str, Any], usual: str, what_to_do: str) -> Source:
    return Source(
        role=role,
        path=Path(described["path"]),
        sha256=str(described["sha256"]),
        coding=str(described.get("coding", usual)),
        advice=what_to_do,
    )
