"""Reading scenes of the Harvard hyperspectral database (Chakrabarti & Zickler 2011)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import Capture, Coding, InputError, reading
from artextract_cube import HarvardOptions
from artextract_cube.averaging import averaged
from artextract_cube.cube_data import Cube
from artextract_cube.matlab import matlab_arrays
from artextract_cube.wavelengths import chosen_centres

WAVELENGTHS = tuple(420.0 + 10 * band for band in range(31))
CALIBRATION = "calib.txt"


def scene_files(source: Path, options: HarvardOptions) -> list[Path]:
    """The files of scenes: ``source`` itself, or every MATLAB file in the folder."""
    paths = [source]
    if source.is_dir():
        paths = sorted(path for path in source.iterdir() if path.suffix.lower() == ".mat")
    if not paths:
        msg = f"there is no scene in {source}: no file in it ends in .mat"
        raise InputError(msg)
    return paths


def read(source: Path, options: HarvardOptions, coding: Coding | None = None) -> Iterator[Capture]:
    """Yield the scene in the file ``source``, or that of every MATLAB file in the folder."""
    for path in scene_files(source, options):
        with matlab_arrays(path) as arrays:
            yield _read_scene(path, arrays, options, coding or Coding())


def _read_scene(
    path: Path, arrays: Mapping[str, NDArray[Any]], options: HarvardOptions, coding: Coding
) -> Capture:
    measured = arrays.get("ref")
    if measured is None or measured.ndim != 3 or measured.shape[2] != len(WAVELENGTHS):
        content = "no ref" if measured is None else f"a ref of shape {measured.shape}"
        msg = f"{path} contains {content}; Harvard scenes have ref, (rows, columns, 31)"
        raise InputError(msg)
    mask = _mask(path, arrays, measured.shape)
    factors = _factors(path, arrays, options.calibration)
    values = np.moveaxis(measured, 2, 0).astype(np.float32) * factors[:, None, None]
    if mask is not None:
        # Before the maximum: what moved may be brighter than the scene.
        values[:, ~mask] = 0
    brightest = float(values.max())
    cube = Cube(
        path=path,
        values=values,
        nm=WAVELENGTHS,
        full_scale=options.scale or (brightest if np.isfinite(brightest) and brightest > 0 else 1),
        scale_is_given=options.scale is not None,
    )
    centres = chosen_centres(path, options.centres or "all", cube.nm, options.width)
    average = averaged(cube, centres, options.width, coding=coding)
    return Capture(
        name=path.stem,
        rgb=average.rgb,
        bands=average.bands,
        wavelengths=average.wavelengths,
        mask=mask,
    )


def _mask(
    path: Path, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    """Mask of pixels without motion between bands; None if all are valid."""
    labels = arrays.get("lbl")
    if labels is None:
        return None
    if labels.shape != shape[:2]:
        msg = f"{path} contains lbl of shape {labels.shape}, but its ref has {shape[:2]}"
        raise InputError(msg)
    # 0 is where something moved; the README of the database could not be checked
    # (docs/references.md).
    mask = np.asarray(labels != 0)
    return None if mask.all() else mask


def _factors(path: Path, arrays: Mapping[str, NDArray[Any]], how: str) -> NDArray[np.float32]:
    """Factors of the bands, (31,)."""
    calibration = None if how == "none" else arrays.get("calib")
    if calibration is None and how != "none":
        calibration = _calibration_beside(path)
    if calibration is None:
        return np.ones(len(WAVELENGTHS), np.float32)
    factors = np.asarray(calibration, np.float32).ravel()
    if len(factors) != len(WAVELENGTHS) or not (np.isfinite(factors) & (factors > 0)).all():
        msg = f"{path}: its calib should be 31 numbers above 0; ignore it with -o calibration=none"
        raise InputError(msg)
    return factors if how == "multiply" else np.float32(1) / factors


def _calibration_beside(path: Path) -> NDArray[Any] | None:
    beside = path.parent / CALIBRATION
    if not beside.exists():
        return None
    with reading(beside):
        text = beside.read_text("utf-8", errors="replace")
    try:
        return np.array([float(word) for word in text.replace(",", " ").split()])
    except ValueError:
        msg = f"{beside} should contain 31 numbers, the sensitivities of the camera"
        raise InputError(msg) from None
