"""`artextract demo`: the complete workflow on simulated paintings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.commands.evaluate import evaluation_tables
from artextract_cli.cli.config import remember
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.option_groups import DemoSettings
from artextract_cli.errors import UsageError
from artextract_cli.utils.output_plan import OutputPlan

if TYPE_CHECKING:
    from artextract_cli.cli.demo_job import Demo


@settings_as_options
def demo(
    *,
    out: Annotated[
        Path, typer.Option(help="Output folder; must not exist yet, or be empty.")
    ] = Path("demo"),
    settings: DemoSettings,
) -> None:
    """Simulate paintings, build graphs, train, infer, evaluate and report; needs no input."""
    # Before the imports, which take seconds.
    OutputPlan(out=out, rules=(_check_empty,)).check()
    from artextract_cli.cli.demo_job import run_demo
    from artextract_cli.evaluation.summary import summarize_evaluation

    demo_run = run_demo(out, settings)
    _remember(demo_run)
    console.emit(
        {
            "evaluation": summarize_evaluation(demo_run.evaluation),
            "overlay": demo_run.overlay,
            "hidden": demo_run.hidden,
            "loss": demo_run.loss,
            "results": demo_run.results,
            "report": demo_run.report,
        },
        [
            *evaluation_tables(demo_run.evaluation),
            f"overlay    {demo_run.overlay}",
            f"hidden     {demo_run.hidden}",
            f"loss plot  {demo_run.loss}",
            f"results    {demo_run.results}",
            f"report     {demo_run.report}",
        ],
    )
    console.suggest_opening(demo_run.report)


def _check_empty(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        msg = f"{out} is not empty: choose another --out"
        raise UsageError(msg)


def _remember(demo_run: "Demo") -> None:
    remember(
        ("graph build", {"dataset": demo_run.dataset, "out": demo_run.graphs}),
        ("train", {"graphs": demo_run.graphs}),
        ("infer", {"dataset": demo_run.dataset, "out": demo_run.results, "model": demo_run.run}),
        ("evaluate", {"results": demo_run.results, "truth": demo_run.dataset}),
        ("visualize pair", {"results": demo_run.results, "model": demo_run.run}),
        ("report", {"results": demo_run.results}),
    )
