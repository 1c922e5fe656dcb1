"""Reading of the results directory that `infer` writes."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from artextract_cli.errors import InputError
from artextract_cli.results.commands import infer_again, infer_command
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.summary import SUMMARY_COLUMNS, summarize
from artextract_cli.scenes.names import first_names
from artextract_cli.utils.checksums import verify_digest
from artextract_cli.utils.file_errors import cause
from artextract_cli.utils.optional import data_frame

if TYPE_CHECKING:
    import pandas

FORMAT, FORMAT_VERSION = "artextract-scene", 5
"""Described by ``schema/scene.schema.json``, which rejects unknown keys."""

REQUIRED_KEYS = frozenset(
    {
        *("split", "photograph", "bands", "wavelengths_nm", "shape", "n_superpixels", "model"),
        *("backbone", "superpixels", "objective", "engine", "device", "artextract"),
        *("euclidean_distance", "cosine_similarity", "image_level"),
        *("share_above_1_percent_false_alarms", "share_blue", "signs", "expect"),
        *("history", "verdict", "registration"),
    }
)
"""Keys of scene.json without which a scene is neither reported nor exported."""


def open_results(results: Path) -> list[SceneResult]:
    """List the scenes of a results directory.

    Parameters
    ----------
    results
        Directory that `infer_dataset` wrote.

    Returns
    -------
    list of SceneResult
        By name.

    Raises
    ------
    InputError
        If there are no results, or a description is missing or damaged.
    """
    return [open_scene(folder) for folder in scene_folders(results)]


def tabulate_results(results: Path) -> "pandas.DataFrame":
    """Tabulate the scenes of a results directory, one row each; needs pandas.

    Parameters
    ----------
    results
        Directory that `infer_dataset` wrote.

    Returns
    -------
    pandas.DataFrame
        The columns of ``summary.csv``: ``scene``, ``split``, ``euclidean_distance``,
        ``cosine_similarity``, ``share_above_1_percent_false_alarms`` (0..1),
        ``something_is_there``, ``false_alarm_rate`` (0..1) and ``verdict``; unknown values are
        missing.

    Raises
    ------
    InputError
        If there are no results, or a description is missing or damaged.
    DependencyError
        If pandas is not installed.
    """
    rows = (asdict(summarize(scene.description)) for scene in open_results(results))
    return data_frame(SUMMARY_COLUMNS, rows)


def find_scene(results: Path, name: str | None = None) -> SceneResult:
    """Open the results of one scene.

    Parameters
    ----------
    results
        Directory that `infer_dataset` wrote.
    name
        Name of the scene; the first one if None.

    Returns
    -------
    SceneResult
        The scene.

    Raises
    ------
    InputError
        If there is no such scene, or its description is missing or damaged.
    """
    return open_scene(scene_folders(results, () if name is None else (name,))[0])


def scene_folders(results: Path, names: Sequence[str] = ()) -> list[Path]:
    """The folders of all scenes of a results directory, or of those in ``names``.

    Raises
    ------
    InputError
        If there are no results, or none of a name; the message lists the existing ones.
    """
    found = result_folders(results)
    if not found:
        create = infer_command()
        msg = f"there are no results in {results}: create them with `{create}`"
        raise InputError(msg)
    known = {folder.name: folder for folder in found}
    for name in names:
        if name not in known:
            msg = f"{results} has no scene {name!r}; its scenes are: {first_names([*known])}"
            raise InputError(msg)
    # dict.fromkeys drops repeated names and keeps the order given.
    return [known[name] for name in dict.fromkeys(names)] or found


def result_folders(results: Path) -> list[Path]:
    """Folders with a description, or with a heat map whose description is missing."""
    paths = (path for name in ("scene.json", "heatmap.tif") for path in results.glob(f"*/{name}"))
    # Names that begin with a dot are folders still being written or replaced (`utils.atomic`).
    return sorted({path.parent for path in paths if path.parent.name[0] != "."})


def open_scene(folder: Path) -> SceneResult:
    """Open the results of the scene in ``folder``.

    Raises
    ------
    InputError
        If its description is missing, damaged, or belongs to another folder.
    """
    path = folder / "scene.json"
    if folder.is_dir() and not path.exists():
        msg = (
            f"{folder} has a heat map but no scene.json, which describes it: move it away, and "
            f"run `{infer_again(folder)}`"
        )
        raise InputError(msg)
    try:
        content = path.read_bytes()
        description = json.loads(content)
        version = description["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} cannot be read ({cause(error)}): run `{infer_again(folder)}`"
        raise InputError(msg) from error
    # Before the checksum, which another version may embed in another way.
    if version != FORMAT_VERSION:
        msg = (
            f"{path} has version {version}, but this version of artextract reads "
            f"{FORMAT_VERSION}: run `{infer_again(folder, description)}`"
        )
        raise InputError(msg)
    if not verify_digest(content, description.get("sha256")):
        again = infer_again(folder, description)
        msg = f"{path} is damaged or has been changed: run `{again}`"
        raise InputError(msg)
    result = SceneResult(path=folder, description=description)
    # A file system may store names decomposed (NFD), as HFS+ of macOS does.
    if unicodedata.normalize("NFC", folder.name) != unicodedata.normalize("NFC", result.name):
        msg = (
            f"{folder} contains the results of scene {result.name!r}: rename the folder back, or "
            "move it out of the results directory"
        )
        raise InputError(msg)
    return result


def open_complete(folder: Path) -> SceneResult:
    """Open the results of a scene that have everything which is reported.

    Raises
    ------
    InputError
        If its description is missing, damaged or incomplete, or belongs to another folder.
    """
    result = open_scene(folder)
    if missing := REQUIRED_KEYS - result.description.keys():
        advice = f"remove {result.path} and run `{result.again}`"
        msg = f"{result.path / 'scene.json'} lacks {', '.join(sorted(missing))}: {advice}"
        raise InputError(msg)
    return result
