"""Reflectance of a cube of raw counts, by cubes of a white target and of the covered lens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, warn
from artextract_cube import CubeOptions
from artextract_cube.averaging import Cube
from artextract_cube.cube_files import opened_cube
from artextract_cube.frame_files import frame_paths, no_frame
from artextract_cube.saturation import saturation

LEAST_LIGHT = 0.02
"""Of the median over the frame, between white and dark: a pixel that sees less measures nothing."""

MOST_SATURATED_LINES = 0.05
"""Of the lines of a frame: the mean of more of them would be too dark to be used."""


@dataclass(frozen=True, kw_only=True)
class Frames:
    """White and dark as arrays (all bands, 1 or H, W), of a line camera or of a picture."""

    white: NDArray[Any]
    dark: NDArray[Any]
    saturated: float
    """The count from which on a pixel is saturated; infinity if it is not known."""

    gain: float
    """Reflectance of the white target over the ratio of exposure times."""

    def reflectance(
        self, raw: NDArray[np.float32], bands: NDArray[np.intp], rows: slice
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Reflectance (n, h, W) of counts of n bands in some rows; where (h, W) they measure."""
        white, dark = (_part(frame, bands, rows) for frame in (self.white, self.dark))
        light = white - dark
        least = LEAST_LIGHT * np.median(light, axis=(1, 2), keepdims=True)
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
        If a frame is missing or cannot be read, has other bands or columns than the cube, or the
        scale given is far above all counts.
    UsageError
        If only one of white and dark is named.
    """
    paths = frame_paths(cube.path.parent, name, options)
    for kind, path in paths.items():
        if not path.exists():
            raise no_frame(kind, path, cube.path, name)
    if not paths:
        _warn_of_counts(cube)
        yield cube
        return
    # What is not told of the frames does not matter: they are used by the place of their bands.
    told = replace(options, wavelengths=options.wavelengths or "1:2", scale=1)
    with ExitStack() as files:
        white, dark = (files.enter_context(opened_cube(path, told)) for path in paths.values())
        for frame in (white, dark):
            _check_frame(frame, cube)
        saturated = saturation(cube, replace(white, good=cube.good))
        frames = Frames(
            white=_lines(white, cube, saturated),
            dark=_lines(dark, cube, saturated),
            saturated=saturated,
            gain=options.white_reflectance / options.exposure_ratio,
        )
        yield replace(cube, to_reflectance=frames.reflectance, full_scale=1.0)


def _warn_of_counts(cube: Cube) -> None:
    if not cube.tells_scale and cube.values.dtype.kind == "u":
        warn(
            f"{cube.path} does not say which of its counts is a reflectance of 1: they are divided "
            f"by {cube.full_scale:g}, which makes no reflectance of raw counts; give the frames "
            "beside it, -o white=FILE -o dark=FILE, or say which count is 1, -o scale=NUMBER"
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


def _lines(frame: Cube, cube: Cube, saturated: float) -> NDArray[Any]:
    """(all bands, H, W) as it is, or (all bands, 1, W) the mean of the lines of a line camera."""
    if frame.values.shape[1] == cube.values.shape[1]:
        return frame.values
    return np.stack([_mean_of_lines(band, saturated) for band in frame.values])[:, None]


def _mean_of_lines(band: NDArray[Any], saturated: float) -> NDArray[np.float64]:
    is_saturated = (band >= saturated).mean(axis=0) > MOST_SATURATED_LINES
    return np.where(is_saturated, saturated, band.mean(axis=0, dtype=np.float64))


def _part(frame: NDArray[Any], bands: NDArray[np.intp], rows: slice) -> NDArray[np.float32]:
    lines = frame if frame.shape[1] == 1 else frame[:, rows]
    return np.asarray(lines[bands], np.float32)
