"""Reflectance of a cube of raw counts, by cubes of a white target and of the covered lens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, UsageError
from artextract_cube import CubeOptions
from artextract_cube.averaging import Cube
from artextract_cube.cube_files import opened_cube

LEAST_LIGHT = 0.02
"""Of the median over the frame, between white and dark: a pixel that sees less measures nothing."""


@dataclass(frozen=True, kw_only=True)
class Frames:
    """White and dark as arrays (all bands, 1 or H, W), of a line camera or of a picture."""

    white: NDArray[Any]
    dark: NDArray[Any]
    saturated: float
    """The count from which on a pixel is saturated."""

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
        If a frame cannot be read, or has other bands or columns than the cube.
    UsageError
        If only one of white and dark is named.
    """
    paths = frame_paths(cube.path.parent, name, options)
    if not paths:
        yield cube
        return
    # What is not told of the frames does not matter: they are used by the place of their bands.
    told = replace(options, wavelengths=options.wavelengths or "1:2", scale=1)
    with ExitStack() as files:
        white, dark = (_frame(files.enter_context(opened_cube(path, told)), cube) for path in paths)
        gain = options.white_reflectance / options.exposure_ratio
        frames = Frames(white=white, dark=dark, saturated=cube.full_scale, gain=gain)
        yield replace(cube, to_reflectance=frames.reflectance, full_scale=1.0)


def frame_paths(folder: Path, name: str, options: CubeOptions) -> list[Path]:
    """The files of white and dark of a scene; none where no frames are named."""
    named = [text for text in (options.white, options.dark) if text is not None]
    if len(named) == 1:
        msg = "white=FILE and dark=FILE go together; give both, or none of a cube of reflectance"
        raise UsageError(msg)
    return [folder / text.replace("*", name) for text in named]


def _frame(frame: Cube, cube: Cube) -> NDArray[Any]:
    (n_bands, _, width), (of_bands, height, of_width) = frame.values.shape, cube.values.shape
    if (n_bands, width) != (of_bands, of_width):
        msg = (
            f"{frame.path} has {n_bands} bands of {width} columns but {cube.path} has {of_bands} "
            f"of {of_width}; expected is a frame of the same camera setting"
        )
        raise InputError(msg)
    if frame.values.shape[1] == height:
        return frame.values
    return np.stack([band.mean(axis=0, dtype=np.float64) for band in frame.values])[:, None]


def _part(frame: NDArray[Any], bands: NDArray[np.intp], rows: slice) -> NDArray[np.float32]:
    lines = frame if frame.shape[1] == 1 else frame[:, rows]
    return np.asarray(lines[bands], np.float32)
