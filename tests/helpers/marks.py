"""Files of marks, as a report saves them."""

import json
from pathlib import Path
from typing import Any

from artextract_cli.results.scene_result import SceneResult

DAY = "2026-11-30"


def mark(kind: str, *box: int, **more: str) -> dict[str, Any]:
    """A mark on a box: left, top, right, bottom."""
    return {"kind": kind, "box": list(box), "date": DAY, **more}


def entry(result: SceneResult, *marks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The marks of a scored scene."""
    described = result.description
    return {
        "scene": result.name,
        "photograph_sha256": described["photograph"]["sha256"],
        "shape": list(described["shape"]),
        "marks": list(marks),
    } | changes


def content(*scenes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The content of a file of marks."""
    return {"format": "artextract-marks", "format_version": 1, "scenes": list(scenes)} | changes


def write_marks(path: Path, *scenes: dict[str, Any], **changes: Any) -> Path:
    path.write_text(json.dumps(content(*scenes, **changes)), encoding="utf-8")
    return path
