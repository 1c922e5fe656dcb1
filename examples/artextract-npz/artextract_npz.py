"""Cubes that NumPy wrote: NAME.npz with ``cube`` (H, W, B), ``wavelengths`` (B,) nm, ``rgb``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from artextract_cli import Capture, Command, Importer, InputError, emit, hookimpl, table

FIELDS = ("cube", "wavelengths", "rgb")
app = typer.Typer(help="Look into .npz cubes.")


@app.command()
def npz(files: Annotated[list[Path], typer.Argument(help="Files to look into.")]) -> None:
    """List what .npz cubes hold."""
    found = {file: read(file) for file in files}
    rows = [(str(f), *a["cube"].shape, *a["wavelengths"][[0, -1]]) for f, a in found.items()]
    columns = ("file", "height", "width", "bands", "from nm", "to nm")
    emit(
        [dict(zip(columns, map(str, row), strict=True)) for row in rows],
        table("cubes", columns, rows),
    )


def read(path: Path) -> dict[str, Any]:
    """Read a cube; no code can hide in it."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in FIELDS}
    except Exception as error:  # an archive may be damaged in many ways
        msg = f"{path} is no cube ({error}): it must hold {', '.join(FIELDS)}"
        raise InputError(msg) from error


def captures(source: Path, options: object) -> Iterator[Capture]:
    """Read a file, or all .npz files of a folder."""
    paths = sorted(source.glob("*.npz")) if source.is_dir() else [source]
    if not paths:
        msg = f"{source} holds no .npz file: name a folder of cubes, or one cube"
        raise InputError(msg)
    for path in paths:
        cube, wavelengths, rgb = (read(path)[name] for name in FIELDS)
        yield Capture(name=path.stem, rgb=rgb, bands=cube, wavelengths=wavelengths.tolist())


@hookimpl
def artextract_importers() -> Importer:
    """``artextract data import npz FOLDER``."""
    return Importer(
        name="npz", summary="Cubes that NumPy wrote.", load=lambda: captures, api_version=1
    )


@hookimpl
def artextract_commands() -> Command:
    """``artextract npz FILE``."""
    return Command(name="npz", summary="Look into .npz cubes.", load=lambda: app, api_version=1)
