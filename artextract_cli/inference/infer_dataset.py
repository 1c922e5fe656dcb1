"""From a dataset or a pair of images to a results directory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from artextract_cli.errors import InputError, UsageError, raise_failures
from artextract_cli.imaging.coding import Coding
from artextract_cli.pipelines.scoring import score_scene
from artextract_cli.results.existing import former_result, is_up_to_date
from artextract_cli.results.results_plan import results_plan
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.results.summary import SceneSummary, summarize, write_summary
from artextract_cli.results.writer import write_scene
from artextract_cli.scenes.checks.registration import registration_of, warn_of_registration
from artextract_cli.scenes.checks.values import check_values, warn_of_coding
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.atomic import clear_leftovers
from artextract_cli.utils.events import detail, progress
from artextract_cli.utils.locks import directory_lock


def infer_dataset(
    dataset: Path,
    results: Path,
    model: SceneScorer,
    *,
    split: str | None = None,
    wavelengths: Sequence[float] | None = None,
    coding: Coding | None = None,
    max_memory: int | None = None,
) -> list[SceneSummary]:
    """Score every scene of a dataset, or of one split, and write a results directory.

    A scene with results from the same images and model is left as it is.

    Parameters
    ----------
    dataset
        Dataset to read; never written to.
    results
        Results directory to write, or to add scenes to.
    model
        From `open_scorer` or `open_model`.
    split
        "train" or "val"; both if None.
    wavelengths
        Wavelengths in nm, one per band in natural order; they override ``dataset.yaml``.
    coding
        How counts stand for light; overrides ``dataset.yaml``.
    max_memory
        Bytes; a scene that would take more is processed in blocks. No limit if None.

    Returns
    -------
    list of SceneSummary
        The summary of every scene; `find_scene` reads its maps and its description.

    Raises
    ------
    InputError
        If the dataset is not valid, or some scene could not be read; the others are written.
    UsageError
        If there is no such split, or the folder of a scene in ``results`` is a symbolic link.
    ArtextractError
        If the results cannot be written, or another process writes to them.
    """
    opened = open_dataset(dataset, wavelengths=wavelengths, coding=coding)
    scenes = [scene for scene in opened.scenes if split in (None, scene.split)]
    if not scenes:
        msg = f"{dataset} has no scenes in split {split!r}; choose train or val"
        raise UsageError(msg)
    sources = {dataset: "dataset"}
    return infer_scenes(scenes, results, model, max_memory=max_memory, source_folders=sources)


def infer_scenes(
    scenes: Sequence[SceneFiles],
    results: Path,
    model: SceneScorer,
    *,
    max_memory: int | None = None,
    source_folders: Mapping[Path, str] = MappingProxyType({}),
) -> list[SceneSummary]:
    """Score scenes one by one, and write a results directory.

    A scene that cannot be read is reported at the end, and the others are scored.

    Parameters
    ----------
    scenes
        Scenes of `open_dataset`, or of `pair_files`.
    results
        Results directory to write, or to add scenes to.
    model
        From `open_scorer` or `open_model`.
    max_memory
        Bytes; a scene that would take more is processed in blocks. No limit if None.
    source_folders
        Folders that must not contain the results, and what each is: {dataset: "dataset"}.

    Returns
    -------
    list of SceneSummary
        The summary of every scene; `find_scene` reads its maps and its description.

    Raises
    ------
    InputError
        If some scene could not be read; the others are written.
    UsageError
        If the folder of a scene in ``results`` is a symbolic link, or belongs to something else.
    ArtextractError
        If the results cannot be written, or another process writes to them.
    """
    results_plan(results, [files.name for files in scenes], model, source_folders).check()
    # Scratch files of large scenes lie beside the results: a system's temporary folder may be in
    # memory.
    plan = None if max_memory is None else memory_plan(max_memory, results)
    warn_of_coding(scenes)
    rows: list[SceneSummary] = []
    failures: list[str] = []
    with directory_lock(results), progress("inferring", len(scenes)) as advance:
        for files in scenes:
            try:
                described = _inferred(files, results, model, plan)
                registration = registration_of(described["registration"])
                warn_of_registration(files, registration, described["shape"])
                rows.append(summarize(described))
            # A collection should not fail at its worst image: the others are scored, and this one
            # is reported.
            except InputError as failure:
                failures.append(f"{files.name}: {failure}")
            advance(files.name)
        if rows:
            write_summary(results, rows)
    raise_failures(failures, len(scenes), "scored", results)
    return rows


def _inferred(
    files: SceneFiles, results: Path, model: SceneScorer, plan: MemoryPlan | None
) -> Mapping[str, Any]:
    """Score a scene unless its results are up to date; return its description."""
    former = former_result(results / files.name)
    if former is not None and is_up_to_date(former, files, model):
        # A kill may have left temporary files beside complete results.
        clear_leftovers(former.path)
        detail(f"{files.name}: up to date")
        return former.description
    # What the former run wrote may be replaced; other files in the folder are the user's.
    written = None if former is None else former.description["files"]
    scene = read_scene(files, plan)
    check_values(files, scene)
    return write_scene(results, files, scene, score_scene(model, scene), model, written)


def memory_plan(max_memory: int, results: Path) -> MemoryPlan:
    """Memory that scoring may use and does use: bytes measured and rounded up, mostly torch."""
    return MemoryPlan(
        limit=max_memory,
        scratch=results,
        # Mostly torch and compiled code. Too low, and a scene is killed by the system; too high,
        # and one that would fit is processed in blocks, which takes longer.
        program=700 * 10**6,
        # The 67 maps of evidence and intermediate results.
        per_pixel=1500,
        per_band=35,
        # Features, messages and embeddings of the whole graph, which is not cut into blocks.
        per_superpixel=16000,
    )
