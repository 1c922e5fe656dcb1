"""`artextract infer`: score scenes with a trained model."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artextract_cli.cli import console
from artextract_cli.cli.config import Remember
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.option_groups import Pair, ScoredCaptures, ScorerSetup
from artextract_cli.errors import UsageError

if TYPE_CHECKING:
    import rich.table

    from artextract_cli.results.marks import Marks
    from artextract_cli.results.summary import SceneSummary
    from artextract_cli.scenes.scene import SceneFiles


@settings_as_options
def infer(
    *,
    dataset: Annotated[
        Path | None, typer.Argument(help="Dataset folder; alternatively give --rgb and --band.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Results directory to write.")] = Path("results"),
    scorer: ScorerSetup,
    pair: Pair,
    captures: ScoredCaptures,
    remember: Remember = False,
) -> None:
    """Score every scene: heat maps, hidden-layer image, attention, embeddings, regions."""
    if (files := pair.files(captures.coding)) is not None:
        scored = _score_pair(files, out, scorer, captures)
    elif dataset is not None and pair.is_absent:
        scored = _score_dataset(dataset, out, scorer, captures)
    else:
        msg = "give either a dataset folder, or --rgb FILE with --band NM=FILE"
        raise UsageError(msg)
    if remember:
        _remember(dataset, out, scorer.model)
    # A function, so that the descriptions are read only with --json.
    console.emit(partial(_descriptions, out, scored), _table(out, scored))
    if captures.shard is not None:
        console.suggest_instead("--shard", "--finish")
    else:
        console.suggest("report", out, "--out", console.free("report.html"))


def _score_pair(
    files: "SceneFiles", out: Path, scorer: ScorerSetup, captures: ScoredCaptures
) -> "list[SceneSummary]":
    from artextract_cli.inference.infer_dataset import infer_scenes

    return infer_scenes(
        [files],
        out,
        scorer.open(),
        max_memory=captures.max_memory,
        marks=_marks(captures.marks),
    )


def _score_dataset(
    dataset: Path,
    out: Path,
    scorer: ScorerSetup,
    captures: ScoredCaptures,
) -> "list[SceneSummary]":
    """Score a dataset or a shard of it, or summarise the results of all shards."""
    from artextract_cli.inference.finish_results import finish_results
    from artextract_cli.inference.infer_dataset import infer_dataset

    if captures.finish and captures.shard is not None:
        msg = "--finish puts all shards together: omit --shard"
        raise UsageError(msg)
    of_scenes: Mapping[str, Any] = {
        "split": captures.split,
        "wavelengths": captures.wavelengths,
        "coding": captures.coding,
        "marks": _marks(captures.marks),
    }
    if captures.finish:
        return finish_results(dataset, out, scorer.open(), **of_scenes)
    return infer_dataset(
        dataset,
        out,
        scorer.open(),
        max_memory=captures.max_memory,
        jobs=captures.jobs,
        cluster=captures.chosen_cluster,
        shard=captures.shard,
        **of_scenes,
    )


def _marks(path: Path | None) -> "Marks | None":
    from artextract_cli.results.marks import read_marks

    return None if path is None else read_marks(path)


def _remember(dataset: Path | None, out: Path, model: Path) -> None:
    remember_in_config(
        ("infer", {"dataset": dataset, "out": out, "model": model}),
        ("evaluate", {"results": out, "truth": dataset}),
        ("visualize pair", {"results": out, "model": model}),
        ("report", {"results": out}),
    )


def _table(out: Path, scored: "Sequence[SceneSummary]") -> "rich.table.Table":
    from artextract_cli.results.verdict import verdict_in_words

    columns = (
        "scene",
        "Euclidean distance",
        "cosine similarity",
        "% of surface at 2 or more",
        "verdict",
        "registration px",
    )
    rows = [
        (
            scene.scene,
            scene.euclidean_distance,
            scene.cosine_similarity,
            100 * scene.share_above_1_percent_false_alarms,
            verdict_in_words(scene),
            scene.registration_residual,
        )
        for scene in scored
    ]
    return console.table(f"results in {out}", columns, rows)


def _descriptions(results: Path, scored: "Sequence[SceneSummary]") -> list[dict[str, Any]]:
    """Contents of every scene.json, read at the end: too large to keep during scoring."""
    from artextract_cli.results.reader import open_scene

    return [dict(open_scene(results / scene.scene).description) for scene in scored]
