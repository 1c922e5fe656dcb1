"""`artextract infer`: score scenes with a trained model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artextract_cli.cli import console
from artextract_cli.cli.config import Remember
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.option_groups import LargeCaptures, Pair, ScorerSetup
from artextract_cli.errors import UsageError

if TYPE_CHECKING:
    import rich.table


@settings_as_options
def infer(
    *,
    dataset: Annotated[
        Path | None, typer.Argument(help="Dataset folder; or give --rgb and --band.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Results directory to write.")] = Path("results"),
    scorer: ScorerSetup,
    pair: Pair,
    split: Annotated[str | None, typer.Option(help="Only this split: train or val.")] = None,
    captures: LargeCaptures,
    remember: Remember = False,
) -> None:
    """Score every scene: heat maps, hidden picture, attention, embeddings, similarity, regions."""
    from artextract_cli.inference.infer_dataset import infer_dataset, infer_scenes

    if (files := pair.files(captures.coding)) is not None:
        described = infer_scenes([files], out, scorer.open(), captures.max_memory)
    elif dataset is not None and pair.is_absent:
        described = infer_dataset(
            dataset,
            out,
            scorer.open(),
            split=split,
            wavelengths=captures.wavelengths,
            coding=captures.coding,
            max_memory=captures.max_memory,
        )
    else:
        msg = "give a dataset folder, or one --rgb FILE with --band NM=FILE"
        raise UsageError(msg)
    if remember:
        _remember(dataset, out, scorer.model)
    console.emit(described, _table(out, described))


def _remember(dataset: Path | None, out: Path, model: Path) -> None:
    remember_in_config(
        ("infer", {"dataset": dataset, "out": out, "model": model}),
        ("evaluate", {"results": out, "truth": dataset}),
        ("visualize pair", {"results": out, "model": model}),
        ("report", {"results": out}),
    )


def _table(out: Path, described: Sequence[Mapping[str, Any]]) -> "rich.table.Table":
    from artextract_cli.results.regions import has_places
    from artextract_cli.results.summary import fused

    columns = (
        "scene",
        "Euclidean distance",
        "cosine similarity",
        "% above 1 % false alarms",
        "beneath",
    )
    rows = [
        (
            d["scene"],
            fused(d["euclidean_distance"]),
            fused(d["cosine_similarity"]),
            100 * d["share_above_1_percent_false_alarms"],
            _verdict(d["image_level"], has_places=has_places(d)),
        )
        for d in described
    ]
    return console.table(f"results in {out}", columns, rows)


def _verdict(whole: Mapping[str, Any] | None, *, has_places: bool) -> str | None:
    """Whether something is there at all, and how often a clean painting would look like that."""
    if whole is None:
        return None
    nothing = "no finding, but places to look at" if has_places else "nothing found"
    found = "something" if whole["something_is_there"] else nothing
    rate = 100 * whole["false_alarm_rate"]
    shown = f"{rate:.0f}" if rate >= 10 else f"{rate:.2g}"
    return f"{found} ({shown} % of clean paintings score so high)"
