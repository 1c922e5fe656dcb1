"""Which files beside a cube are its frames of white and dark."""

import re
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from artextract_cli import InputError, UsageError, warn
from artextract_cube import CubeOptions
from artextract_cube.checks import abbreviated
from artextract_cube.cube_files import cubes_in
from artextract_cube.envi import is_raw_of

_FRAME = re.compile(
    "(white|dark)(ref|reference|frame|target|current)?(?![a-z])", flags=re.IGNORECASE
)


def frame_paths(folder: Path, name: str, options: CubeOptions) -> dict[str, Path]:
    """The files of white and dark of a scene; none where no frames are named."""
    given = {"white": options.white, "dark": options.dark}
    named = {kind: folder / text.replace("*", name) for kind, text in given.items() if text}
    if len(named) == 1:
        msg = "white=FILE and dark=FILE go together; give both, or none of a cube of reflectance"
        raise UsageError(msg)
    return {kind: is_raw_of(path) or path for kind, path in named.items()}


def without_frames(source: Path, cubes: Sequence[Path], options: CubeOptions) -> list[Path]:
    """The cubes that are not frames of white or dark by their names, as cameras write them.

    Raises
    ------
    InputError
        If none is left.
    """
    frames = _frames(cubes)
    scenes = [path for path in cubes if path not in frames]
    names = _names(frames)
    if not scenes:
        msg = (
            f"there is no painting in {source}: by name, frames of white or dark are all there is "
            f"({names}); add the cube that they belong to, or import one that is a painting "
            "separately with -o name=NAME"
        )
        raise InputError(msg)
    if frames:
        white = quote(_pattern("white", frames, scenes) or options.white or "FILE")
        dark = quote(_pattern("dark", frames, scenes) or options.dark or "FILE")
        warn(
            f"left out of {source}, as white or dark frames by their names: {names}; use them to "
            f"convert raw counts to reflectance with -o white={white} -o dark={dark}"
        )
    return scenes


def _frames(cubes: Sequence[Path]) -> list[Path]:
    return [path for path in cubes if _FRAME.match(path.stem)]


def _names(frames: Sequence[Path]) -> str:
    return abbreviated([path.name for path in frames])


def check_frame_path(kind: str, path: Path, cube: Path, name: str) -> None:
    """Refuse a frame of a scene that is not there, or is the cube itself.

    Raises
    ------
    InputError
        If it is not there.
    UsageError
        If it is the cube.
    """
    if not path.exists():
        folder = path.parent
        frames = _names(_frames(cubes_in(folder))) if folder.is_dir() else ""
        msg = (
            f"scene {name!r} ({cube}) lacks its frame of {kind}: there is no file {path}; give the "
            f"one that there is with -o {kind}=FILE, * in it being the name of the scene (by their "
            f"names, frames in {folder} are: {frames or 'none'})"
        )
        raise InputError(msg)
    if path.samefile(cube):
        msg = (
            f"-o {kind}=FILE names {path}, which is the painting {name!r} itself: * in it is the "
            f"name of the scene; write the rest of the frame's name too, such as "
            f"{kind}='{kind.upper()}REF_*{path.suffix}'"
        )
        raise UsageError(msg)


def no_painting(folder: Path, cubes: Sequence[Path], options: CubeOptions) -> InputError:
    """The error of a folder all of whose cubes are frames or photographs by the options."""
    given = {"white": options.white, "dark": options.dark, "photograph": options.photograph}
    named = ", ".join(f"{kind}={text}" for kind, text in given.items() if text)
    return InputError(
        f"there is no painting in {folder}: {named} leave none of its cubes ({_names(cubes)}); * "
        "is the name of a scene, so write the rest of a frame's name too, such as "
        "white='WHITEREF_*.hdr', or give the folder that holds the paintings"
    )


def _pattern(kind: str, frames: Sequence[Path], scenes: Sequence[Path]) -> str | None:
    """What the option of a frame could be, * being the name of a scene."""
    frame = next((path for path in frames if path.stem.lower().startswith(kind)), None)
    if frame is None:
        return None
    ends = [path.stem for path in scenes if frame.stem.endswith(path.stem)]
    end = max(ends, key=len, default="")
    return f"{frame.stem.removesuffix(end)}{'*' if end else ''}{frame.suffix}"
