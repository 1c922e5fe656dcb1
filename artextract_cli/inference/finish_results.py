"""The summary of results that were computed in shards."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.inference.infer_dataset import dataset_scenes
from artextract_cli.results.commands import infer_command, scoring_words
from artextract_cli.results.existing import former_result, is_up_to_date, marks_of
from artextract_cli.results.marks import Marks
from artextract_cli.results.results_plan import results_plan
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.results.summary import SceneSummary, summarize, write_summary
from artextract_cli.scenes.names import first_names
from artextract_cli.utils.events import progress
from artextract_cli.utils.locks import directory_lock


def finish_results(
    dataset: Path,
    results: Path,
    model: SceneScorer,
    *,
    split: str | None = None,
    wavelengths: Sequence[float] | None = None,
    coding: Coding | None = None,
    marks: Marks | None = None,
) -> list[SceneSummary]:
    """Check that all scenes are scored, and write the summary that shards do not write.

    The scenes that are scored are summarised in any case, as `infer_dataset` does.

    Parameters
    ----------
    dataset
        The dataset that was scored.
    results
        Results directory of all shards.
    model
        From `open_scorer` or `open_model`.
    split
        "train" or "val"; both if None.
    wavelengths
        Wavelengths in nm, one per band in natural order; they override ``dataset.yaml``.
    coding
        How counts stand for light; overrides ``dataset.yaml``.
    marks
        Marks of a person that the shards learned from.

    Returns
    -------
    list of SceneSummary
        The summary of every scene.

    Raises
    ------
    InputError
        If a scene has no results from these images and this model; the message names it.
    UsageError
        If there is no such split, or ``results`` contains files that are not results.
    ArtextractError
        If another process writes to the results, or they cannot be written.
    """
    scenes = dataset_scenes(dataset, split, wavelengths, coding)
    names = [files.name for files in scenes]
    results_plan(results, names, model, {dataset: "dataset"}).check()
    rows, missing = [], []
    with directory_lock(results), progress("checking", len(scenes)) as advance:
        for files in scenes:
            former = former_result(results / files.name)
            learned = marks_of(files, marks)
            if former is not None and is_up_to_date(former, files, model, learned):
                rows.append(summarize(former.description))
            else:
                missing.append(files.name)
            advance(files.name)
        if rows:
            write_summary(results, rows)
    if missing:
        listed = first_names(missing)
        words = (*scoring_words(model.described()), *_words(split, wavelengths, coding))
        words += () if marks is None else ("--marks", str(marks.path))
        command = infer_command((dataset,), results, words)
        msg = (
            f"{len(missing)} of {len(scenes)} scenes are not scored in {results}: {listed}; run "
            f"`{command}`, which scores only these"
        )
        raise InputError(msg)
    return rows


def _words(
    split: str | None, wavelengths: Sequence[float] | None, coding: Coding | None
) -> Iterator[str]:
    """The options that choose scenes and state how they were captured."""
    if split is not None:
        yield from ("--split", split)
    for option in () if coding is None else coding.options:
        yield from ("--coding", option)
    if wavelengths is not None:
        yield from ("--wavelengths", ",".join(f"{nm:g}" for nm in wavelengths))
