"""Reading scenes from cubes of many narrow bands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from artextract_cli import (
    Capture,
    Coding,
    InputError,
    UsageError,
    as_photograph,
    read_counts,
    reading,
)
from artextract_cube import CubeOptions
from artextract_cube.averaging import averaged
from artextract_cube.cube_data import Cube
from artextract_cube.cube_files import CUBE_SUFFIXES, cubes_in, is_cube, open_cube
from artextract_cube.frame_files import frame_paths, no_painting, without_frames
from artextract_cube.frames import calibrated
from artextract_cube.wavelengths import chosen_centres


def scene_files(source: Path, options: CubeOptions) -> list[Path]:
    """The files of scenes: ``source`` itself, or every cube in the folder."""
    paths = _cubes_in(source, options) if source.is_dir() else [source]
    # A single file with a given name is a painting, even if it is called white horse.
    if source.is_dir() or options.name is None:
        paths = without_frames(source, paths, options)
    if options.name is not None and len(paths) > 1:
        msg = f"name={options.name} names one scene, but {source} contains {len(paths)} cubes"
        raise UsageError(msg)
    return paths


def read(source: Path, options: CubeOptions, coding: Coding | None = None) -> Iterator[Capture]:
    """Yield the scene in the file ``source``, or that of every cube in the folder."""
    for path in scene_files(source, options):
        yield _read_scene(path, options, coding or Coding())


def _cubes_in(folder: Path, options: CubeOptions) -> list[Path]:
    with reading(folder):
        files = cubes_in(folder)
    # What options name is not a scene of its own.
    beside = {_photograph_of(path, options) for path in files}
    for path in files:
        beside |= set(frame_paths(folder, _name(path, options), options).values())
    cubes = [path for path in files if path not in beside]
    if not cubes:
        raise no_painting(folder, files, options) if files else _no_cube(folder)
    return cubes


def _no_cube(folder: Path) -> InputError:
    deeper = sorted(path for path in (*folder.glob("*/*"), *folder.glob("*/*/*")) if is_cube(path))
    advice = "move the cubes into it"
    if deeper:
        advice = f"give {deeper[0].parent} instead, or move its contents into {folder}"
    return InputError(
        f"there is no cube in {folder}: no file in it ends in {', '.join(CUBE_SUFFIXES)}; {advice}"
    )


def _photograph_of(path: Path, options: CubeOptions) -> Path | None:
    if options.photograph is None:
        return None
    return path.parent / options.photograph.replace("*", _name(path, options))


def _name(path: Path, options: CubeOptions) -> str:
    return options.name or path.resolve().stem.removesuffix(".ome")


def _read_scene(path: Path, options: CubeOptions, coding: Coding) -> Capture:
    photograph = _photograph_of(path, options)
    with open_cube(path, options) as cube:
        rgb = cube.photograph if photograph is None else _read_photograph(photograph, cube)
        centres = chosen_centres(cube.path, options.centres, cube.nm, options.width)
        with calibrated(cube, _name(path, options), options) as reflectance:
            average = averaged(reflectance, centres, options.width, rgb, coding)
    return Capture(
        name=_name(path, options),
        rgb=average.rgb,
        bands=average.bands,
        wavelengths=average.wavelengths,
        mask=average.mask,
        pixels_per_mm=cube.pixels_per_mm,
    )


def _read_photograph(path: Path, cube: Cube) -> NDArray[Any]:
    image = read_counts(path)
    (height, width), shape = cube.values.shape[1:], image.shape
    if (height, width) != shape[:2]:
        msg = (
            f"the photograph {path} is {shape[1]} × {shape[0]} pixels but the cube {cube.path} is "
            f"{width} × {height}; give one of that size, or none to have it rendered"
        )
        raise InputError(msg)
    return as_photograph(image)
