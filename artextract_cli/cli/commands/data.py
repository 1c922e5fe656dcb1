"""`artextract data`: import, check, correct, register and mask datasets, or simulate them."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from artextract_cli.cli import console
from artextract_cli.cli.commands.colour import colour
from artextract_cli.cli.completion import option_keys, plugin_names
from artextract_cli.cli.data_options import Importing, Lighting, Paintings
from artextract_cli.cli.data_tables import (
    calibrate_table,
    check_tables,
    flatten_table,
    import_tables,
    register_table,
)
from artextract_cli.cli.derived_options import Options, settings_as_options
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.cli.interruption import ResumableCommand
from artextract_cli.cli.option_groups import Captures
from artextract_cli.cli.parameters import Jobs
from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.coding import Coding
from artextract_cli.utils import events

if TYPE_CHECKING:
    import rich.table

    from artextract_cli.preprocessing.import_scenes import ImportedScene
    from artextract_cli.scenes.checks.dataset import DatasetCheck

app = typer.Typer(
    cls=HelpGroup,
    no_args_is_help=True,
    help="Import, check, calibrate, register and mask datasets, or simulate them.",
)
# Splits without any hidden layer; "some" leaves the choice to the simulator.
CLEAN_SPLITS = {"some": (), "train": ("train",), "all": ("train", "val")}


@app.command("import", cls=ResumableCommand)
@settings_as_options
def import_captures(
    *,
    importer: Annotated[
        str,
        typer.Argument(
            help="Importer to use, such as bands; 'artextract data import --help' lists all.",
            autocompletion=plugin_names("importers"),
        ),
    ],
    source: Annotated[Path, typer.Argument(help="Folder or file to read; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write, or to add scenes to.")],
    how: Annotated[
        Importing,
        Options(
            names={"options": ("--options", "-o")},
            completion={"options": option_keys(("", "importers", "importer", ""))},
        ),
    ],
) -> None:
    """Import captures into a new or existing dataset; no scene is written partially."""
    scenes = imported_scenes(importer, source, out, how)
    rows = [dataclasses.asdict(scene) for scene in scenes]
    data = {"dataset": out, "dry_run": how.dry_run, "scenes": rows}
    console.emit(data, list(import_tables(out, scenes, how.dry_run)))
    if how.dry_run:
        console.suggest_without("--dry-run")
    else:
        console.suggest("data", "check", out)


def imported_scenes(
    importer: str, source: Path, out: Path, how: Importing
) -> "list[ImportedScene]":
    """Import all scenes, showing progress."""
    from artextract_cli.preprocessing.import_dataset import import_dataset

    with events.progress("importing") as advance:
        return import_dataset(
            importer,
            source,
            out,
            options=how.options,
            split=how.split,
            auto_mask=how.auto_mask,
            coding=how.coding,
            dry_run=how.dry_run,
            jobs=how.jobs,
            cluster=how.chosen_cluster,
            on_scene=advance,
        )


@app.command(cls=HelpCommand)
@settings_as_options
def check(
    *,
    dataset: Annotated[Path, typer.Argument(help="Folder with train/ and val/ scenes.")],
    captures: Captures,
    jobs: Jobs = 1,
) -> None:
    """List every problem of a dataset at once; exit 3 if there is an error among them."""
    from artextract_cli.scenes.checks.dataset import check_dataset

    checked = check_dataset(
        dataset, wavelengths=captures.wavelengths, coding=captures.coding, jobs=jobs
    ).brief
    # The list is printed before the error, so that scripts get all findings and the exit code.
    console.emit(dataclasses.asdict(checked), list(check_tables(checked)))
    _suggest_after(checked, captures)
    n_errors = sum(f.level == "error" for f in checked.findings)
    if n_errors:
        errors = "an error" if n_errors == 1 else f"{n_errors} errors"
        msg = f"{dataset} has {errors}, listed above"
        raise InputError(msg)


def _suggest_after(checked: "DatasetCheck", captures: Captures) -> None:
    """Suggest to register misaligned bands, or to infer if there is no error."""
    remedies = {f.remedy for f in checked.findings if f.level == "error"}
    if None in remedies:
        return
    if any(finding.remedy == "register" for finding in checked.findings):
        console.suggest("data", "register", checked.root, "--out", console.free("registered"))
    else:
        words = captures.words
        console.suggest("infer", checked.root, "--out", console.free("results"), *words)


@app.command(cls=HelpCommand)
@settings_as_options
def calibrate(
    *,
    raw: Annotated[Path, typer.Argument(help="Dataset of raw counts; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write; must not exist yet.")],
    lighting: Lighting,
    jobs: Jobs = 1,
) -> None:
    """Convert raw counts to reflectance; mask saturated and dead pixels."""
    white, dark = lighting.white, lighting.dark
    if lighting.blind and white is None and dark is None:
        bands, table = _flatten(raw, out, lighting.coding)
    elif not lighting.blind and white is not None and dark is not None:
        bands, table = _calibrate(raw, white, dark, out, lighting, jobs)
    else:
        msg = "give both --white and --dark, or --blind without them"
        raise UsageError(msg)
    console.emit({"dataset": out, "bands": bands}, table)
    console.suggest("data", "check", out)


def _calibrate(
    raw: Path, white: Path, dark: Path, out: Path, lighting: Lighting, jobs: int
) -> "tuple[list[dict[str, Any]], rich.table.Table]":
    from artextract_cli.preprocessing.calibrate_dataset import calibrate_dataset

    with events.progress("calibrating") as advance:
        bands = calibrate_dataset(
            raw,
            white,
            dark,
            out,
            white_reflectance=lighting.white_reflectance,
            exposure_ratio=lighting.exposure_ratio,
            coding=lighting.coding,
            jobs=jobs,
            on_scene=advance,
        )
    return [dataclasses.asdict(band) for band in bands], calibrate_table(out, bands)


def _flatten(
    raw: Path, out: Path, coding: Coding
) -> "tuple[list[dict[str, Any]], rich.table.Table]":
    from artextract_cli.preprocessing.flatten_dataset import flatten_dataset

    with events.progress("flattening") as advance:
        images = flatten_dataset(raw, out, coding=coding, on_scene=advance)
    return [dataclasses.asdict(image) for image in images], flatten_table(out, images)


@app.command(cls=HelpCommand)
def register(
    dataset: Annotated[Path, typer.Argument(help="Dataset to read; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write; must not exist yet.")],
    model: Annotated[
        Literal["shift", "affine", "homography"],
        typer.Option(
            help="Transform between a band and its photograph.", rich_help_panel="Registration"
        ),
    ] = "affine",
    # A smaller default would refuse usable captures; with a larger one, bands pass whose shifted
    # contours look like hidden lines.
    max_residual: Annotated[
        float,
        typer.Option(
            min=0.05,
            help="Largest residual in px that 9 of 10 tiles may have.",
            rich_help_panel="Registration",
        ),
    ] = 1.0,
    jobs: Jobs = 1,
) -> None:
    """Register every band to its photograph, and crop to the area common to all images."""
    from artextract_cli.preprocessing.register_dataset import register_dataset

    with events.progress("registering") as advance:
        scenes = register_dataset(
            dataset, out, model=model, max_residual=max_residual, jobs=jobs, on_scene=advance
        )
    data = {"dataset": out, "model": model, "scenes": [dataclasses.asdict(s) for s in scenes]}
    console.emit(data, register_table(out, scenes))
    console.suggest("data", "mask", out, "--out", console.free("masked"))


@app.command(cls=HelpCommand)
def mask(
    dataset: Annotated[Path, typer.Argument(help="Registered dataset; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write; must not exist yet.")],
    jobs: Jobs = 1,
) -> None:
    """Mask everything that is not painting, such as backdrop; existing masks are kept."""
    from artextract_cli.preprocessing.mask_dataset import mask_dataset

    with events.progress("masking") as advance:
        scenes = mask_dataset(dataset, out, jobs=jobs, on_scene=advance)
    rows = [(s.split, s.scene, s.mask, 100 * s.painting) for s in scenes]
    data = {"dataset": out, "scenes": [dataclasses.asdict(scene) for scene in scenes]}
    columns = ("split", "scene", "mask", "painting %")
    console.emit(data, console.table(str(out), columns, rows))
    console.suggest("infer", out, "--out", console.free("results"))


app.command(cls=HelpCommand)(colour)


@app.command(cls=HelpCommand)
@settings_as_options
def simulate(
    *,
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist yet.")],
    paintings: Paintings,
) -> None:
    """Simulate two-layer Kubelka-Munk paintings with ground truth of the hidden layers."""
    from artextract_cli.simulate import (
        DEFAULT_WAVELENGTHS,
        SceneSettings,
        palette_named,
        simulate_dataset,
    )

    train, val, size, seed = paintings.train, paintings.val, paintings.size, paintings.seed
    chosen = paintings.wavelengths or DEFAULT_WAVELENGTHS
    palette = palette_named(paintings.palette)
    with events.progress("painting", train + val) as advance:
        simulate_dataset(
            out,
            train=train,
            val=val,
            seed=seed,
            settings=SceneSettings(
                size=size,
                wavelengths=chosen,
                palette=palette,
                layers=() if paintings.layers == "none" else (paintings.layers,),
            ),
            clean_splits=CLEAN_SPLITS[paintings.clean],
            on_scene=advance,
        )
    console.emit(
        {"dataset": out, "train": train, "val": val, "seed": seed, "palette": paintings.palette},
        f"{out}: {train} training and {val} validation scenes, {size} × {size} pixels, "
        f"{len(chosen)} band{'s' * (len(chosen) != 1)}",
    )
    console.suggest("graph", "build", out, "--out", console.free("graphs"))
