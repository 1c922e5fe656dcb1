"""Reflectance of a cube of raw counts, by cubes of a white target and of the covered lens."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, UsageError, warn
from artextract_cube import CubeOptions
from artextract_cube.averaging import Cube
from artextract_cube.cube_files import CUBE_SUFFIXES, opened_cube
from artextract_cube.envi import is_raw_of

_FRAME = re.compile(
    "(white|dark)(ref|reference|frame|target|current)?(?![a-z])", flags=re.IGNORECASE
)
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
    for kind, path in paths.items():
        if not path.exists():
            raise _no_frame(kind, path, cube.path, name)
    if not paths:
        _warn_of_counts(cube)
        yield cube
        return
    # What is not told of the frames does not matter: they are used by the place of their bands.
    told = replace(options, wavelengths=options.wavelengths or "1:2", scale=1)
    with ExitStack() as files:
        white, dark = (
            _frame(files.enter_context(opened_cube(path, told)), cube) for path in paths.values()
        )
        gain = options.white_reflectance / options.exposure_ratio
        frames = Frames(white=white, dark=dark, saturated=cube.full_scale, gain=gain)
        yield replace(cube, to_reflectance=frames.reflectance, full_scale=1.0)


def frame_paths(folder: Path, name: str, options: CubeOptions) -> dict[str, Path]:
    """The files of white and dark of a scene; none where no frames are named."""
    given = {"white": options.white, "dark": options.dark}
    named = {kind: folder / text.replace("*", name) for kind, text in given.items() if text}
    if len(named) == 1:
        msg = "white=FILE and dark=FILE go together; give both, or none of a cube of reflectance"
        raise UsageError(msg)
    return {kind: is_raw_of(path) or path for kind, path in named.items()}


def without_frames(source: Path, cubes: Sequence[Path]) -> list[Path]:
    """The cubes that are not frames of white or dark by their names, as cameras write them.

    Raises
    ------
    InputError
        If none is left.
    """
    frames = [path for path in cubes if _FRAME.match(path.stem)]
    scenes = [path for path in cubes if path not in frames]
    names = _names(frames)
    if not scenes:
        msg = (
            f"there is no painting in {source}: by name, frames of white or dark are all there is "
            f"({names}); add the cube that they belong to, or import one that is a painting by "
            "itself with -o name=NAME"
        )
        raise InputError(msg)
    if frames:
        white, dark = (_pattern(kind, frames, scenes) for kind in ("white", "dark"))
        warn(
            f"left out of {source}, as frames of white or dark by their names: {names}; cubes of "
            f"raw counts become reflectance with them by -o white={white} -o dark={dark}"
        )
    return scenes


def _names(frames: Sequence[Path]) -> str:
    return ", ".join([path.name for path in frames[:4]] + ["..."] * (len(frames) > 4))


def _no_frame(kind: str, path: Path, cube: Path, name: str) -> InputError:
    files = sorted(file for file in cube.parent.iterdir() if file.suffix.lower() in CUBE_SUFFIXES)
    frames = _names([file for file in files if _FRAME.match(file.stem)])
    return InputError(
        f"scene {name!r} ({cube}) lacks its frame of {kind}: there is no file {path}; give the one "
        f"that there is with -o {kind}=FILE, * in it being the name of the scene (by their names, "
        f"frames beside the cube are: {frames or 'none'})"
    )


def _pattern(kind: str, frames: Sequence[Path], scenes: Sequence[Path]) -> str:
    """What the option of a frame could be, * being the name of a scene."""
    frame = next((path for path in frames if path.stem.lower().startswith(kind)), None)
    if frame is None:
        return "FILE"
    ends = [path.stem for path in scenes if frame.stem.endswith(path.stem)]
    end = max(ends, key=len, default="")
    return f"{frame.stem.removesuffix(end)}{'*' if end else ''}{frame.suffix}"


def _warn_of_counts(cube: Cube) -> None:
    if not cube.tells_scale and cube.values.dtype.kind == "u":
        warn(
            f"{cube.path} does not say which of its counts is a reflectance of 1: they are divided "
            f"by {cube.full_scale:g}, which makes no reflectance of raw counts; give the frames "
            "beside it, -o white=FILE -o dark=FILE, or say which count is 1, -o scale=NUMBER"
        )


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
