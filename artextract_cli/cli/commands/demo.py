"""`artextract demo`: simulated paintings, examined as one's own would be."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.commands.evaluate import mean_tables
from artextract_cli.cli.config import remember
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.option_groups import DemoSettings
from artextract_cli.errors import UsageError
from artextract_cli.utils.output_plan import OutputPlan

if TYPE_CHECKING:
    from artextract_cli.cli.demo_job import Demo, ExaminedPainting


@settings_as_options
def demo(
    *,
    out: Annotated[
        Path, typer.Option(help="Output folder; must not exist yet, or be empty.")
    ] = Path("demo"),
    settings: DemoSettings,
) -> None:
    """Examine simulated paintings with the bundled model; needs no input."""
    OutputPlan(out=out, rules=(_check_empty,)).check()
    if settings.train:
        _train(out, settings)
        return
    from artextract_cli.cli.demo_job import run_demo

    done = run_demo(out, settings)
    remember(
        ("infer", {"dataset": done.dataset, "out": done.results}),
        ("evaluate", {"results": done.results, "truth": done.dataset}),
        ("visualize pair", {"results": done.results}),
        ("report", {"results": done.results}),
    )
    console.emit(dataclasses.asdict(done), [*_findings(done)])
    console.suggest_opening(done.report, *console.pair_words(done.results))


def _findings(done: "Demo") -> Iterator[str]:
    paintings = done.paintings
    n_found = sum(bool(p.summary.something_is_there) for p in paintings)
    n_hidden = sum(p.has_hidden_layer for p in paintings)
    yield f"{n_found} of {len(paintings)} paintings: finding; {n_hidden} have a hidden layer"
    yield from map(_line, paintings)
    yield f"picture   {done.picture}"
    yield f"report    {done.report}"


def _line(painting: "ExaminedPainting") -> str:
    from artextract_cli.results.verdict import verdict_in_words

    truth = "has a hidden layer" if painting.has_hidden_layer else "hides nothing"
    return f"  {painting.summary.scene} {truth}: {verdict_in_words(painting.summary)}"


def _train(out: Path, settings: DemoSettings) -> None:
    from artextract_cli.cli.demo_training import run_training_demo
    from artextract_cli.evaluation.summary import summarize_evaluation

    done = run_training_demo(out, settings)
    remember(
        ("graph build", {"dataset": done.dataset, "out": done.graphs}),
        ("train", {"graphs": done.graphs}),
        ("infer", {"dataset": done.dataset, "out": done.results, "model": done.run}),
        ("evaluate", {"results": done.results, "truth": done.dataset}),
        ("visualize pair", {"results": done.results, "model": done.run}),
        ("report", {"results": done.results}),
    )
    names = ("picture", "loss", "results", "report")
    paths = {name: getattr(done, name) for name in names}
    data = {"evaluation": summarize_evaluation(done.evaluation), **paths}
    lines = [f"{name:<9} {path}" for name, path in paths.items()]
    detection, _ = mean_tables(done.evaluation)
    console.emit(data, [detection, *lines])
    console.suggest_opening(done.report, *console.pair_words(done.results))


def _check_empty(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        msg = f"{out} is not empty: choose another --out"
        raise UsageError(msg)
