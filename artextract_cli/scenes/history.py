"""The processing history of the scenes of a dataset, from the files of the camera on.

``history.json`` beside ``dataset.yaml`` lists the steps of every scene. A dataset that is written
from another one carries them along and adds its own.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import artextract_cli
from artextract_cli.errors import InputError
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.file_errors import reading

HISTORY = "history.json"
FORMAT, FORMAT_VERSION = "artextract-history", 1


@dataclass(frozen=True, kw_only=True)
class ProcessingStep:
    """One step in the processing of a scene.

    Attributes
    ----------
    name
        "simulate", "import", "calibrate", "register", "mask" or "infer".
    source
        What it read, an absolute path; None if nothing.
    parameters
        What was chosen.
    figures
        What was measured or found.
    artextract
        Version of artextract.
    """

    name: str
    source: str | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    artextract: str = artextract_cli.__version__


Histories = Mapping[str, tuple[ProcessingStep, ...]]
"""Steps by the name of the scene."""


def read_history(root: Path) -> dict[str, tuple[ProcessingStep, ...]]:
    """Read the steps of every scene of a dataset; empty if there is no ``history.json``.

    Raises
    ------
    InputError
        If ``history.json`` cannot be read, or is damaged.
    """
    path = root / HISTORY
    with reading(path):
        if not path.exists():
            return {}
        status = path.stat()
    return dict(_parsed(path, (status.st_ino, status.st_mtime_ns, status.st_size)))


# Scenes are scored one by one, and each asks for its steps: those of 10 000 scenes are 17 MB, which
# take .15 s to parse. The version of the file, which is replaced and never edited, is part of the
# key.
@lru_cache(maxsize=1)
def _parsed(path: Path, version: tuple[int, int, int]) -> Histories:
    try:
        with reading(path):
            scenes = json.loads(path.read_bytes())["scenes"]
        return {
            name: tuple(ProcessingStep(**step) for step in steps) for name, steps in scenes.items()
        }
    # RecursionError: lists nested thousands deep.
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        msg = f"{path} is damaged: restore it, or delete it to go on without the history"
        raise InputError(msg) from error


def scene_history(files: SceneFiles) -> tuple[ProcessingStep, ...]:
    """The steps that led to the files of a scene; empty if unknown.

    Raises
    ------
    InputError
        As :func:`read_history`.
    """
    root = dataset_root(files)
    return () if root is None else read_history(root).get(files.name, ())


def dataset_root(files: SceneFiles) -> Path | None:
    """The dataset of a scene; None for a scene without one."""
    return files.rgb.parents[2] if files.split else None


def write_history(root: Path, histories: Histories) -> None:
    """Write ``history.json`` into a dataset.

    Raises
    ------
    ArtextractError
        If it cannot be written.
    """
    with atomic_path(root / HISTORY) as temporary:
        temporary.write_bytes(history_content(histories))


def history_content(histories: Histories) -> bytes:
    """The content of ``history.json``."""
    scenes = {name: [asdict(step) for step in steps] for name, steps in histories.items()}
    content = {"format": FORMAT, "format_version": FORMAT_VERSION, "scenes": scenes}
    # JSON has no NaN; other programs could not read it. A path that is not valid text contains
    # surrogates, which the escapes of ASCII can express.
    return (json.dumps(content, indent=2, allow_nan=False) + "\n").encode("ascii")
