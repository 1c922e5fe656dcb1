"""Importers of hyperspectral cubes, including the CAVE and Harvard databases."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from artextract_cli import CodedImporterFunction, Importer, ImporterFunction, hookimpl, option

SCALES = (1e-9, 1e30)
"""Smallest and largest value allowed to count as 1, far from the limits of float32."""

_NAMES_OF_CUBES = (".hdr", ".npy", ".npz", ".mat")  # also .tif, if it is given as a file
_CENTRES = "Comma-separated centre wavelengths of the bands in nm; all = every band as it is; "
_WIDTH = "Width of a band in nm, over which the bands of the cube are averaged."


@dataclass(frozen=True)
class CubeOptions:
    """The bands to compute from a cube, and what its file does not contain."""

    centres: str | None = option(
        None,
        f"{_CENTRES}by default those of 420,470,530,590,650,750,850,950 that the cube covers.",
    )
    width: float = option(10.0, _WIDTH, minimum=0, maximum=1000)
    wavelengths: str | None = option(
        None,
        "Wavelengths of the cube in nm, comma-separated, or evenly spaced as FIRST:LAST; by "
        "default those in the file.",
    )
    variable: str | None = option(
        None,
        "Name of the cube in an .npz or .mat file; by default the only 3-D array.",
    )
    scale: float | None = option(
        None,
        "The value that counts as 1, or, with white and dark, as saturated; by default that of the "
        "ENVI header, 1 for floats, 255 for 8 and 65535 for 16 bit, or, with white and dark, the "
        "largest count if it is one of 255, 1023, 4095 and so on.",
        minimum=SCALES[0],
        maximum=SCALES[1],
    )
    photograph: str | None = option(
        None,
        "A photograph of the same size, a file beside the cube; * stands for the name of the "
        "scene; by default it is rendered from the cube.",
    )
    white: str | None = option(
        None,
        "A cube of a white target beside a cube of raw counts; * stands for the name of the "
        "scene; used with dark to convert the counts to reflectance.",
    )
    dark: str | None = option(None, "A cube of the covered lens, used with white.")
    white_reflectance: float = option(
        0.99, "Reflectance of the white target.", minimum=0.01, maximum=1
    )
    exposure_ratio: float = option(
        1.0, "Exposure time of the painting divided by that of white.", minimum=0.001, maximum=1000
    )
    name: str | None = option(None, "Name of the scene; by default that of its file.")


@dataclass(frozen=True)
class CaveOptions:
    """The bands to compute from the 31 of a scene."""

    centres: str | None = option(None, f"{_CENTRES}by default all.")
    width: float = option(10.0, _WIDTH, minimum=0, maximum=300)


@dataclass(frozen=True)
class HarvardOptions:
    """The bands to compute from the 31 of a scene, and how its numbers are read."""

    centres: str | None = option(None, f"{_CENTRES}by default all.")
    width: float = option(10.0, _WIDTH, minimum=0, maximum=300)
    calibration: str = option(
        "divide",
        "How to apply the sensitivities in calib, or in calib.txt beside the file.",
        choices=("divide", "multiply", "none"),
    )
    scale: float | None = option(
        None,
        "The value that counts as 1 after calibration; by default the brightest of the scene.",
        minimum=1e-12,
        maximum=SCALES[1],
    )


def _load_cube() -> CodedImporterFunction:
    from artextract_cube.cube import read

    return read


def _load_cave() -> ImporterFunction:
    from artextract_cube.cave import read

    return read


def _load_harvard() -> CodedImporterFunction:
    from artextract_cube.harvard import read

    return read


def _cubes(source: Path, options: CubeOptions) -> list[Path]:
    from artextract_cube.cube import scene_files

    return scene_files(source, options)


def _cave_scenes(source: Path, options: CaveOptions) -> list[Path]:
    from artextract_cube.cave import first_bands

    return first_bands(source, options)


def _harvard_scenes(source: Path, options: HarvardOptions) -> list[Path]:
    from artextract_cube.harvard import scene_files

    return scene_files(source, options)


def _is_cube(source: Path) -> bool:
    """Whether it is a file or a folder of files named like cubes."""
    if source.is_dir():
        return any(path.suffix.lower() in _NAMES_OF_CUBES for path in source.iterdir())
    return source.suffix.lower() in (*_NAMES_OF_CUBES, ".tif", ".tiff")


def _is_cave(source: Path) -> bool:
    """Whether it is a folder with the first and the last band of a scene of the database."""
    return all(any(source.glob(f"*_ms_{number}.png")) for number in ("01", "31"))


@hookimpl
def artextract_importers() -> Sequence[Importer]:
    """Importers of cubes of many narrow bands, and of two databases."""
    return (
        Importer(
            name="cube",
            summary="A hyperspectral cube: ENVI, TIFF, NumPy or MATLAB, or a folder of them.",
            options=CubeOptions,
            load=_load_cube,
            takes_coding=True,
            recognises=_is_cube,
            sources=_cubes,
        ),
        Importer(
            name="cave",
            summary="Scenes of the CAVE database: folders of 31 bands from 400 to 700 nm.",
            options=CaveOptions,
            load=_load_cave,
            recognises=_is_cave,
            sources=_cave_scenes,
        ),
        Importer(
            name="harvard",
            summary="Scenes of the Harvard database: MATLAB files of 31 bands from 420 to 720 nm.",
            options=HarvardOptions,
            load=_load_harvard,
            takes_coding=True,
            sources=_harvard_scenes,
        ),
    )
