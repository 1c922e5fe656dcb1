"""`artextract report`: one HTML file that can be filed."""

from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import scene_names
from artextract_cli.utils import events

LARGE = 100_000_000  # bytes; above this a browser takes long


def report(
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    out: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("report.html"),
    scene: Annotated[
        list[str] | None,
        typer.Option(help="Only this scene; may be given many times.", autocompletion=scene_names),
    ] = None,
    no_bands: Annotated[
        bool,
        typer.Option("--no-bands", help="Without pictures of the bands, if they are not at hand."),
    ] = False,
    pixels_per_mm: Annotated[
        float | None,
        typer.Option(min=1e-6, max=1e6, help="Scale of the photograph; wins over dataset.yaml."),
    ] = None,
) -> None:
    """Write what was found, with all pictures, as one HTML file that needs nothing else."""
    from artextract_cli.report.writing import write_report

    names = write_report(
        results, out, names=scene or (), with_bands=not no_bands, pixels_per_mm=pixels_per_mm
    )
    size = out.stat().st_size
    if size > LARGE:
        events.warn(f"{out} has {size / 1e6:.0f} MB: name fewer scenes with --scene")
    made = f"{out}  ({len(names)} scene{'s' * (len(names) != 1)}, {size / 1e6:.1f} MB)"
    console.emit({"report": out, "scenes": names, "bytes": size}, made)
