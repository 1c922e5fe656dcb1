"""Tables that `artextract data` prints."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from artextract_cli.cli import console
from artextract_cli.scenes.spectrum import wavelength_span

if TYPE_CHECKING:
    import rich.table

    from artextract_cli.preprocessing.calibrate_dataset import CalibratedBand
    from artextract_cli.preprocessing.colour_dataset import CorrectedPhotograph
    from artextract_cli.preprocessing.flatten_dataset import FlattenedPicture
    from artextract_cli.preprocessing.import_scenes import ImportedScene
    from artextract_cli.preprocessing.register_dataset import RegisteredScene
    from artextract_cli.scenes.checks.dataset import DatasetCheck
    from artextract_cli.scenes.checks.scene import SceneRow


def register_table(out: Path, scenes: "list[RegisteredScene]") -> "rich.table.Table":
    """Transform and residual of every registered band."""
    columns = (
        "scene",
        "band",
        "size",
        "scale",
        "rotation °",
        "right px",
        "down px",
        "residual px",
        "tiles",
    )
    rows = [
        (
            s.scene,
            b.band,
            f"{b.size[0]} × {b.size[1]}",
            b.scale,
            b.rotation,
            b.right,
            b.down,
            b.residual,
            b.tiles,
        )
        for s in scenes
        for b in s.bands
    ]
    return console.table(str(out), columns, rows)


def calibrate_table(out: Path, bands: "list[CalibratedBand]") -> "rich.table.Table":
    """Reflectance and unusable pixels of every band."""
    columns = ("scene", "band", "median reflectance", "saturated %", "dead %")
    rows = [
        (b.scene, b.band or "photograph", b.median, 100 * b.saturated, 100 * b.dead) for b in bands
    ]
    return console.table(str(out), columns, rows)


def flatten_table(out: Path, images: "list[FlattenedPicture]") -> "rich.table.Table":
    """Unevenness of the light in every image, and its uncertainty."""
    columns = ("scene", "band", "weakest light %", "broad dark areas %", "disagreement %")
    rows = [
        (p.scene, p.band or "photograph", 100 * p.weakest, 100 * p.dark, 100 * p.disagreement)
        for p in images
    ]
    return console.table(str(out), columns, rows)


def colour_tables(
    out: Path, photographs: "list[CorrectedPhotograph]"
) -> "Iterator[rich.table.Table]":
    """Colour differences of every photograph, and of the patches if there is only one."""
    columns = (
        "scene",
        "measured in",
        "patches",
        "mean ΔE00 before",
        "after",
        "left out",
        "max ΔE00 before",
        "after",
    )
    rows = [
        (
            p.scene,
            p.measured_in,
            len(p.patches),
            *p.mean,
            p.left_out,
            *p.largest,
        )
        for p in photographs
    ]
    yield console.table(str(out), columns, rows)
    if len(photographs) == 1:
        patches = [(p.name, p.before, p.after) for p in photographs[0].patches]
        yield console.table("patches", ("patch", "ΔE00 before", "after"), patches)


def import_tables(
    out: Path, scenes: "list[ImportedScene]", dry_run: bool
) -> "Iterator[rich.table.Table | str]":
    """Imported scenes, or those that would be imported."""
    columns = ("split", "scene", "size", "depth", "bands", "nm", "files")
    yield console.table(str(out), columns, [_import_cells(scene) for scene in scenes])
    if dry_run:
        yield "dry run, nothing written; files that would be written:"
        yield from (str(path) for scene in scenes for path in scene.files)


def _import_cells(scene: "ImportedScene") -> tuple[object, ...]:
    size = f"{scene.size[0]} × {scene.size[1]}"
    bands = len(scene.band_ids)
    nm, n_files = wavelength_span(scene.wavelengths) or None, len(scene.files)
    return scene.split, scene.scene, size, scene.depth, bands, nm, n_files


def check_tables(checked: "DatasetCheck") -> "Iterator[rich.table.Table | str]":
    """Contents and problems of a dataset."""
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
    span = wavelength_span(row.wavelengths) or None
    marks = ("yes" if row.truth else "no", "yes" if row.mask else "no")
    return row.split, row.scene, size, row.depth, row.bands, span, *marks, row.largest_shift
