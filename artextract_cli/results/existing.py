"""Results of an earlier run, read before a scene is scored."""

import json
from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.plugin.host import plugin_host
from artextract_cli.results.description import layer_sources, origins, past
from artextract_cli.results.marks import Marks, SceneMarks
from artextract_cli.results.reader import open_scene
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.checksums import file_digest


def former_result(folder: Path) -> SceneResult | None:
    """The results in the folder of a scene; None if missing or their description is damaged."""
    try:
        return open_scene(folder)
    except InputError:
        return None


def marks_of(files: SceneFiles, marks: Marks | None) -> SceneMarks | None:
    """The marks of a scene in a file; None without any."""
    return None if marks is None else marks.of(files.name, file_digest(files.rgb))


def is_up_to_date(
    result: SceneResult, files: SceneFiles, model: SceneScorer, marks: SceneMarks | None = None
) -> bool:
    """Whether the results are from this model, these images and these marks, and undamaged."""
    learned = (result.description.get("marks") or {}).get("sha256")
    if learned != (None if marks is None else marks.sha256):
        return False
    try:
        # Reading all files takes a fraction of the time of scoring, and reveals edited or damaged
        # results.
        for name in result.description["files"]:
            result.checked(name)
    except InputError:
        return False
    layers, sources = result.description.get("layers", {}), layer_sources(files)
    # Here, too, descriptions have other keys, and more than what is expected is no difference.
    if layers.keys() != sources.keys() or not all(
        source.items() <= layers[name].items() for name, source in sources.items()
    ):
        return False
    method = plugin_host().find("superpixels", model.superpixels["name"])
    expected = {"superpixels": method.origin, **origins(files, model)}
    # The last step is the inference itself.
    if result.description.get("history", [])[:-1] != json.loads(json.dumps(past(files))):
        return False
    # By way of JSON, since tuples are stored as lists. The description has other keys too, hence
    # "<=".
    return bool(json.loads(json.dumps(expected)).items() <= result.description.items())
