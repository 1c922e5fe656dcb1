"""Calibrating a dataset: raw counts become reflectance by means of white and dark frames.

White and dark frames lie in a folder each: one per image of the dataset with the same name, in the
same subfolders or in one folder; or one for all scenes, named after the band alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import LINEAR, Coding, coded_rgb
from artextract_cli.imaging.flat_field import WHITE_REFLECTANCE, FlatField, flat_field
from artextract_cli.io.image import Picture
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.checks.values import warn_of_coding
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.dataset_writer import DatasetCopy, copied_dataset
from artextract_cli.scenes.embedded.codings import coding_of_band
from artextract_cli.scenes.layout import list_pictures
from artextract_cli.scenes.reading import read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import warn
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder
from artextract_cli.utils.parallel.work import results_of

SATURATED_SHARE = 0.001
"""Largest share of saturated pixels in a white frame before a warning (fraction).

A few hot pixels are normal; more mean an exposure that was too long."""


@dataclass(frozen=True, kw_only=True)
class CalibratedBand:
    """Calibration statistics of one band or of the RGB image.

    Attributes
    ----------
    scene
        Name of the scene.
    band
        Band id; empty for the RGB image.
    median
        Median reflectance of the valid pixels, 0..1.
    saturated
        Share of the pixels that are saturated.
    dead
        Share of the pixels that are dead.
    """

    scene: str
    band: str
    median: float
    saturated: float
    dead: float


@dataclass(frozen=True, kw_only=True)
class _Frames:
    white: Path
    dark: Path
    white_reflectance: float
    exposure_ratio: float
    stems: frozenset[str]
    """File names of the bands of the dataset; a frame of such a name serves only that image."""

    def find(self, folder: Path, path: Path, dataset: Path, band: str) -> Path | None:
        """Return the white or dark frame that belongs to an image of the dataset, if there is one.

        Raises
        ------
        InputError
            If there are several.
        """
        places = [p for p in (folder / path.relative_to(dataset).parent, folder) if p.is_dir()]
        frames = [frame for place in places for frame in list_pictures(place)]
        # A frame with the name of another image must not serve as one for all scenes.
        eligible = [f for f in frames if f.stem == path.stem or f.stem not in self.stems]
        names = {path.stem, *_shared_names(folder, band)}
        # Exact names win over names that merely end in the band, such as of a common frame.
        matches = [frame for frame in eligible if frame.stem in names] or [
            frame for frame in eligible if band and frame.stem.endswith(f"_ms_{band}")
        ]
        if len(matches) > 1:
            listed = ", ".join(str(frame.relative_to(folder)) for frame in matches)
            msg = (
                f"{folder} contains {len(matches)} possible frames for {path} ({listed}); keep one"
            )
            raise InputError(msg)
        return matches[0] if matches else None


def _shared_names(folder: Path, band: str) -> set[str]:
    """Names of a frame of a band that serves all scenes; photographs have no such frame."""
    words = ("white", "dark", folder.name)
    return {band, *(f"{word}_ms_{band}" for word in words)} if band else set()


def calibrate_dataset(
    raw: Path,
    white: Path,
    dark: Path,
    out: Path,
    *,
    white_reflectance: float = WHITE_REFLECTANCE,
    exposure_ratio: float = 1.0,
    coding: Coding | None = None,
    jobs: int = 1,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[CalibratedBand]:
    """Convert a dataset of raw counts into 16-bit reflectance by means of white and dark frames.

    Pixels that are saturated or dead in a band are masked: on the grid of the band, for
    registration, and also in the object mask if the band has the grid of the RGB image. An RGB
    image without frames is copied. ``out`` is written in full or not at all.

    Parameters
    ----------
    raw
        Dataset of raw counts; never written to.
    white, dark
        Folders with frames of a white target, and of the covered lens, for every image.
    out
        Dataset to write; must not exist, or be empty.
    white_reflectance
        Reflectance of the white target, 0..1.
    exposure_ratio
        Exposure time of the painting divided by that of the white target.
    coding
        How pixel values of images and frames relate to light; overrides ``dataset.yaml``.
    jobs
        Number of scenes calibrated at a time, in processes of their own; see `build_dataset`.
    on_scene
        Called with the name of each scene once it is calibrated.

    Returns
    -------
    list of CalibratedBand
        One entry per band, and per RGB image that has frames.

    Raises
    ------
    UsageError
        If ``out`` lies in an input folder, or exists and is not empty.
    InputError
        If a frame is missing, differs in size from its image, or leaves no valid pixel.
    """
    kinds = {raw: "dataset", white: "white frames", dark: "dark frames"}
    OutputPlan(out=out, source_folders=kinds, rules=(check_new_folder,)).check()
    for folder in (folder for folder in kinds if not folder.is_dir()):
        msg = f"{folder} is not a folder; expected a folder of {kinds[folder]}"
        raise InputError(msg)
    scenes = open_dataset(raw, coding=coding).scenes
    warn_of_coding(scenes)
    frames = _Frames(
        white=white,
        dark=dark,
        white_reflectance=white_reflectance,
        exposure_ratio=exposure_ratio,
        stems=frozenset(path.stem for files in scenes for path in files.bands),
    )
    with copied_dataset(raw, out, scenes) as output:
        rows = results_of(partial(_calibrate, frames=frames, output=output), scenes, jobs, on_scene)
        for files, of_scene in zip(scenes, rows, strict=True):
            _record_step(output, files.name, frames, of_scene)
        output.copy_top_level()
        output.state_written_coding(scenes)
    return [row for of_scene in rows for row in of_scene]


def _calibrate(files: SceneFiles, frames: _Frames, output: DatasetCopy) -> list[CalibratedBand]:
    shape = decode_picture(files.rgb).values.shape[:2]
    # Of the object mask, which only shrinks: a calibration adds no painting.
    valid = np.ones(shape, np.bool_) if files.mask is None else read_mask(files.mask, shape)
    rows = []
    # A photograph with frames consists of raw counts: linear, unless its coding is stated.
    photograph = _corrected(files.rgb, "", frames, output.source, files.coding.photograph or LINEAR)
    if photograph is not None:
        output.write_reflectance(files.rgb, coded_rgb(photograph.reflectance))
        rows.append(_row(files.name, "", photograph))
        valid = valid & photograph.valid
    for path, band in zip(files.bands, files.band_ids, strict=True):
        corrected = _corrected(path, band, frames, output.source, coding_of_band(files, band))
        if corrected is None:
            msg = (
                f"{path} has no frames in {frames.white} and {frames.dark}: add {path.name} to "
                f"both, or {band}{path.suffix} for all scenes, or remove the band"
            )
            raise InputError(msg)
        output.write_reflectance(path, corrected.reflectance.mean(axis=2))
        rows.append(_row(files.name, band, corrected))
        # Each band is checked as it comes, so that a bad one does not end a run so late.
        _check_valid(files, corrected.valid)
        if not corrected.valid.all():
            output.write_mask(files, corrected.valid, band)
        # Other grids fit the object mask only after registration, which warps the band's mask.
        if corrected.dead.shape == shape:
            valid = valid & corrected.valid
    _check_valid(files, valid)
    if photograph is None:
        output.copy_photograph(files)
    output.copy_truth_and_layers(files)
    if not valid.all():
        output.write_mask(files, valid)
    return rows


def _corrected(path: Path, band: str, frames: _Frames, raw: Path, coding: str) -> FlatField | None:
    """Calibrate an image by its frames, all of one coding; None if it has no frames."""
    white = frames.find(frames.white, path, raw, band)
    dark = frames.find(frames.dark, path, raw, band)
    if white is None and dark is None:
        return None
    if white is None or dark is None:
        folder = frames.white if white is None else frames.dark
        for_all = f", or {band}{path.suffix} for all scenes" if band else ""
        msg = f"{path} has the frame {white or dark} but none in {folder}: add {path.name}{for_all}"
        raise InputError(msg)
    raw_picture, *pictures = (decode_picture(p) for p in (path, white, dark))
    for frame, picture in zip((white, dark), pictures, strict=True):
        _check_frame(frame, picture, path, raw_picture)
    corrected = flat_field(
        raw_picture.linear(coding),
        *(replace(p, profile=raw_picture.profile).linear(coding) for p in pictures),
        white_reflectance=frames.white_reflectance,
        exposure_ratio=frames.exposure_ratio,
    )
    if corrected.saturated_white > SATURATED_SHARE:
        warn(
            f"{white} is saturated: {corrected.saturated_white:.1%} of its pixels are at full "
            "scale and are masked; expose white for a shorter time and give --exposure-ratio"
        )
    return corrected


def _check_frame(path: Path, frame: Picture, other: Path, raw: Picture) -> None:
    if frame.values.shape != raw.values.shape:
        msg = (
            f"{path} is {_size(frame.values.shape)} but {other} is {_size(raw.values.shape)}; use "
            "frames taken with the same camera settings"
        )
        raise InputError(msg)
    # Counts of 8 and of 16 bits have no common unit; of floats, 1 is white at any depth.
    if frame.depth != raw.depth and {frame.values.dtype.kind, raw.values.dtype.kind} == {"u"}:
        msg = (
            f"{path} is {frame.depth} but {other} is {raw.depth}, so their counts cannot be "
            "compared; use frames taken with the same camera settings"
        )
        raise InputError(msg)


def _size(shape: tuple[int, ...]) -> str:
    colours = f" in {shape[2]} colours" if shape[2:] == (3,) else ""
    return f"{shape[1]} × {shape[0]} pixels{colours}"


def _check_valid(files: SceneFiles, valid: NDArray[np.bool_]) -> None:
    if not valid.any():
        msg = (
            f"scene {files.name} has no pixel that is valid in every band: each is saturated or "
            "dead in at least one; check the white and dark frames"
        )
        raise InputError(msg)


def _record_step(
    output: DatasetCopy, scene: str, frames: _Frames, rows: Sequence[CalibratedBand]
) -> None:
    parameters = {
        "method": "white and dark frames",
        "white": str(frames.white.resolve()),
        "dark": str(frames.dark.resolve()),
        "white_reflectance": frames.white_reflectance,
        "exposure_ratio": frames.exposure_ratio,
    }
    figures = {
        row.band or "photograph": {
            "median_reflectance": round(row.median, 4),
            "saturated_share": round(row.saturated, 6),
            "dead_share": round(row.dead, 6),
        }
        for row in rows
    }
    output.record(scene, "calibrate", parameters, {"images": figures})


def _row(scene: str, band: str, field: FlatField) -> CalibratedBand:
    valid = field.reflectance[field.valid]
    return CalibratedBand(
        scene=scene,
        band=band,
        # The median of nothing would be NaN, with a warning.
        median=float(np.median(valid)) if valid.size else 0.0,
        saturated=float(field.saturated.mean()),
        dead=float(field.dead.mean()),
    )
