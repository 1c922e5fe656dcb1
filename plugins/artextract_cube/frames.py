"""Reflectance of a cube of raw counts, by cubes of a white target and of the covered lens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, warn
from artextract_cube import CubeOptions
from artextract_cube.cube_data import Cube
from artextract_cube.cube_files import open_stored
from artextract_cube.frame_files import check_frame_path, frame_paths
from artextract_cube.saturation import saturation
from artextract_cube.stored import MAX_DEVIATION_NM, file_nm
from artextract_cube.wavelengths import first_apart

MIN_LIGHT_SHARE = 0.02
"""Of the median over the frame, between white and dark: a pixel that sees less measures nothing."""

MAX_SATURATED_LINE_SHARE = 0.05
"""Of the lines of a frame: the mean of more of them would be too dark to be used."""

ROUNDING_NM = 0.5
"""In nm: wavelengths that are no further apart may be the same, written to the whole nm."""


@dataclass(frozen=True, kw_only=True)
class Frames:
    """White and dark, whose values have one line for a line camera, or those of the picture."""

    white: Cube
    dark: Cube
    saturated: float
    """The count from which on a pixel is saturated; infinity if it is not known."""

    gain: float
    """Reflectance of the white target over the ratio of exposure times."""

    def reflectance(
        self, raw: NDArray[np.float32], bands: NDArray[np.intp], rows: slice
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Reflectance (n, h, W) of counts of n bands in some rows; where (h, W) they measure."""
        white, dark = (_part(frame, bands, rows) for frame in (self.white, self.dark))
        light = np.nan_to_num(white - dark)
        least = MIN_LIGHT_SHARE * np.median(light, axis=(1, 2), keepdims=True)
        fails = (
            (raw >= self.saturated) | (white >= self.saturated) | (light <= np.maximum(least, 0))
        )
        share = (raw - dark) / np.where(light > 0, light, 1) * np.float32(self.gain)
        return np.where(fails, 0, share), ~fails.any(axis=0)


@contextmanager
def calibrated(cube: Cube, name: str, options: CubeOptions) -> Iterator[Cube]:
    """The cube with the frames that the options name, if they do.

    Raises
    ------
    InputError
        If a frame is missing or cannot be read, has other bands or columns than the cube, or
        bands of other wavelengths, both look swapped, or the scale given is far above all counts.
    UsageError
        If only one of white and dark is named, or one is the cube itself.
    """
    paths = frame_paths(cube.path.parent, name, options)
    for kind, path in paths.items():
        check_frame_path(kind, path, cube.path, name)
    if not paths:
        _warn_of_counts(cube)
        yield cube
        return
    with ExitStack() as files:
        white, dark = (
            files.enter_context(_open_frame(path, cube, options.variable))
            for path in paths.values()
        )
        _check_wavelengths(cube, white, dark)
        cube = _good_in_all(cube, white, dark)
        white, dark = (replace(frame, good=cube.good) for frame in (white, dark))
        _check_brightness(white, dark)
        saturated = saturation(cube, white)
        frames = Frames(
            white=_lines(white, cube, saturated),
            dark=_lines(dark, cube, saturated),
            saturated=saturated,
            gain=options.white_reflectance / options.exposure_ratio,
        )
        yield replace(cube, to_reflectance=frames.reflectance, full_scale=1.0)


@contextmanager
def _open_frame(path: Path, cube: Cube, variable: str | None) -> Iterator[Cube]:
    """A frame of ``cube``, from which it takes what frames need not tell."""
    with open_stored(path, variable, len(cube.values)) as stored:
        frame = replace(
            cube,
            path=stored.path,
            values=stored.values,
            missing=stored.missing,
            file_nm=file_nm(stored),
            good=stored.good,
        )
        _check_frame(frame, cube)
        yield frame


def _good_in_all(cube: Cube, *frames: Cube) -> Cube:
    """The cube without the bands that its frames call bad."""
    good = np.arange(len(cube.values)) if cube.good is None else cube.good
    keep = np.ones(len(good), np.bool_)
    for frame in frames:
        keep &= True if frame.good is None else np.isin(good, frame.good)
    nm = np.asarray(cube.nm)[keep]
    return replace(cube, good=good[keep], nm=tuple(nm.tolist()))


def _check_wavelengths(cube: Cube, white: Cube, dark: Cube) -> None:
    """Refuse frames of other bands; those of files that do not tell are taken by their place."""
    nearness = ROUNDING_NM
    if cube.file_nm is None and len(cube.nm) == len(cube.values):  # an option tells, perhaps rough
        cube, nearness = replace(cube, file_nm=cube.nm), MAX_DEVIATION_NM
    pairs = ((cube, white, nearness), (cube, dark, nearness), (white, dark, ROUNDING_NM))
    for known, frame, limit in pairs:
        nm, known_nm = frame.file_nm, known.file_nm
        if nm is None or known_nm is None:
            continue
        if (band := first_apart(nm, known_nm, limit)) is not None:
            msg = (
                f"band {band + 1} of {frame.path} is {nm[band]:g} nm but that of {known.path} "
                f"{known_nm[band]:g} nm; give a frame of the same camera setting"
            )
            raise InputError(msg)


def _check_brightness(white: Cube, dark: Cube) -> None:
    """Refuse frames that were swapped, by their middle lines."""
    light = np.subtract(*(_middle_line(frame) for frame in (white, dark)))
    light = light[np.isfinite(light)]
    if light.size and np.median(light) < 0:
        msg = (
            f"white and dark look swapped: {white.path}, given as white, is darker than "
            f"{dark.path}; exchange them, -o white=FILE -o dark=FILE"
        )
        raise InputError(msg)


def _middle_line(frame: Cube) -> NDArray[np.float32]:
    """(B, W) of the good bands."""
    line = _measured(frame, frame.values[:, frame.values.shape[1] // 2])
    return line if frame.good is None else line[frame.good]


def _warn_of_counts(cube: Cube) -> None:
    if not cube.scale_is_given and cube.values.dtype.kind == "u":
        warn(
            f"{cube.path} does not say which of its counts is a reflectance of 1: they are divided "
            f"by {cube.full_scale:g}, which does not turn raw counts into reflectance; give the "
            "frames, -o white=FILE -o dark=FILE, or the count that is 1, -o scale=NUMBER"
        )


def _check_frame(frame: Cube, cube: Cube) -> None:
    (n_bands, _, width), (of_bands, _, of_width) = frame.values.shape, cube.values.shape
    if (n_bands, width) != (of_bands, of_width):
        msg = (
            f"{frame.path} has {n_bands} bands of {width} columns but {cube.path} has {of_bands} "
            f"of {of_width}; give a frame of the same camera setting"
        )
        raise InputError(msg)
    depth, of_depth = frame.values.dtype, cube.values.dtype
    if depth != of_depth and 1 in (depth.itemsize, of_depth.itemsize):
        msg = (
            f"{frame.path} holds {depth.name} numbers but {cube.path} {of_depth.name}: counts of 8 "
            "bit cannot be compared with others; give a frame of the same camera setting"
        )
        raise InputError(msg)


def _lines(frame: Cube, cube: Cube, saturated: float) -> Cube:
    """The frame as it is, or with the mean of the lines of a line camera, (all bands, 1, W)."""
    if frame.values.shape[1] == cube.values.shape[1]:
        return frame
    lines = [_mean_of_lines(_measured(frame, band), saturated) for band in frame.values]
    return replace(frame, values=np.stack(lines)[:, None])


def _mean_of_lines(band: NDArray[np.float32], saturated: float) -> NDArray[np.float64]:
    """(W,) of what was measured; NaN where nothing was."""
    seen = np.isfinite(band)
    n_seen = seen.sum(axis=0)
    total = band.sum(axis=0, dtype=np.float64, where=seen)
    mean = np.divide(total, n_seen, out=np.full(len(total), np.nan), where=n_seen > 0)
    is_saturated = (band >= saturated).sum(axis=0) > MAX_SATURATED_LINE_SHARE * n_seen
    return np.where(is_saturated, saturated, mean)


def _part(frame: Cube, bands: NDArray[np.intp], rows: slice) -> NDArray[np.float32]:
    lines = frame.values if frame.values.shape[1] == 1 else frame.values[:, rows]
    return _measured(frame, lines[bands])


def _measured(frame: Cube, counts: NDArray[Any]) -> NDArray[np.float32]:
    """Some counts of a frame; NaN where its file says that nothing was measured."""
    values = np.asarray(counts, np.float32)
    is_seen = np.isfinite(values)
    if frame.missing is not None:
        is_seen &= counts != frame.missing
    return np.where(is_seen, values, np.float32(np.nan))
