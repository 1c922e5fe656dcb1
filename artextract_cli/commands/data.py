"""`artextract data`: simulate datasets and check them."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from artextract_cli import console
from artextract_cli.commands.parameters import Wavelengths, parse_wavelengths
from artextract_cli.errors import InputError

app = typer.Typer(no_args_is_help=True, help="Simulate datasets and check them.")


@app.command()
def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist yet.")],
    train: Annotated[int, typer.Option(min=0, help="Training scenes.")] = 24,
    val: Annotated[int, typer.Option(min=0, help="Validation scenes.")] = 8,
    size: Annotated[int, typer.Option(min=16, help="Side of the pictures in pixels.")] = 256,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 0,
    wavelengths: Wavelengths = None,
) -> None:
    """Paint two-layer Kubelka-Munk pictures, and say where something is hidden in them."""
    from artextract_cli.simulate import DEFAULT_WAVELENGTHS, SceneSettings, simulate_dataset

    chosen = parse_wavelengths(wavelengths) or DEFAULT_WAVELENGTHS
    settings = SceneSettings(size=size, wavelengths=chosen)
    with console.progress("painting", train + val) as advance:
        simulate_dataset(out, train=train, val=val, seed=seed, settings=settings, on_scene=advance)
    console.emit(
        {"dataset": out, "train": train, "val": val, "seed": seed},
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
    rows = [tuple(dataclasses.asdict(row).values()) for row in checked.rows]
    columns = [field.name.replace("_", " ") for field in dataclasses.fields(checked.rows[0])]
    findings = [(f.level, f.scene, f.file, f.message) for f in checked.findings]
    console.emit(
        dataclasses.asdict(checked),
        [
            console.table(str(dataset), columns, rows),
            console.table("findings", ("level", "scene", "file", "what"), findings),
        ]
        if findings
        else console.table(str(dataset), columns, rows),
    )
    n_errors = sum(f.level == "error" for f in checked.findings)
    if n_errors:
        msg = f"{dataset} has {n_errors} errors; they are listed above"
        raise InputError(msg)
