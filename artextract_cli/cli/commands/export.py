"""`artextract export`: results in the formats of other programs."""

from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import scene_names
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.cli.option_groups import Filed, Shown

app = typer.Typer(
    cls=HelpGroup, no_args_is_help=True, help="Pass results on in the formats of other programs."
)


BaseUrl = Annotated[
    str,
    typer.Option(
        help="Address at which the folder will be served.", metavar="URL", rich_help_panel="Output"
    ),
]
Rights = Annotated[
    str | None,
    typer.Option(
        help="Address of a licence or statement of rights.", metavar="URL", rich_help_panel="Filing"
    ),
]


@app.command(cls=HelpCommand)
@settings_as_options
def iiif(
    *,
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    out: Annotated[Path, typer.Option(help="Folder to write, for a web server.")] = Path("site"),
    base_url: BaseUrl = "http://localhost:8000",
    scene: Annotated[
        list[str] | None,
        typer.Option(help="Only this scene; may be repeated.", autocompletion=scene_names),
    ] = None,
    rights: Rights = None,
    shown: Shown,
    filed: Filed,
) -> None:
    """Write image tiles and manifests that IIIF viewers open from any web server."""
    from artextract_cli.export.iiif.writing import export_iiif

    manifests = export_iiif(
        results,
        out,
        base_url=base_url,
        names=scene or (),
        with_bands=not shown.no_bands,
        pixels_per_mm=shown.pixels_per_mm,
        filing=filed.read(),
        rights=rights,
    )
    console.emit({"folder": out, "manifests": manifests}, manifests)
    console.suggest_serving(out, base_url)
