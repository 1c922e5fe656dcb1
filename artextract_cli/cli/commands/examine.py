"""`artextract examine`: from the folder of a camera to a report."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import option_keys, plugin_names
from artextract_cli.cli.data_options import Examining
from artextract_cli.cli.derived_options import Options, settings_as_options
from artextract_cli.cli.option_groups import Filed
from artextract_cli.utils.events import inform

if TYPE_CHECKING:
    from artextract_cli.examination.examine import Examination
    from artextract_cli.examination.record import Step


@settings_as_options
def examine(
    *,
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder with photograph and bands of one painting, a cube, or a dataset with one "
            "scene. Never written to."
        ),
    ],
    out: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("report.html"),
    how: Annotated[
        Examining,
        Options(
            names={"options": ("--options", "-o")},
            completion={
                "importer": plugin_names("importers"),
                "options": option_keys(("", "importers", "importer", "")),
            },
        ),
    ],
    filed: Filed,
) -> None:
    """Examine one painting: import, check, register, mask, infer, and report."""
    from artextract_cli.examination.examine import examine as examine_painting

    examination = examine_painting(folder, out, filing=filed.read(), on_step=_show, **vars(how))
    described = dataclasses.asdict(examination) | {"filing": examination.filing.stated}
    console.emit(described, [*_summary(examination)])
    if how.dry_run:
        console.suggest_without("--dry-run")
    else:
        console.suggest_opening(out, *console.pair_words(examination.folder / "results"))


def _show(step: "Step") -> None:
    inform(f"{step.name:<9} {step.result}")


def _summary(examination: "Examination") -> Iterator[str]:
    from artextract_cli.results.verdict import verdict_in_words

    if examination.scene is None:
        yield "dry run: nothing was written"
    else:
        yield f"verdict   {verdict_in_words(examination.scene)}"
        yield f"report    {examination.report}"
        yield f"files     {examination.folder}"
    yield "the same, step by step:"
    yield from (f"  {step.command}" for step in examination.steps if step.command)
