"""From a dataset or a pair of images to a results directory."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from artextract_cli.errors import UsageError, raise_failures
from artextract_cli.imaging.coding import Coding
from artextract_cli.inference.scene_work import Scoring, memory_plan
from artextract_cli.pipelines.reranking import check_can_learn
from artextract_cli.results.marks import Marks, warn_of_other_names
from artextract_cli.results.results_plan import results_plan
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.results.summary import SceneSummary, write_summary
from artextract_cli.scenes.checks.values import warn_of_coding
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.planned_work import planned_outcomes
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import detail, progress
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.memory import keep_freed_memory
from artextract_cli.utils.parallel.cluster import Cluster, chosen_pool
from artextract_cli.utils.parallel.shards import Shard


def infer_dataset(
    dataset: Path,
    results: Path,
    model: SceneScorer,
    *,
    split: str | None = None,
    wavelengths: Sequence[float] | None = None,
    coding: Coding | None = None,
    max_memory: int | None = None,
    jobs: int = 1,
    cluster: Cluster | None = None,
    shard: Shard | None = None,
    marks: Marks | None = None,
) -> list[SceneSummary]:
    """Score every scene of a dataset, or of one split, and write a results directory.

    A scene with results from the same images and model is left as it is. The results are the same
    bytes for any number of jobs, and of shards once `finish_results` has written their summary.

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
        Bytes; a scene that would take more is processed in blocks, and fewer scenes than ``jobs``
        at a time if these take more together. No limit if None.
    jobs
        Number of scenes scored at a time, in separate processes; with more than one, a script must
        keep its work under ``if __name__ == "__main__":``.
    cluster
        Workers of Dask that take the place of ``jobs``; the same holds for scripts.
    shard
        Score only these scenes and write no summary; other processes may score the other shards at
        the same time.
    marks
        Marks of a person, from `read_marks`; scenes with marks get a re-ranked map beside the
        heat map.

    Returns
    -------
    list of SceneSummary
        The summary of every scene; `find_scene` reads its maps and its description.

    Raises
    ------
    InputError
        If the dataset is not valid, or some scene could not be read; the others are written.
    UsageError
        If there is no such split, the folder of a scene in ``results`` is a symbolic link, or the
        model cannot learn from marks.
    ArtextractError
        If the results cannot be written, or another process writes to them.
    """
    return infer_scenes(
        dataset_scenes(dataset, split, wavelengths, coding),
        results,
        model,
        max_memory=max_memory,
        jobs=jobs,
        cluster=cluster,
        shard=shard,
        marks=marks,
        source_folders={dataset: "dataset"},
    )


def dataset_scenes(
    dataset: Path,
    split: str | None,
    wavelengths: Sequence[float] | None,
    coding: Coding | None,
) -> list[SceneFiles]:
    """The scenes of a dataset, or of one split.

    Raises
    ------
    InputError
        If the dataset is not valid.
    UsageError
        If there is no such split.
    """
    opened = open_dataset(dataset, wavelengths=wavelengths, coding=coding)
    scenes = [scene for scene in opened.scenes if split in (None, scene.split)]
    if not scenes:
        msg = f"{dataset} has no scenes in split {split!r}; choose train or val"
        raise UsageError(msg)
    return scenes


def infer_scenes(
    scenes: Sequence[SceneFiles],
    results: Path,
    model: SceneScorer,
    *,
    max_memory: int | None = None,
    jobs: int = 1,
    cluster: Cluster | None = None,
    shard: Shard | None = None,
    marks: Marks | None = None,
    source_folders: Mapping[Path, str] = MappingProxyType({}),
) -> list[SceneSummary]:
    """Score scenes one by one or several at a time, and write a results directory.

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
        Bytes; a scene that would take more is processed in blocks, and fewer scenes than ``jobs``
        at a time if these take more together. No limit if None.
    jobs
        Number of scenes scored at a time, in separate processes; with more than one, a script must
        keep its work under ``if __name__ == "__main__":``.
    cluster
        Workers of Dask that take the place of ``jobs``; the same holds for scripts.
    shard
        Score only these scenes and write no summary; other processes may score the other shards at
        the same time.
    marks
        Marks of a person, from `read_marks`; scenes with marks get a re-ranked map beside the
        heat map.
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
        If the folder of a scene in ``results`` is a symbolic link, or belongs to something else; or
        if the model cannot learn from marks.
    ArtextractError
        If the results cannot be written, or another process writes to them.
    """
    # Blocks of a scene, or one scene after another, need the same memory again and again.
    keep_freed_memory()
    pool = chosen_pool(jobs, cluster)
    if marks is not None:
        check_can_learn(model)
        warn_of_other_names(marks, [files.name for files in scenes])
    results_plan(results, [files.name for files in scenes], model, source_folders).check()
    if shard is not None:
        scenes = shard.of(scenes)
    # Scratch files of large scenes lie beside the results: a system's temporary folder may be in
    # memory.
    plan = None if max_memory is None else memory_plan(max_memory, results)
    warn_of_coding(scenes)
    scoring = partial(Scoring, results, model, marks=marks)
    with directory_lock(results, shard), progress("inferring", len(scenes)) as advance:
        outcomes = planned_outcomes(scoring, plan, scenes, pool, advance)
        rows = [outcome.result.summary for outcome in outcomes if outcome.result is not None]
        if rows and shard is None:
            write_summary(results, rows)
    for outcome in outcomes:
        if outcome.result is not None and outcome.result.was_up_to_date:
            detail(f"{outcome.name}: up to date")
    failures = [outcome.sentence for outcome in outcomes if outcome.failure]
    raise_failures(failures, len(scenes), "scored", results)
    return rows
