"""`artextract models`: the models that are included or in this folder, and their cards."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup

app = typer.Typer(
    cls=HelpGroup,
    invoke_without_command=True,
    help="List models, and show their cards; without a command, list.",
)


@app.callback()
def models(context: typer.Context) -> None:
    """List models, and show their cards; without a command, list."""
    if context.invoked_subcommand is None:
        list_models(Path())


@app.command("list", cls=HelpCommand)
def list_models(
    folder: Annotated[Path, typer.Argument(help="Folder to search for run directories.")] = Path(),
) -> None:
    """List the included models and the run directories in a folder."""
    from artextract_cli.models import listing

    listed = listing.list_models(folder)
    columns = ("model", "origin", "backbone", "learns from", "bands", "AUROC", "state")
    rows = [
        (
            each.name,
            each.origin,
            each.backbone or "",
            each.learns_from or "",
            ", ".join(each.bands),
            each.quality,
            "" if each.is_finished else "not finished",
        )
        for each in listed
    ]
    console.emit([dataclasses.asdict(m) for m in listed], console.table("models", columns, rows))
    console.suggest("models", "show", listed[-1].name)


@app.command(cls=HelpCommand)
def show(
    model: Annotated[
        Path, typer.Argument(help="Run directory, model file, or gat, gcn or none.")
    ] = Path("gat"),
) -> None:
    """Show the card of a model: licence, data, metrics and limits."""
    from artextract_cli.models.score_card import card_path
    from artextract_cli.models.written_card import written_card

    text = written_card(model)
    console.emit({"model": model, "card": text}, text.rstrip("\n"))
    if card_path(model) is None:
        console.suggest("export", "model", model, "--out", console.free("model.pt2"))
