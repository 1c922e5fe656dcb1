"""`artextract data`: import and simulate datasets, and check them."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import option_keys, plugin_names
from artextract_cli.cli.data_tables import check_tables, import_tables, register_table
from artextract_cli.cli.parameters import CodingOption, Wavelengths, parse_coding, parse_wavelengths
from artextract_cli.errors import InputError, UsageError
from artextract_cli.plugin.options import split_words
from artextract_cli.utils import events

if TYPE_CHECKING:
    from artextract_cli.imaging.coding import Coding

app = typer.Typer(no_args_is_help=True, help="Import and simulate datasets, and check them.")


@app.command()
def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist yet.")],
    train: Annotated[int, typer.Option(min=0, help="Training scenes.")] = 24,
    val: Annotated[int, typer.Option(min=0, help="Validation scenes.")] = 8,
    size: Annotated[int, typer.Option(min=16, help="Side of the pictures in pixels.")] = 256,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of everything random.")] = 0,
    wavelengths: Wavelengths = None,
    palette: Annotated[
        Literal["a", "b", "c", "d", "random", "mixed"],
        typer.Option(
            help="How the paintings look: as old masters (a), as moderns (b), of many kinds (c, d),"
            " random, with new pigments, composition and camera for each, or mixed, random and "
            "every third of a: what the models that come along learn from."
        ),
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
    with events.progress("painting", train + val) as advance:
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
    coding: CodingOption = None,
) -> None:
    """List every problem of a dataset at once; exit 3 if there is an error among them."""
    from artextract_cli.scenes.checks.dataset import check_dataset

    checked = check_dataset(
        dataset, wavelengths=parse_wavelengths(wavelengths), coding=parse_coding(coding)
    )
    console.emit(dataclasses.asdict(checked), list(check_tables(checked)))
    n_errors = sum(f.level == "error" for f in checked.findings)
    if n_errors:
        found = "an error; it is" if n_errors == 1 else f"{n_errors} errors; they are"
        msg = f"{dataset} has {found} listed above"
        raise InputError(msg)


@app.command("import")
def import_captures(
    importer: Annotated[
        str,
        typer.Argument(
            help="What reads it; see 'artextract plugins list'.",
            autocompletion=plugin_names("importers"),
        ),
    ],
    source: Annotated[Path, typer.Argument(help="Folder or file to read; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write, or to add scenes to.")],
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--options",
            "-o",
            help="Option of the importer, as key=value.",
            autocompletion=option_keys(("", "importers", "importer", "")),
        ),
    ] = None,
    split: Annotated[
        Literal["train", "val"], typer.Option(help="Where scenes go: to learn from, or to look at.")
    ] = "train",
    auto_mask: Annotated[
        bool, typer.Option("--auto-mask", help="Mask backdrop and colour chart, as 'data mask'.")
    ] = False,
    coding: CodingOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check all, tell, and write nothing.")
    ] = False,
) -> None:
    """Make a dataset of captures, or add them to one; each scene is written whole or not at all."""
    from artextract_cli.preprocessing.import_dataset import import_dataset

    with events.progress("importing") as advance:
        scenes = import_dataset(
            importer,
            source,
            out,
            options=split_words(options or []),
            split=split,
            auto_mask=auto_mask,
            coding=parse_coding(coding),
            dry_run=dry_run,
            on_scene=advance,
        )
    data = {"dataset": out, "dry_run": dry_run, "scenes": [dataclasses.asdict(s) for s in scenes]}
    console.emit(data, list(import_tables(out, scenes, dry_run)))


@app.command()
def register(
    dataset: Annotated[Path, typer.Argument(help="Dataset to read; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write; must not exist yet.")],
    model: Annotated[
        Literal["shift", "affine", "homography"],
        typer.Option(help="What may lie between a band and its photograph."),
    ] = "affine",
    max_residual: Annotated[
        float, typer.Option(min=0.05, help="Largest residual in px, of nine tiles in ten.")
    ] = 1.0,
) -> None:
    """Bring every band onto the grid of its photograph, and crop to what all pictures share."""
    from artextract_cli.preprocessing.register_dataset import register_dataset

    with events.progress("registering") as advance:
        made = register_dataset(
            dataset, out, model=model, max_residual=max_residual, on_scene=advance
        )
    data = {"dataset": out, "model": model, "scenes": [dataclasses.asdict(s) for s in made]}
    console.emit(data, register_table(out, made))


@app.command()
def calibrate(
    raw: Annotated[Path, typer.Argument(help="Dataset of raw counts; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write; must not exist yet.")],
    white: Annotated[
        Path | None, typer.Option(help="Folder with a frame of a white target per band.")
    ] = None,
    dark: Annotated[
        Path | None, typer.Option(help="Folder with a frame of the covered lens per band.")
    ] = None,
    blind: Annotated[
        bool,
        typer.Option(
            "--blind", help="Without frames: tell uneven light from the pictures, and divide by it."
        ),
    ] = False,
    white_reflectance: Annotated[
        float, typer.Option(min=0.01, max=1, help="Reflectance of the white target.")
    ] = 0.99,
    exposure_ratio: Annotated[
        float,
        typer.Option(min=1e-3, max=1e3, help="Exposure time of the painting over that of white."),
    ] = 1.0,
    coding: CodingOption = None,
) -> None:
    """Turn raw counts into reflectance; mask pixels that are saturated or dead."""
    from artextract_cli.preprocessing.calibrate_dataset import calibrate_dataset

    if blind and white is None and dark is None:
        _flatten(raw, out, parse_coding(coding))
        return
    if blind or white is None or dark is None:
        msg = "give both --white and --dark, or --blind without them"
        raise UsageError(msg)
    with events.progress("calibrating") as advance:
        made = calibrate_dataset(
            raw,
            white,
            dark,
            out,
            white_reflectance=white_reflectance,
            exposure_ratio=exposure_ratio,
            coding=parse_coding(coding),
            on_scene=advance,
        )
    columns = ("scene", "band", "median reflectance", "saturated %", "dead %")
    rows = [
        (b.scene, b.band or "photograph", b.median, 100 * b.saturated, 100 * b.dead) for b in made
    ]
    data = {"dataset": out, "bands": [dataclasses.asdict(band) for band in made]}
    console.emit(data, console.table(str(out), columns, rows))


def _flatten(raw: Path, out: Path, coding: "Coding") -> None:
    from artextract_cli.preprocessing.flatten_dataset import flatten_dataset

    with events.progress("flattening") as advance:
        made = flatten_dataset(raw, out, coding=coding, on_scene=advance)
    columns = ("scene", "band", "weakest light %", "broad dark areas %", "disagreement %")
    rows = [
        (p.scene, p.band or "photograph", 100 * p.weakest, 100 * p.dark, 100 * p.disagreement)
        for p in made
    ]
    data = {"dataset": out, "bands": [dataclasses.asdict(picture) for picture in made]}
    console.emit(data, console.table(str(out), columns, rows))


@app.command()
def mask(
    dataset: Annotated[Path, typer.Argument(help="Registered dataset; never written to.")],
    out: Annotated[Path, typer.Option(help="Dataset to write; must not exist yet.")],
) -> None:
    """Find the painting on its backdrop, and mask what is none; masks that are there are kept."""
    from artextract_cli.preprocessing.mask_dataset import mask_dataset

    with events.progress("masking") as advance:
        made = mask_dataset(dataset, out, on_scene=advance)
    rows = [(s.split, s.scene, s.mask, 100 * s.painting) for s in made]
    data = {"dataset": out, "scenes": [dataclasses.asdict(scene) for scene in made]}
    columns = ("split", "scene", "mask", "painting %")
    console.emit(data, console.table(str(out), columns, rows))
