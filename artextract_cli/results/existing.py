"""What an earlier run has left of a scene, read before the scene is scored."""

import json
from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.plugin.host import plugin_host
from artextract_cli.results.description import origins
from artextract_cli.results.reader import open_scene
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.scenes.scene import SceneFiles


def former_result(folder: Path) -> SceneResult | None:
    """The results in the folder of a scene; None where there are none, or a damaged description."""
    try:
        return open_scene(folder)
    except InputError:
        return None


def is_up_to_date(result: SceneResult, files: SceneFiles, model: SceneScorer) -> bool:
    """Whether the results are by this model, of these pictures, and undamaged."""
    try:
        for name in result.description["files"]:
            result.checked(name)
    except InputError:
        return False
    method = plugin_host().find("superpixels", model.superpixels["name"])
    wanted = {"superpixels": method.origin, **origins(files, model)}
    return bool(json.loads(json.dumps(wanted)).items() <= result.description.items())
