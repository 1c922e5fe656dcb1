"""`artextract demo`: the whole job on simulated paintings."""

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
    out: Annotated[Path, typer.Option(help="Folder for everything; must not exist yet.")] = Path(
        "demo"
    ),
    settings: DemoSettings,
) -> None:
    """Simulate paintings, build graphs, train, infer, evaluate and report; nothing is needed."""
    OutputPlan(out=out, rules=(_check_empty,)).check()
    from artextract_cli.cli.demo_job import run_demo
    from artextract_cli.evaluation.summary import summarize_evaluation

    made = run_demo(out, settings)
    _remember(made)
    console.emit(
        {
            "evaluation": summarize_evaluation(made.evaluation),
            "overlay": made.overlay,
            "hidden": made.hidden,
            "loss": made.loss,
            "results": made.results,
            "report": made.report,
        },
        [
            *evaluation_tables(made.evaluation),
            f"overlay    {made.overlay}",
            f"beneath    {made.hidden}",
            f"loss plot  {made.loss}",
            f"results    {made.results}",
            f"report     {made.report}",
        ],
    )


def _check_empty(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        msg = f"{out} is not empty: choose another --out"
        raise UsageError(msg)


def _remember(made: "Demo") -> None:
    remember(
        ("graph build", {"dataset": made.dataset, "out": made.graphs}),
        ("train", {"graphs": made.graphs}),
        ("infer", {"dataset": made.dataset, "out": made.results, "model": made.run}),
        ("evaluate", {"results": made.results, "truth": made.dataset}),
        ("visualize pair", {"results": made.results, "model": made.run}),
        ("report", {"results": made.results}),
    )
