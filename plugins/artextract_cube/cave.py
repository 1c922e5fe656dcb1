"""Reading scenes of the CAVE multispectral image database (Yasuma et al. 2008)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import (
    Capture,
    InputError,
    as_band,
    as_photograph,
    check_same_size,
    list_pictures,
    read_counts,
)
from artextract_cube import CaveOptions
from artextract_cube.averaging import averaged
from artextract_cube.cube_data import Cube
from artextract_cube.wavelengths import chosen_centres

WAVELENGTHS = tuple(400.0 + 10 * band for band in range(31))
_FIRST = "_ms_01.png"


def first_bands(source: Path, options: CaveOptions) -> list[Path]:
    """The first band of every scene in ``source``, at any depth; or ``source`` if it is one."""
    if source.name.endswith(_FIRST) and source.is_file():
        return [source]
    # macOS keeps file attributes in files that begin with a dot.
    firsts = sorted(path for path in source.rglob(f"*{_FIRST}") if not path.name.startswith("."))
    if not firsts:
        msg = f"there is no scene in {source}: no folder in it contains a file NAME{_FIRST}"
        raise InputError(msg)
    return firsts


def read(source: Path, options: CaveOptions) -> Iterator[Capture]:
    """Yield the scene of every folder with bands in ``source``, at any depth."""
    for first in first_bands(source, options):
        yield _read_scene(first.parent, first.name.removesuffix(_FIRST), options)


def _read_scene(folder: Path, name: str, options: CaveOptions) -> Capture:
    photograph = _photograph(folder, name)
    rgb = read_counts(photograph)
    planes = [_plane(path, photograph, rgb.shape) for path in _band_files(folder, name)]
    depths = {plane.dtype for plane in planes}
    if len(depths) > 1:
        msg = f"the bands of {folder} have different depths; save all as 8 or all as 16 bit"
        raise InputError(msg)
    values = np.stack(planes)
    full_scale = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1.0
    cube = Cube(
        path=folder, values=values, nm=WAVELENGTHS, full_scale=full_scale, scale_is_given=False
    )
    centres = chosen_centres(folder, options.centres or "all", cube.nm, options.width)
    average = averaged(cube, centres, options.width, as_photograph(rgb))
    return Capture(name=name, rgb=average.rgb, bands=average.bands, wavelengths=average.wavelengths)


def _photograph(folder: Path, name: str) -> Path:
    photographs = [
        path for path in list_pictures(folder) if path.stem.lower() == f"{name}_rgb".lower()
    ]
    if len(photographs) != 1:
        msg = f"{folder} should contain one photograph {name}_RGB.bmp; there are {len(photographs)}"
        raise InputError(msg)
    return photographs[0]


def _band_files(folder: Path, name: str) -> list[Path]:
    files = [folder / f"{name}_ms_{number + 1:02}.png" for number in range(len(WAVELENGTHS))]
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        msg = (
            f"{folder} lacks {len(missing)} of the 31 bands, the first being {missing[0]}; use "
            "the importer bands for incomplete scenes"
        )
        raise InputError(msg)
    return files


def _plane(path: Path, photograph: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    image = read_counts(path)
    check_same_size(path, image.shape, photograph, shape)
    return as_band(image)
