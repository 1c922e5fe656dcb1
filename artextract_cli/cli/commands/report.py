"""`artextract report`: results as one self-contained HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import scene_names
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.option_groups import Filed, Reporting
from artextract_cli.cli.parameters import Jobs
from artextract_cli.utils import events

# Larger pages take long to open in a browser; seven large scenes of 14 MB come close.
MAX_QUICK_BYTES = 100_000_000


@settings_as_options
def report(
    *,
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    out: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("report.html"),
    scene: Annotated[
        list[str] | None,
        typer.Option(help="Only this scene; may be repeated.", autocompletion=scene_names),
    ] = None,
    shown: Reporting,
    filed: Filed,
    jobs: Jobs = 1,
) -> None:
    """Write the results with all images as one self-contained HTML file."""
    from artextract_cli.report.writing import write_report
    from artextract_cli.results.marks import read_marks

    filing = filed.read()
    names = write_report(
        results,
        out,
        names=scene or (),
        with_bands=not shown.no_bands,
        pixels_per_mm=shown.pixels_per_mm,
        filing=filing,
        plates=shown.plates,
        marks=None if shown.marks is None else read_marks(shown.marks),
        jobs=jobs,
    )
    size = out.stat().st_size
    if size > MAX_QUICK_BYTES:
        events.warn(f"{out} is {size / 1e6:.0f} MB large: select fewer scenes with --scene")
    line = f"{out}  ({len(names)} scene{'s' * (len(names) != 1)}, {size / 1e6:.1f} MB)"
    written = {"report": out, "scenes": names, "bytes": size, "filing": filing.stated}
    console.emit(written | {"plates": shown.plates, "marks": shown.marks}, line)
    console.suggest_opening(out, *console.pair_words(results))
