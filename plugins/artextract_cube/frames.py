"""Reflectance of a cube of raw counts, from white and dark frames."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, warn
from artextract_cube import CubeOptions
from artextract_cube.cube_data import MAX_DEVIATION_NM, Cube, file_nm
from artextract_cube.cube_files import open_stored
from artextract_cube.frame_files import check_frame_path, frame_paths
from artextract_cube.saturation import saturation
from artextract_cube.wavelengths import first_apart

MIN_LIGHT_SHARE = 0.02
"""Smallest difference of white and dark, relative to its median over the frame (fraction); pixels
below it are too dark to give a reflectance, and are masked."""

MAX_SATURATED_LINE_SHARE = 0.05
"""Largest share of saturated lines in a column of a white frame; beyond it their clipped counts
make the mean too low, and the column counts as saturated."""

ROUNDING_NM = 0.5
"""Largest difference in nm between equal wavelengths, of which one may be rounded to whole nm."""


@dataclass(frozen=True, kw_only=True)
class Frames:
    """White and dark frames, with one line for a line camera, else those of the image."""

    white: Cube
    dark: Cube
    saturated: float
    """The count from which a pixel is saturated; infinity if unknown."""

    gain: float
    """Reflectance of the white target divided by the ratio of exposure times."""

    def reflectance(
        self, raw: NDArray[np.float32], bands: NDArray[np.intp], rows: slice
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Reflectance (n, h, W) of counts of n bands in some rows, and where (h, W) it is valid."""
        white, dark = (_part(frame, bands, rows) for frame in (self.white, self.dark))
        # Without a measured frame there is no light: such pixels fail below.
        light = np.nan_to_num(white - dark)
        # Per band: lamps and sensors are not equally strong at all wavelengths.
        least = MIN_LIGHT_SHARE * np.median(light, axis=(1, 2), keepdims=True)
        fails = (
            (raw >= self.saturated) | (white >= self.saturated) | (light <= np.maximum(least, 0))
        )
        # Divisors of failed pixels are replaced, to avoid warnings; their values are replaced as
        # well.
        share = (raw - dark) / np.where(light > 0, light, 1) * np.float32(self.gain)
        return np.where(fails, 0, share), ~fails.any(axis=0)


@contextmanager
def calibrated(cube: Cube, name: str, options: CubeOptions) -> Iterator[Cube]:
    """Yield the cube with the frames given by the options, if any.

    Raises
    ------
    InputError
        If a frame is missing or cannot be read, has other bands or columns than the cube, or
        bands of other wavelengths, both seem to be swapped, or the scale is far above all counts.
    UsageError
        If only one of white and dark is given, or one is the cube itself.
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
    """Open a frame of ``cube``, whose properties replace those that a frame may lack."""
    with open_stored(path, variable, len(cube.values)) as stored:
        # From the cube, so that frames have its scale and chosen bands, which headers of frames
        # often lack.
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
    """The cube without the bands that its frames mark as bad."""
    good = np.arange(len(cube.values)) if cube.good is None else cube.good
    keep = np.ones(len(good), np.bool_)
    for frame in frames:
        keep &= True if frame.good is None else np.isin(good, frame.good)
    nm = np.asarray(cube.nm)[keep]
    return replace(cube, good=good[keep], nm=tuple(nm.tolist()))


def _check_wavelengths(cube: Cube, white: Cube, dark: Cube) -> None:
    """Check that frames have the same bands; without wavelengths, bands are matched by position."""
    tolerance = ROUNDING_NM
    if cube.file_nm is None and len(cube.nm) == len(cube.values):  # from an option, perhaps rough
        cube, tolerance = replace(cube, file_nm=cube.nm), MAX_DEVIATION_NM
    pairs = ((cube, white, tolerance), (cube, dark, tolerance), (white, dark, ROUNDING_NM))
    for reference, frame, limit in pairs:
        nm, reference_nm = frame.file_nm, reference.file_nm
        if nm is None or reference_nm is None:
            continue
        if (band := first_apart(nm, reference_nm, limit)) is not None:
            msg = (
                f"band {band + 1} of {frame.path} is {nm[band]:g} nm but that of {reference.path} "
                f"is {reference_nm[band]:g} nm; give a frame of the same camera setting"
            )
            raise InputError(msg)


def _check_brightness(white: Cube, dark: Cube) -> None:
    """Refuse swapped frames, judged by their middle lines."""
    light = np.subtract(*(_middle_line(frame) for frame in (white, dark)))
    light = light[np.isfinite(light)]
    if light.size and np.median(light) < 0:
        msg = (
            f"white and dark seem to be swapped: {white.path}, given as white, is darker than "
            f"{dark.path}; exchange them, -o white=FILE -o dark=FILE"
        )
        raise InputError(msg)


def _middle_line(frame: Cube) -> NDArray[np.float32]:
    """The middle line (B, W) of the good bands."""
    line = _measured(frame, frame.values[:, frame.values.shape[1] // 2])
    return line if frame.good is None else line[frame.good]


def _warn_of_counts(cube: Cube) -> None:
    if not cube.scale_is_given and cube.values.dtype.kind == "u":
        warn(
            f"{cube.path} does not give the count of reflectance 1: its counts are divided by "
            f"{cube.full_scale:g}, which does not convert raw counts to reflectance; give the "
            "frames, -o white=FILE -o dark=FILE, or the count of reflectance 1, -o scale=NUMBER"
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
    # Wider types may hold the same counts; 8 bits hold counts that were scaled down.
    if depth != of_depth and 1 in (depth.itemsize, of_depth.itemsize):
        msg = (
            f"{frame.path} contains {depth.name} numbers but {cube.path} {of_depth.name}: counts "
            "of 8 bits cannot be compared with others; give a frame of the same camera setting"
        )
        raise InputError(msg)


def _lines(frame: Cube, cube: Cube, saturated: float) -> Cube:
    """The frame unchanged, or for a line camera the mean of its lines, (all bands, 1, W)."""
    if frame.values.shape[1] == cube.values.shape[1]:
        return frame
    lines = [_mean_of_lines(_measured(frame, band), saturated) for band in frame.values]
    return replace(frame, values=np.stack(lines)[:, None])


def _mean_of_lines(band: NDArray[np.float32], saturated: float) -> NDArray[np.float64]:
    """Mean (W,) of measured counts; NaN where nothing was measured."""
    measured = np.isfinite(band)
    n_measured = measured.sum(axis=0)
    # float64: sums of thousands of 16-bit counts exceed the digits of float32.
    total = band.sum(axis=0, dtype=np.float64, where=measured)
    mean = np.divide(total, n_measured, out=np.full(len(total), np.nan), where=n_measured > 0)
    is_saturated = (band >= saturated).sum(axis=0) > MAX_SATURATED_LINE_SHARE * n_measured
    return np.where(is_saturated, saturated, mean)


def _part(frame: Cube, bands: NDArray[np.intp], rows: slice) -> NDArray[np.float32]:
    lines = frame.values if frame.values.shape[1] == 1 else frame.values[:, rows]
    return _measured(frame, lines[bands])


def _measured(frame: Cube, counts: NDArray[Any]) -> NDArray[np.float32]:
    """Some counts of a frame; NaN where its file marks them as missing."""
    values = np.asarray(counts, np.float32)
    is_measured = np.isfinite(values)
    if frame.missing is not None:
        # Compared in the type of the file: converted values may no longer be equal.
        is_measured &= counts != frame.missing
    return np.where(is_measured, values, np.float32(np.nan))
