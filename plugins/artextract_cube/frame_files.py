"""Finding the white and dark frames beside a cube."""

import re
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from artextract_cli import InputError, UsageError, warn
from artextract_cube import CubeOptions
from artextract_cube.checks import abbreviated
from artextract_cube.cube_files import cubes_in
from artextract_cube.envi import is_raw_of

# Names that cameras give their frames, but not words that begin with these, such as whitewash.
_FRAME = re.compile(
    "(white|dark)(ref|reference|frame|target|current)?(?![a-z])", flags=re.IGNORECASE
)


def frame_paths(folder: Path, name: str, options: CubeOptions) -> dict[str, Path]:
    """The white and dark files of a scene; empty if no frames are given."""
    given = {"white": options.white, "dark": options.dark}
    named = {kind: folder / text.replace("*", name) for kind, text in given.items() if text}
    if len(named) == 1:
        msg = "white=FILE and dark=FILE require each other; give both, or neither for reflectance"
        raise UsageError(msg)
    # The header, if the raw file is given: both name one frame.
    return {kind: is_raw_of(path) or path for kind, path in named.items()}


def without_frames(source: Path, cubes: Sequence[Path], options: CubeOptions) -> list[Path]:
    """The cubes without those that are white or dark frames by names that cameras use.

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
            f"there is no painting in {source}: by name, all cubes are white or dark frames "
            f"({names}); add the cube that they belong to, or import one of them as a painting "
            "with -o name=NAME"
        )
        raise InputError(msg)
    if frames:
        white = quote(_pattern("white", frames, scenes) or options.white or "FILE")
        dark = quote(_pattern("dark", frames, scenes) or options.dark or "FILE")
        warn(
            f"not imported from {source}, since their names are those of white or dark frames: "
            f"{names}; use them to convert raw counts to reflectance with -o white={white} "
            f"-o dark={dark}"
        )
    return scenes


def _frames(cubes: Sequence[Path]) -> list[Path]:
    return [path for path in cubes if _FRAME.match(path.stem)]


def _names(frames: Sequence[Path]) -> str:
    return abbreviated([path.name for path in frames])


def check_frame_path(kind: str, path: Path, cube: Path, name: str) -> None:
    """Check that the frame of a scene exists and is not the cube itself.

    Raises
    ------
    InputError
        If it does not exist.
    UsageError
        If it is the cube.
    """
    if not path.exists():
        folder = path.parent
        frames = _names(_frames(cubes_in(folder))) if folder.is_dir() else ""
        msg = (
            f"scene {name!r} ({cube}) has no {kind} frame: there is no file {path}; give an "
            f"existing one with -o {kind}=FILE, where * stands for the name of the scene (frames "
            f"in {folder}, by name: {frames or 'none'})"
        )
        raise InputError(msg)
    if path.samefile(cube):
        msg = (
            f"-o {kind}=FILE names {path}, which is the painting {name!r} itself: * stands for the "
            f"name of the scene; write the rest of the file name too, such as "
            f"{kind}='{kind.upper()}REF_*{path.suffix}'"
        )
        raise UsageError(msg)


def no_painting(folder: Path, cubes: Sequence[Path], options: CubeOptions) -> InputError:
    """The error for a folder in which the options make all cubes frames or photographs."""
    given = {"white": options.white, "dark": options.dark, "photograph": options.photograph}
    named = ", ".join(f"{kind}={text}" for kind, text in given.items() if text)
    return InputError(
        f"there is no painting in {folder}: {named} match all of its cubes ({_names(cubes)}); * "
        "stands for the name of a scene, so write the rest of the file name too, such as "
        "white='WHITEREF_*.hdr', or give the folder that contains the paintings"
    )


def _pattern(kind: str, frames: Sequence[Path], scenes: Sequence[Path]) -> str | None:
    """A possible value of the option of a frame, with * for the name of a scene."""
    frame = next((path for path in frames if path.stem.lower().startswith(kind)), None)
    if frame is None:
        return None
    ends = [path.stem for path in scenes if frame.stem.endswith(path.stem)]
    # The longest, since names of scenes may end in one another.
    end = max(ends, key=len, default="")
    return f"{frame.stem.removesuffix(end)}{'*' if end else ''}{frame.suffix}"
