"""Results that have everything which is reported and exported."""

from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.results.reader import open_scene
from artextract_cli.results.scene_result import SceneResult

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
