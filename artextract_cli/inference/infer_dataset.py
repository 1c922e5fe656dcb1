"""From a dataset or a pair of pictures to a results directory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from artextract_cli.errors import InputError, UsageError, raise_failures
from artextract_cli.imaging.coding import Coding
from artextract_cli.pipelines.pipeline import AnyModel, score_scene
from artextract_cli.results.reader import open_scene
from artextract_cli.results.results_plan import results_plan
from artextract_cli.results.summary import write_summary
from artextract_cli.results.writer import up_to_date, write_scene
from artextract_cli.scenes.checks.values import check_values, warn_of_coding
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.atomic import clear_leftovers
from artextract_cli.utils.events import detail, progress
from artextract_cli.utils.locks import only_writer


def infer_dataset(
    dataset: Path,
    results: Path,
    model: AnyModel,
    *,
    split: str | None = None,
    wavelengths: Sequence[float] | None = None,
    coding: Coding | None = None,
    max_memory: int | None = None,
) -> list[dict[str, Any]]:
    """Score every scene of a dataset (or of one split) and return their descriptions.

    A scene that would take more than ``max_memory`` bytes is worked on in blocks. One that is there
    already, from the same pictures and model, is left as it is.

    Raises
    ------
    InputError
        If the dataset is not one, or some scene could not be read; the others are written.
    UsageError
        If there is no such split, or the folder of a scene in ``results`` is a symbolic link.
    ArtextractError
        If the results cannot be written, or another process writes to them.
    """
    opened = open_dataset(dataset, wavelengths, coding)
    scenes = [scene for scene in opened.scenes if split in (None, scene.split)]
    if not scenes:
        msg = f"{dataset} has no scenes in split {split!r}; choose train or val"
        raise UsageError(msg)
    return infer_scenes(scenes, results, model, max_memory, source_folders={dataset: "dataset"})


def infer_scenes(
    scenes: Sequence[SceneFiles],
    results: Path,
    model: AnyModel,
    max_memory: int | None = None,
    *,
    source_folders: Mapping[Path, str] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Score scenes one by one; a scene that cannot be read is reported, the others go on."""
    results_plan(results, [files.name for files in scenes], model, source_folders).check()
    plan = None if max_memory is None else memory_plan(max_memory, results)
    warn_of_coding(scenes)
    written: list[Path] = []
    failures: list[str] = []
    with only_writer(results), progress("inferring", len(scenes)) as advance:
        for files in scenes:
            try:
                _infer_if_needed(files, results, model, plan)
                written.append(results / files.name)
            except InputError as failure:
                failures.append(f"{files.name}: {failure}")
            advance(files.name)
        # Read back, not kept: thousands of them take more memory than the work.
        described = [dict(open_scene(folder).description) for folder in written]
        if described:
            write_summary(results, described)
    raise_failures(failures, len(scenes), "scored", results)
    return described


def _infer_if_needed(
    files: SceneFiles, results: Path, model: AnyModel, plan: MemoryPlan | None
) -> None:
    if up_to_date(results, files, model):
        clear_leftovers(results / files.name)
        detail(f"{files.name}: up to date")
        return
    scene = read_scene(files, plan)
    check_values(files, scene)
    write_scene(results, files, scene, score_scene(model, scene), model)


def memory_plan(max_memory: int, results: Path) -> MemoryPlan:
    """What scoring may take, and takes: measured, and rounded up; most of the program is torch."""
    return MemoryPlan(
        limit=max_memory,
        scratch=results,
        program=700 * 10**6,
        per_pixel=1500,
        per_band=35,
        per_superpixel=16000,
    )
