"""Opening cubes of all supported file formats."""

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, UsageError, opened_npz, read_counts, reading
from artextract_cube import SCALES, CubeOptions
from artextract_cube.cube_data import Cube, Stored, file_nm, nm_of
from artextract_cube.envi import is_raw_of, read_envi
from artextract_cube.matlab import matlab_arrays
from artextract_cube.ome import read_ome

TIFF_SUFFIXES = (".tif", ".tiff")
CUBE_SUFFIXES = (".hdr", ".npy", ".npz", ".mat", *TIFF_SUFFIXES)
_WAVELENGTHS = ("wavelength", "wavelengths", "wl", "wave", "lambda", "lambdas", "nm")
# Exceptions of NumPy for damaged files; they have no common base.
_DAMAGE = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def cubes_in(folder: Path) -> list[Path]:
    """The files of a folder with names of cubes, sorted."""
    return sorted(path for path in folder.iterdir() if is_cube(path))


def is_cube(path: Path) -> bool:
    """Whether a file has the name of a cube."""
    return path.suffix.lower() in CUBE_SUFFIXES


@contextmanager
def open_cube(path: Path, options: CubeOptions) -> Iterator[Cube]:
    """Open the cube in a file, memory-mapped if possible.

    Raises
    ------
    InputError
        If it cannot be read, or neither file nor options give its wavelengths or scale.
    UsageError
        If the options do not fit it.
    """
    given = options.wavelengths
    # Helps to decide which axis is that of the bands. A range fits any number of them.
    n_given = None if given is None or ":" in given else given.count(",") + 1
    with open_stored(path, options.variable, n_given) as stored:
        yield _cube(stored, options)


@contextmanager
def open_stored(path: Path, variable: str | None, n_bands: int | None) -> Iterator[Stored]:
    """Open a file; ``n_bands`` is the number of bands, if known.

    Raises
    ------
    InputError
        If it cannot be read.
    UsageError
        If it has no such variable.
    """
    suffix = path.suffix.lower()
    header = path if suffix == ".hdr" else is_raw_of(path)
    if header is not None:
        yield read_envi(header)
    elif suffix == ".mat":
        with matlab_arrays(path) as arrays:
            yield _from_arrays(path, arrays, variable, n_bands)
    elif suffix == ".npy":
        yield _stored(path, _load(path), n_bands)
    elif suffix == ".npz":
        yield _from_arrays(path, _load_all(path), variable, n_bands)
    elif suffix in TIFF_SUFFIXES and (ome := read_ome(path)) is not None:
        yield ome
    elif suffix in TIFF_SUFFIXES:
        yield _stored(path, read_counts(path, stacked=True, any_scale=True), n_bands)
    else:
        kinds = ", ".join(CUBE_SUFFIXES)
        msg = f"{path} is not a readable cube: it is not one of {kinds} and has no .hdr beside it"
        raise InputError(msg)


def _cube(stored: Stored, options: CubeOptions) -> Cube:
    nm = nm_of(stored, options.wavelengths)
    scale = options.scale or stored.full_scale
    return Cube(
        path=stored.path,
        values=stored.values,
        nm=nm if stored.good is None else tuple(nm[band] for band in stored.good),
        file_nm=file_nm(stored),
        good=stored.good,
        full_scale=_full_scale(stored.path, stored.values.dtype, scale),
        scale_is_given=scale is not None,
        missing=stored.missing,
        photograph=stored.photograph,
        pixels_per_mm=stored.pixels_per_mm,
    )


def _load(path: Path) -> NDArray[Any]:
    with reading(path), _loading(path):
        # Without pickle: an array of objects could run code.
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        # NumPy ignores what follows the array: two files may have been joined, or the header be
        # damaged.
        if (n_left := path.stat().st_size - mapped.offset - mapped.nbytes) != 0:
            msg = f"the file has {n_left} bytes more than its header gives"
            raise ValueError(msg)
        return np.asarray(mapped)


def _load_all(path: Path) -> dict[str, NDArray[Any]]:
    with reading(path), _loading(path):
        if not zipfile.is_zipfile(path):
            msg = "it is not an archive of arrays"
            raise ValueError(msg)
        with opened_npz(path) as loaded:
            return {name: loaded[name] for name in loaded}


@contextmanager
def _loading(path: Path) -> Iterator[None]:
    try:
        yield
    # Not damage: `reading` reports these by their own names.
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except _DAMAGE as error:
        kind = path.suffix
        msg = f"{path} is damaged, cut short, or not a numeric {kind}: copy or export it again"
        raise InputError(msg) from error


def _from_arrays(
    path: Path, arrays: Mapping[str, NDArray[Any]], variable: str | None, n_bands: int | None
) -> Stored:
    wavelengths = (
        values.ravel().tolist()
        for name, values in arrays.items()
        if name.lower() in _WAVELENGTHS and values.dtype.kind in "uif"
    )
    cube = arrays[_cube_name(path, arrays, variable)]
    return _stored(path, cube, n_bands, tuple(next(wavelengths, ())))


def _cube_name(path: Path, arrays: Mapping[str, NDArray[Any]], variable: str | None) -> str:
    if variable is not None:
        if variable not in arrays:
            msg = f"{path} has no variable {variable!r}; it has {', '.join(arrays) or 'none'}"
            raise UsageError(msg)
        return variable
    cubes = [name for name, values in arrays.items() if values.ndim == 3]
    if len(cubes) != 1:
        names = f" ({', '.join(cubes)})" if cubes else ""
        msg = (
            f"{path} contains {len(cubes)} three-dimensional arrays{names}, not just one; select "
            "the cube with -o variable=NAME"
        )
        raise InputError(msg)
    return cubes[0]


def _stored(
    path: Path,
    values: NDArray[Any],
    n_bands: int | None,
    wavelengths: tuple[float, ...] = (),
) -> Stored:
    """An array whose bands are the last axis, or the first if only that has their number."""
    if values.ndim != 3 or 0 in values.shape or values.dtype.kind not in "uif":
        msg = (
            f"{path} contains {values.dtype} numbers of shape {values.shape}; a cube has rows, "
            "columns and bands of integers or floats"
        )
        raise InputError(msg)
    n_bands = n_bands or len(wavelengths) or values.shape[2]
    is_first = values.shape[2] != n_bands and values.shape[0] == n_bands
    band_first = values if is_first else np.moveaxis(values, 2, 0)
    return Stored(path=path, values=band_first, wavelengths=wavelengths)


def _full_scale(path: Path, depth: np.dtype[Any], given: float | None) -> float:
    if given is not None:
        if not SCALES[0] <= given <= SCALES[1]:
            msg = (
                f"{path} gives {given:g} as the value that counts as 1; give the scale, "
                "-o scale=NUMBER"
            )
            raise InputError(msg)
        return given
    if depth.kind == "f":
        return 1.0
    if depth.kind == "u" and depth.itemsize <= 2:
        # For wider integers no default is plausible: no camera fills 32 bits.
        return float(np.iinfo(depth).max)
    msg = (
        f"{path} contains {depth.name} numbers, but not the value that counts as 1, such as 10000 "
        "for reflectance; give it with -o scale=NUMBER"
    )
    raise InputError(msg)
