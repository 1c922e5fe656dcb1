"""Results that are written again, as `infer` does."""

from pathlib import Path
from typing import Any

from artextract_cli.results.existing import former_result, is_up_to_date
from artextract_cli.results.writer import write_scene


def write_again(results: Path, files, scene, scores, model) -> dict[str, Any]:
    """Write a scene as `infer` does, which knows what it wrote before."""
    former = former_result(results / files.name)
    written = None if former is None else former.description["files"]
    return write_scene(results, files, scene, scores, model, written)


def is_current(results: Path, files, model) -> bool:
    former = former_result(results / files.name)
    return former is not None and is_up_to_date(former, files, model)
