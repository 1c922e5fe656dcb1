"""`artextract data`: simulate datasets and check them."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from artextract_cli import console
from artextract_cli.commands.parameters import Wavelengths, parse_wavelengths
from artextract_cli.errors import InputError

if TYPE_CHECKING:
    import rich.table

    from artextract_cli.dataset_check import DatasetCheck, SceneRow

app = typer.Typer(no_args_is_help=True, help="Simulate datasets and check them.")


@app.command()
def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist yet.")],
    train: Annotated[int, typer.Option(min=0, help="Training scenes.")] = 24,
    val: Annotated[int, typer.Option(min=0, help="Validation scenes.")] = 8,
    size: Annotated[int, typer.Option(min=16, help="Side of the pictures in pixels.")] = 256,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of everything random.")] = 0,
    wavelengths: Wavelengths = None,
    palette: Annotated[
        Literal["a", "b"],
        typer.Option(help="How the paintings look: as old masters (a) or as moderns (b)."),
    ] = "a",
    clean: Annotated[
        Literal["some", "train", "all"],
        typer.Option(help="Scenes that hide nothing: every fourth, all training scenes, or all."),
    ] = "some",
) -> None:
    """Paint two-layer Kubelka-Munk pictures, and say where something is hidden in them."""
    from artextract_cli.simulate import (
        DEFAULT_WAVELENGTHS,
        PALETTES,
        SceneSettings,
        simulate_dataset,
    )

    chosen = parse_wavelengths(wavelengths) or DEFAULT_WAVELENGTHS
    settings = SceneSettings(size=size, wavelengths=chosen, palette=PALETTES[palette])
    with console.progress("painting", train + val) as advance:
        simulate_dataset(
            out,
            train=train,
            val=val,
            seed=seed,
            settings=settings,
            clean_splits={"some": (), "train": ("train",), "all": ("train", "val")}[clean],
            on_scene=advance,
        )
    console.emit(
        {"dataset": out, "train": train, "val": val, "seed": seed, "palette": palette},
        f"{out}: {train} training and {val} validation scenes, {size} × {size} pixels, "
        f"{len(chosen)} bands",
    )


@app.command()
def check(
    dataset: Annotated[Path, typer.Argument(help="Folder with train/ and val/ scenes.")],
    wavelengths: Wavelengths = None,
) -> None:
    """List every problem of a dataset at once; exit 3 if there is an error among them."""
    from artextract_cli.dataset_check import check_dataset

    checked = check_dataset(dataset, parse_wavelengths(wavelengths))
    console.emit(dataclasses.asdict(checked), list(_check_tables(checked)))
    n_errors = sum(f.level == "error" for f in checked.findings)
    if n_errors:
        found = "an error; it is" if n_errors == 1 else f"{n_errors} errors; they are"
        msg = f"{dataset} has {found} listed above"
        raise InputError(msg)


def _check_tables(checked: "DatasetCheck") -> "Iterator[rich.table.Table | str]":
    of_splits = ("split", "scenes", "bands", "wavelengths from")
    rows = [(s.split, s.scenes, s.bands, s.wavelengths_from) for s in checked.splits]
    yield console.table(str(checked.root), of_splits, rows)
    of_scenes = ("split", "scene", "size", "depth", "bands", "nm", "truth", "mask", "shift px")
    yield console.table("scenes", of_scenes, [_scene_cells(row) for row in checked.rows])
    for finding in checked.findings:
        yield f"{finding.level}: {finding.message}"
    if not checked.findings:
        yield "no problems"


def _scene_cells(row: "SceneRow") -> tuple[object, ...]:
    size = None if row.size is None else f"{row.size[1]} × {row.size[0]}"
    nm = row.wavelengths
    span = None if not nm else f"{min(nm):g}–{max(nm):g}"
    marks = ("yes" if row.truth else "no", "yes" if row.mask else "no")
    return row.split, row.scene, size, row.depth, row.bands, span, *marks, row.largest_shift
