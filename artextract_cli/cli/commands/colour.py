"""`artextract data colour`: correct the colours of photographs."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.data_options import Colouring
from artextract_cli.cli.data_tables import colour_tables
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.parameters import Jobs, parse_grey
from artextract_cli.utils import events


@settings_as_options
def colour(
    *,
    dataset: Annotated[Path, typer.Argument(help="Dataset to read; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write; must not exist yet.")],
    how: Colouring,
    jobs: Jobs = 1,
) -> None:
    """Correct the colours of photographs by a ColorChecker in them, or by a grey patch."""
    from artextract_cli.preprocessing.colour_dataset import colour_dataset

    grey = parse_grey(how.grey)
    with events.progress("correcting") as advance:
        photographs = colour_dataset(
            dataset,
            out,
            grey=grey,
            chart_scene=how.chart_scene,
            coding=how.coding,
            jobs=jobs,
            on_scene=advance,
        )
    rows = [dataclasses.asdict(photograph) for photograph in photographs]
    console.emit({"dataset": out, "photographs": rows}, list(colour_tables(out, photographs)))
    console.suggest("data", "check", out)
