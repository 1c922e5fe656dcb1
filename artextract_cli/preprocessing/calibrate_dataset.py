"""Calibrating a dataset: raw counts become reflectance by frames of a white target and of the dark.

The frames of white and dark lie in a folder each: for every picture of the dataset one of the same
name, in the same folders or side by side; or one for all scenes, named by the band alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
from artextract_cli.scenes.dataset_writer import DatasetCopy, copied_dataset, truth_files
from artextract_cli.scenes.layout import list_pictures
from artextract_cli.scenes.reading import read_mask
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import warn
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder

SATURATED_SHARE = 0.001
"""Of the pixels of a white frame, above which it is warned of."""


@dataclass(frozen=True, kw_only=True)
class CalibratedBand:
    """One band, or the RGB image, as calibrated.

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
    """Names of the pictures of the dataset, whose frames serve no other."""

    def find(self, folder: Path, path: Path, dataset: Path, band: str) -> Path | None:
        """The frame of white or dark that belongs to a picture of the dataset.

        Raises
        ------
        InputError
            If there are several.
        """
        places = [p for p in (folder / path.relative_to(dataset).parent, folder) if p.is_dir()]
        pictures = [frame for place in places for frame in list_pictures(place)]
        ours = [f for f in pictures if f.stem == path.stem or f.stem not in self.stems]
        names = {path.stem, *_names_for_all(folder, band)}
        found = [frame for frame in ours if frame.stem in names] or [
            frame for frame in ours if band and frame.stem.endswith(f"_ms_{band}")
        ]
        if len(found) > 1:
            told = ", ".join(str(frame.relative_to(folder)) for frame in found)
            msg = (
                f"{folder} holds {len(found)} pictures that may be the frame of {path} ({told}); "
                "leave one"
            )
            raise InputError(msg)
        return found[0] if found else None


def _names_for_all(folder: Path, band: str) -> set[str]:
    """What a frame is named that is plainly one for all scenes; none is for photographs."""
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
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[CalibratedBand]:
    """Write a dataset of raw counts anew as 16-bit reflectance, by frames of white and of the dark.

    Pixels that are saturated or dead in a band are masked: on the grid of the band, for
    registration, and, if that is the grid of the RGB image, for the scene. An RGB image without
    frames is copied. ``out`` is written in full or not at all.

    Parameters
    ----------
    raw
        Dataset of raw counts; never written to.
    white, dark
        Folders with a frame of a white target, and of the covered lens, for every image.
    out
        Dataset to write; must not exist, or be empty.
    white_reflectance
        Reflectance of the white target, 0..1.
    exposure_ratio
        Exposure time of the painting over that of the white target.
    coding
        How counts of images and frames stand for light; overrides ``dataset.yaml``.
    on_scene
        Called with the name of each scene once it is calibrated.

    Returns
    -------
    list of CalibratedBand
        One entry per band, and per RGB image that has frames.

    Raises
    ------
    UsageError
        If ``out`` lies in what is read, or exists and is not empty.
    InputError
        If a frame is missing, or not of the size of its picture, or leaves no pixel that measures.
    """
    kinds = {raw: "dataset", white: "white frames", dark: "dark frames"}
    OutputPlan(out=out, source_folders=kinds, rules=(check_new_folder,)).check()
    for folder, kind in kinds.items():
        if not folder.is_dir():
            msg = f"{folder} is no folder; expected is one of {kind}"
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
    made: list[CalibratedBand] = []
    with copied_dataset(raw, out) as output:
        for files in scenes:
            made += _calibrate(files, frames, output)
            on_scene(files.name)
        output.copy_top_level()
        output.state_written_coding(scenes)
    return made


def _calibrate(files: SceneFiles, frames: _Frames, output: DatasetCopy) -> list[CalibratedBand]:
    shape = decode_picture(files.rgb).values.shape[:2]
    measures = np.ones(shape, np.bool_) if files.mask is None else read_mask(files.mask, shape)
    rows = []
    photograph = _corrected(files.rgb, "", frames, output.source, files.coding.photograph or LINEAR)
    if photograph is not None:
        output.write_reflectance(files.rgb, coded_rgb(photograph.reflectance))
        rows.append(_row(files.name, "", photograph))
        measures = measures & photograph.measures
    for path, band in zip(files.bands, files.band_ids, strict=True):
        corrected = _corrected(path, band, frames, output.source, files.coding.of_band(band))
        if corrected is None:
            msg = (
                f"{path} has no frames in {frames.white} and {frames.dark}: add {path.name} to "
                f"both, or {band}{path.suffix} for all scenes, or take the band away"
            )
            raise InputError(msg)
        output.write_reflectance(path, corrected.reflectance.mean(axis=2))
        rows.append(_row(files.name, band, corrected))
        _check_measures(files, corrected.measures)
        if not corrected.measures.all():
            output.write_mask(files, corrected.measures, band)
        if corrected.dead.shape == shape:
            measures = measures & corrected.measures
    _check_measures(files, measures)
    if photograph is None:
        output.copy_photograph(files)
    output.copy_files(truth_files(files))
    if not measures.all():
        output.write_mask(files, measures)
    return rows


def _corrected(path: Path, band: str, frames: _Frames, raw: Path, coding: str) -> FlatField | None:
    """What frames make of a picture, all of one coding; None where it has none."""
    white = frames.find(frames.white, path, raw, band)
    dark = frames.find(frames.dark, path, raw, band)
    if white is None and dark is None:
        return None
    if white is None or dark is None:
        folder = frames.white if white is None else frames.dark
        for_all = f", or {band}{path.suffix} for all scenes" if band else ""
        msg = (
            f"{path} has the frame {white or dark}, but none in {folder}: add {path.name}{for_all}"
        )
        raise InputError(msg)
    raw_picture, *of_frames = (decode_picture(p) for p in (path, white, dark))
    for frame, picture in zip((white, dark), of_frames, strict=True):
        _check_frame(frame, picture, path, raw_picture)
    corrected = flat_field(
        raw_picture.linear(coding),
        *(picture.linear(coding) for picture in of_frames),
        white_reflectance=frames.white_reflectance,
        exposure_ratio=frames.exposure_ratio,
    )
    if corrected.saturated_white > SATURATED_SHARE:
        warn(
            f"{white} is saturated: {corrected.saturated_white:.1%} of its pixels are at full "
            "scale and are masked; expose white shorter, and say so by --exposure-ratio"
        )
    return corrected


def _check_frame(path: Path, frame: Picture, other: Path, raw: Picture) -> None:
    if frame.values.shape != raw.values.shape:
        msg = (
            f"{path} is {_size(frame.values.shape)} but {other} is {_size(raw.values.shape)}; give "
            "a frame of the same camera setting"
        )
        raise InputError(msg)
    if frame.depth != raw.depth and {frame.values.dtype.kind, raw.values.dtype.kind} == {"u"}:
        msg = (
            f"{path} is {frame.depth} but {other} is {raw.depth}, and their counts cannot be "
            "compared; give a frame of the same camera setting"
        )
        raise InputError(msg)


def _size(shape: tuple[int, ...]) -> str:
    colours = f" in {shape[2]} colours" if shape[2:] == (3,) else ""
    return f"{shape[1]} × {shape[0]} pixels{colours}"


def _check_measures(files: SceneFiles, measures: NDArray[np.bool_]) -> None:
    if not measures.any():
        msg = (
            f"scene {files.name} has no pixel that measures in every band: each is saturated or "
            "dead in one of them; look at the frames of white and dark"
        )
        raise InputError(msg)


def _row(scene: str, band: str, made: FlatField) -> CalibratedBand:
    measured = made.reflectance[made.measures]
    return CalibratedBand(
        scene=scene,
        band=band,
        median=float(np.median(measured)) if measured.size else 0.0,
        saturated=float(made.saturated.mean()),
        dead=float(made.dead.mean()),
    )
