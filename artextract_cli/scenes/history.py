"""The processing history of the scenes of a dataset, from the files of the camera on.

``history/<scene>.json`` beside ``dataset.yaml`` lists the steps of a scene. A dataset that is
written from another one carries them along and adds its own. There is a file for each scene, so
that adding one does not rewrite those of all others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import artextract_cli
from artextract_cli.errors import InputError
from artextract_cli.scenes.layout import HISTORY
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.file_errors import reading, writing

FORMAT, FORMAT_VERSION = "artextract-history", 2


@dataclass(frozen=True, kw_only=True)
class ProcessingStep:
    """One step in the processing of a scene.

    Attributes
    ----------
    name
        "simulate", "import", "calibrate", "register", "mask", "colour" or "infer".
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


def history_path(root: Path, scene: str) -> Path:
    """Path of the history of a scene in the dataset at ``root``."""
    return root / HISTORY / f"{scene}.json"


def read_history(root: Path) -> dict[str, tuple[ProcessingStep, ...]]:
    """Read the steps of every scene of a dataset; empty if it has no histories.

    Raises
    ------
    InputError
        If a history cannot be read, or is damaged.
    """
    folder = root / HISTORY
    with reading(folder):
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    # Hidden files are those of file managers.
    names = (p.stem for p in paths if p.suffix == ".json" and not p.name.startswith("."))
    return {name: _steps(history_path(root, name)) for name in names}


def _steps(path: Path) -> tuple[ProcessingStep, ...]:
    """The steps in the history of a scene; none if there is no such file."""
    try:
        with reading(path):
            content = path.read_bytes() if path.exists() else None
        if content is None:
            return ()
        return tuple(ProcessingStep(**step) for step in json.loads(content)["steps"])
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
    return () if root is None else _steps(history_path(root, files.name))


def dataset_root(files: SceneFiles) -> Path | None:
    """The dataset of a scene; None for a scene without one."""
    return files.rgb.parents[2] if files.split else None


def write_history(root: Path, histories: Histories) -> None:
    """Write the histories of scenes into a new dataset, which is not yet in its place.

    Raises
    ------
    ArtextractError
        If they cannot be written.
    """
    with writing(root / HISTORY):
        (root / HISTORY).mkdir(parents=True, exist_ok=True)
    for scene, steps in histories.items():
        path = history_path(root, scene)
        with writing(path):
            path.write_bytes(history_content(steps))


def history_content(steps: Sequence[ProcessingStep]) -> bytes:
    """The content of the history of a scene."""
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "steps": [asdict(step) for step in steps],
    }
    # JSON has no NaN; other programs could not read it. A path that is not valid text contains
    # surrogates, which the escapes of ASCII can express.
    return (json.dumps(content, indent=2, allow_nan=False) + "\n").encode("ascii")
