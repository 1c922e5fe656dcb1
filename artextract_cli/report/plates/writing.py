"""Writing the plates of a scene into a folder, as PNG files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import PngImagePlugin

import artextract_cli
from artextract_cli._typing import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.imaging.heatmap import Picture, colour, overlay, own_greys, own_scale
from artextract_cli.report.filing import Filing
from artextract_cli.report.images import as_bytes, grey
from artextract_cli.report.maps import read_map
from artextract_cli.report.palettes import ColourBar, colour_bar, grey_bar
from artextract_cli.report.plates.drawing import Plate, draw
from artextract_cli.report.plates.layout import frames, painting_box, scale_bar
from artextract_cli.report.regions import Regions
from artextract_cli.report.scene_layers import read_band, read_photograph
from artextract_cli.results import sources
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.output_plan import OutputPlan

KINDS = ("photograph", "longest_band", "heatmap", "hidden", "overlay")
# In px, of the square with as many pixels: A3 at 300 pixels per inch has 4960 × 3508.
MAX_SIDE = 4096
SOFTWARE = "artextract"
# The start of an iTXt chunk of PNG: keyword, five empty fields, text.
MARK = b"iTXtSoftware" + bytes(5) + SOFTWARE.encode()
HEAD = 200
"""Bytes at the beginning of a file that contain the mark, if it is a plate."""


def plate_path(folder: Path, scene: str, kind: str) -> Path:
    """The file of a plate."""
    return folder / f"{scene}_{kind}.png"


def check_plates_folder(folder: Path | None) -> None:
    """Check that plates may be written into a folder, before the work.

    Raises
    ------
    UsageError
        If it lies in a dataset, or has files of other origin with the names of plates.
    ArtextractError
        If it cannot be listed.
    """
    if folder is not None:
        OutputPlan(out=folder, rules=(check_outside_datasets, _check_foreign)).check()


def _check_foreign(folder: Path) -> None:
    with writing(folder):
        if folder.exists() and not folder.is_dir():
            msg = f"{folder} is not a folder: choose another --plates"
            raise UsageError(msg)
        there = [path for kind in KINDS for path in folder.glob(f"*_{kind}.png")]
    foreign = [path for path in sorted(there) if not _is_plate(path)]
    if foreign:
        msg = f"{foreign[0]} is not a plate of artextract: choose another --plates, or move it away"
        raise UsageError(msg)


def _is_plate(path: Path) -> bool:
    """Whether a file names artextract as its software, as the first of its texts."""
    try:
        # A pipe would never end.
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return MARK in file.read(HEAD)
    except OSError:
        return False


def write_plates(
    result: SceneResult,
    folder: Path,
    regions: Regions,
    *,
    with_bands: bool = True,
    pixels_per_mm: float | None = None,
    filing: Filing | None = None,
) -> list[Path]:
    """Write photograph, longest band, heat map, hidden layer and overlay of a scene.

    They are cropped to the painting, and reduced to at most 4096² pixels. What the model does not
    provide is left out.

    Raises
    ------
    InputError
        If a source is missing or has changed, or a map is missing or damaged.
    ArtextractError
        If a file cannot be written.
    """
    score = read_map(result, "heatmap", side=MAX_SIDE)
    height, width = result.description["shape"]
    crop = painting_box(score, (height, width))
    bar = scale_bar(crop, pixels_per_mm)
    written = []
    for kind, (picture, colours) in _pictures(result, score, with_bands=with_bands):
        scale = picture.shape[1] / width
        rows = slice(round(crop.top * scale), round(crop.bottom * scale))
        columns = slice(round(crop.left * scale), round(crop.right * scale))
        plate = Plate(
            picture=np.ascontiguousarray(picture[rows, columns]),
            crop=crop,
            scale=scale,
            frames=frames(regions.listed, crop) if kind == "overlay" else (),
            colours=colours,
            scale_bar=bar,
        )
        path = plate_path(folder, result.name, kind)
        with atomic_path(path) as temporary:
            draw(plate).save(temporary, pnginfo=_about(result.name, kind, filing or Filing()))
        written.append(path)
    return written


def _pictures(
    result: SceneResult, score: FloatArray, *, with_bands: bool
) -> Iterator[tuple[str, tuple[Picture, ColourBar | None]]]:
    """Yield the kinds of plates, with picture (h, w) or (h, w, 3) and colour bar."""
    rgb = read_photograph(sources.photograph(result), MAX_SIDE)
    painted = np.isfinite(score)
    yield "photograph", (as_bytes(rgb), None)
    if with_bands:
        band = sources.bands(result)[_longest(result)]
        yield "longest_band", (grey(read_band(band, MAX_SIDE)), None)
    coloured = np.where(painted[..., None], colour(np.nan_to_num(score)), np.uint8(255))
    yield "heatmap", (coloured, colour_bar("false-alarm"))
    if result.has_map("hidden"):
        hidden = read_map(result, "hidden", side=MAX_SIDE)
        own = own_scale(hidden)
        yield "hidden", (own_greys(hidden, own), grey_bar(own))
    overlaid = overlay(rgb, np.nan_to_num(score), mask=painted)
    yield "overlay", (overlaid, colour_bar("false-alarm"))


def _longest(result: SceneResult) -> int:
    """Index of the band of the longest wavelength; the last one if wavelengths are unknown."""
    wavelengths = result.description["wavelengths_nm"]
    return -1 if wavelengths is None else int(np.argmax(wavelengths))


def _about(scene: str, kind: str, filing: Filing) -> PngImagePlugin.PngInfo:
    """What the file states about itself, readable by any program that shows metadata."""
    about = PngImagePlugin.PngInfo()
    stated: Mapping[str, str] = {
        "Software": f"{SOFTWARE} {artextract_cli.__version__}",
        "Title": f"{filing.title or scene}: {kind.replace('_', ' ')}",
        "Description": "; ".join(f"{name}: {text}" for name, text in filing.rows),
    }
    for name, text in stated.items():
        if text:
            about.add_itxt(name, text.encode("utf-8", errors="replace").decode("utf-8"))
    return about
