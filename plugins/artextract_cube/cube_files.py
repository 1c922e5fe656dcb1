"""Opens a cube of any kind."""

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
from artextract_cube import CubeOptions
from artextract_cube.averaging import Cube
from artextract_cube.envi import is_raw_of, read_envi
from artextract_cube.matlab import matlab_arrays
from artextract_cube.wavelengths import as_nm, given_wavelengths

TIFF_SUFFIXES = (".tif", ".tiff")
CUBE_SUFFIXES = (".hdr", ".npy", ".npz", ".mat", *TIFF_SUFFIXES)
_WAVELENGTHS = ("wavelength", "wavelengths", "wl", "wave", "lambda", "lambdas", "nm")
# What NumPy raises on damaged files; they have no common base.
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
    """The files of a folder that are cubes by their names, sorted."""
    return sorted(path for path in folder.iterdir() if is_cube(path))


def is_cube(path: Path) -> bool:
    """Whether a file is a cube by its name."""
    return path.suffix.lower() in CUBE_SUFFIXES


@contextmanager
def opened_cube(path: Path, options: CubeOptions) -> Iterator[Cube]:
    """The cube in a file, which is mapped rather than read where that can be.

    Raises
    ------
    InputError
        If it cannot be read, or does not tell its wavelengths or scale, nor do the options.
    UsageError
        If the options do not fit it.
    """
    suffix = path.suffix.lower()
    header = path if suffix == ".hdr" else is_raw_of(path)
    if header is not None:
        yield _envi(header, options)
    elif suffix == ".mat":
        with matlab_arrays(path) as arrays:
            yield _from_arrays(path, arrays, options)
    elif suffix == ".npy":
        yield _made(path, _load(path), None, options)
    elif suffix == ".npz":
        yield _from_arrays(path, _load_all(path), options)
    elif suffix in TIFF_SUFFIXES:
        yield _made(path, read_counts(path, stacked=True, any_scale=True), None, options)
    else:
        kinds = ", ".join(CUBE_SUFFIXES)
        msg = f"{path} is no cube that can be read: it is none of {kinds} and has no .hdr beside it"
        raise InputError(msg)


def _envi(header: Path, options: CubeOptions) -> Cube:
    found = read_envi(header)
    nm = found.nm
    if options.wavelengths is not None:
        nm = given_wavelengths(options.wavelengths, len(found.values))
    if nm is None:
        raise _no_wavelengths(header, len(found.values))
    scale = options.scale or found.full_scale
    return Cube(
        path=header,
        values=found.values,
        nm=tuple(nm[band] for band in found.good),
        good=found.good,
        full_scale=_full_scale(header, found.values.dtype, scale),
        tells_scale=scale is not None,
        missing=found.missing,
    )


def _load(path: Path) -> NDArray[Any]:
    with reading(path), _loading(path):
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        if (n_left := path.stat().st_size - mapped.offset - mapped.nbytes) != 0:
            msg = f"its header tells of {n_left} bytes less than there are"
            raise ValueError(msg)
        return np.asarray(mapped)


def _load_all(path: Path) -> dict[str, NDArray[Any]]:
    with reading(path), _loading(path):
        if not zipfile.is_zipfile(path):
            msg = "it is no archive of arrays"
            raise ValueError(msg)
        with opened_npz(path) as loaded:
            return {name: loaded[name] for name in loaded}


@contextmanager
def _loading(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except _DAMAGE as error:
        kind = path.suffix
        msg = f"{path} is damaged, cut short, or no {kind} of numbers: copy or export it again"
        raise InputError(msg) from error


def _from_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], options: CubeOptions) -> Cube:
    told = next((arrays[name] for name in arrays if name.lower() in _WAVELENGTHS), None)
    nm = None if told is None else as_nm(path, told.ravel().tolist())
    return _made(path, arrays[_cube_name(path, arrays, options.variable)], nm, options)


def _cube_name(path: Path, arrays: Mapping[str, NDArray[Any]], variable: str | None) -> str:
    if variable is not None:
        if variable not in arrays:
            msg = f"{path} has no variable {variable!r}; it has {', '.join(arrays) or 'none'}"
            raise UsageError(msg)
        return variable
    found = [name for name, values in arrays.items() if values.ndim == 3]
    if len(found) != 1:
        names = f" ({', '.join(found)})" if found else ""
        msg = (
            f"{path} holds {len(found)} arrays of three dimensions{names} where the cube should be "
            "the only one; say which it is with -o variable=NAME"
        )
        raise InputError(msg)
    return found[0]


def _made(
    path: Path, values: NDArray[Any], nm: tuple[float, ...] | None, options: CubeOptions
) -> Cube:
    """A cube of an array whose bands are its last axis, or where only that fits, its first."""
    if values.ndim != 3 or 0 in values.shape or values.dtype.kind not in "uif":
        msg = (
            f"{path} holds {values.dtype} numbers of shape {values.shape}; a cube is rows, columns "
            "and bands of whole numbers or floats"
        )
        raise InputError(msg)
    if options.wavelengths is not None:
        n_given = options.wavelengths.count(",") + 1
        is_list = ":" not in options.wavelengths
        turned = _bands_first(values, n_given if is_list else values.shape[2])
        nm = given_wavelengths(options.wavelengths, len(turned))
    elif nm is None:
        raise _no_wavelengths(path, values.shape[2])
    else:
        turned = _bands_first(values, len(nm))
    if len(turned) != len(nm):
        msg = f"{path} tells {len(nm)} wavelengths, but its cube has {len(turned)} bands"
        raise InputError(msg)
    return Cube(
        path=path,
        values=turned,
        nm=nm,
        full_scale=_full_scale(path, values.dtype, options.scale),
        tells_scale=options.scale is not None,
    )


def _bands_first(values: NDArray[Any], n_bands: int) -> NDArray[Any]:
    is_first = values.shape[2] != n_bands and values.shape[0] == n_bands
    return values if is_first else np.moveaxis(values, 2, 0)


def _full_scale(path: Path, depth: np.dtype[Any], told: float | None) -> float:
    if told is not None:
        if not (np.isfinite(told) and told > 0):
            msg = f"{path} says that {told:g} counts as 1; give the scale, -o scale=NUMBER"
            raise InputError(msg)
        return told
    if depth.kind == "f":
        return 1.0
    if depth.kind == "u" and depth.itemsize <= 2:
        return float(np.iinfo(depth).max)
    msg = (
        f"{path} holds {depth.name} numbers and does not tell which counts as 1, such as 10000 for "
        "reflectance; say it with -o scale=NUMBER"
    )
    raise InputError(msg)


def _no_wavelengths(path: Path, n_bands: int) -> InputError:
    return InputError(
        f"{path} does not tell the wavelengths of its {n_bands} bands: give them, "
        "-o wavelengths=NM,NM,... or evenly spaced, -o wavelengths=FIRST:LAST"
    )
