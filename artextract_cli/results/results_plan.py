"""The output plan of a results directory: which earlier results are replaced or may stay."""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from artextract_cli.errors import InputError, UsageError
from artextract_cli.results.reader import FORMAT, open_scene, result_folders
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.results.summary import SUMMARY_FORMAT
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.output_plan import OutputPlan


def results_plan(
    results: Path,
    scenes: Collection[str],
    model: SceneScorer,
    source_folders: Mapping[Path, str],
) -> OutputPlan:
    """Plan to write the results of ``scenes``, as scored by ``model``, into ``results``.

    Earlier results of these scenes are replaced. Those of other scenes may stay if they are from
    the same model, so that the summary is comparable.
    """
    return OutputPlan(
        out=results,
        source_folders=source_folders,
        subfolders=scenes,
        rules=(
            check_outside_datasets,
            _check_summary,
            partial(_check_model, scenes, model),
            partial(_check_scene_folders, scenes),
        ),
    )


def check_not_foreign(path: Path, target: Path) -> None:
    """Check that writing ``target`` does not replace ``path``, a file that is not a result.

    Raises
    ------
    UsageError
        If ``target`` exists.
    """
    if target.exists():
        msg = f"{path} is not a result of artextract and would be overwritten: move it away"
        raise UsageError(msg)


def _check_summary(results: Path) -> None:
    summary = results / "summary.json"
    if not _is_own_file(summary, SUMMARY_FORMAT):
        for path in (summary, summary.with_suffix(".csv")):
            check_not_foreign(path, path)


def _check_model(scenes: Collection[str], model: SceneScorer, results: Path) -> None:
    """Check that scenes which are not replaced were scored by the same model."""
    for folder in result_folders(results):
        with suppress(InputError):  # a damaged result is reported by every command that reads it
            result = open_scene(folder)
            if result.name not in scenes and not _is_by(result, model):
                msg = (
                    f"{results} contains {result.name} as scored by another model: choose another "
                    "--out, or remove those results"
                )
                raise UsageError(msg)


def _check_scene_folders(scenes: Collection[str], results: Path) -> None:
    for folder in (results / name for name in scenes):
        if folder.exists() and not _is_own_file(folder / "scene.json", FORMAT):
            msg = f"{folder} exists but contains no results of artextract: choose another --out"
            raise UsageError(msg)


def _is_by(result: SceneResult, model: SceneScorer) -> bool:
    """Whether a result is from this model and this score."""
    description = result.description
    # A description without this entry states no other score.
    score = description.get("heat_map_score", model.heat_map_score)
    return bool((description["model"]["sha256"], score) == (model.digest, model.heat_map_score))


def _is_own_file(path: Path, kind: str) -> bool:
    """Whether `infer` has written this file: it may be damaged, but is not other JSON."""
    try:
        content = json.loads(path.read_bytes())
    except OSError:
        return False
    # Not JSON at all: the summary or description was cut short. Refusing it would leave the user
    # with results that no command replaces.
    except ValueError:
        return True
    return isinstance(content, dict) and content.get("format") == kind
