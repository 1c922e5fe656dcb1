"""Checking the captures of an importer before anything is written."""

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.io.image import value_problem
from artextract_cli.plugin.protocols import Capture
from artextract_cli.scenes.layout import SPLITS
from artextract_cli.scenes.names import name_problem
from artextract_cli.scenes.spectrum import LONGEST_NM, SHORTEST_NM

MAX_NAME_BYTES = 100
"""Longest scene name or band id in bytes: file names, which combine two, may have at most 255."""


def checked_capture(capture: Any) -> Capture:
    """Return ``capture`` with band ids and wavelengths filled in, after checking all of it.

    Raises
    ------
    InputError
        If it is not a capture, or cannot be written as a scene of a dataset.
    """
    if not isinstance(capture, Capture):
        msg = f"an importer must yield Capture objects, not {type(capture).__name__}"
        raise InputError(msg)
    # In this order: later checks rely on earlier ones, such as that bands are arrays at all.
    checks = (_name_problem, _shape_problem, _depth_problem, _mask_problem, _scale_problem)
    for find_problem in checks:
        if problem := find_problem(capture):
            msg = f"scene {capture.name!r}: {problem}"
            raise InputError(msg)
    complete = dataclasses.replace(
        capture, wavelengths=_wavelengths(capture), band_ids=_band_ids(capture)
    )
    # Values last, since they are the only check that reads every pixel.
    if problem := _band_problem(complete) or _value_problem(complete):
        msg = f"scene {capture.name!r}: {problem}"
        raise InputError(msg)
    return complete


def planes(capture: Capture) -> list[NDArray[Any]]:
    """The bands of a capture, each (H, W)."""
    bands = capture.bands
    return list(np.moveaxis(bands, 2, 0) if isinstance(bands, np.ndarray) else bands)


def _name_problem(capture: Capture) -> str | None:
    if problem := _text_problem(capture.name):
        return f"its name {problem}; rename it"
    # The underscore is for names that end in _ms: a_ms_ms_1 could also be band ms_1 of a.
    if capture.name.endswith("_RGB") or "_ms_" in f"{capture.name}_":
        return (
            "its name must not end in _RGB or contain _ms_, which separate the parts of file names"
        )
    if capture.split not in (None, *SPLITS):
        return f"its split is {capture.split!r}, not one of {', '.join(SPLITS)}"
    return None


def _text_problem(text: object) -> str | None:
    """Why ``text`` cannot be part of a file name; None if it can."""
    if not isinstance(text, str) or not text:
        return "is not text"
    if problem := name_problem(text):
        return problem
    if len(text.encode()) > MAX_NAME_BYTES:
        return f"is longer than {MAX_NAME_BYTES} bytes"
    return None


def _shape_problem(capture: Capture) -> str | None:
    rgb, bands = capture.rgb, capture.bands
    arrays: Sequence[Any] = bands if isinstance(bands, list | tuple) else [bands]
    if not all(isinstance(array, np.ndarray) for array in (rgb, *arrays)):
        return "its photograph and bands must be NumPy arrays"
    if rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        return f"its photograph must be (H, W, 3), not {rgb.shape}"
    n_dimensions = 3 if arrays is not bands else 2
    if wrong := [a.shape for a in arrays if a.ndim != n_dimensions or 0 in a.shape]:
        return f"its bands must be (H, W, B), or (H, W) each, not {wrong[0]}"
    if len({array.dtype for array in arrays}) != 1:
        return "it has no bands" if not arrays else "its bands differ in data type"
    return None


def _depth_problem(capture: Capture) -> str | None:
    for what, depth in (("photograph", capture.rgb.dtype), ("bands", planes(capture)[0].dtype)):
        if depth not in (np.uint8, np.uint16) and depth.kind != "f":
            return f"its {what} must be uint8, uint16 or floats from 0 to 1, not {depth}"
    return None


def _value_problem(capture: Capture) -> str | None:
    bands = [capture.bands] if isinstance(capture.bands, np.ndarray) else capture.bands
    if not any(map(value_problem, (capture.rgb, *bands))):  # in memory order, which is fast
        return None
    names = ("photograph", *(f"band {band}" for band in capture.band_ids or ()))
    images = zip(names, (capture.rgb, *planes(capture)), strict=True)
    problems = ((name, value_problem(values)) for name, values in images)
    return next(f"its {name} {problem}" for name, problem in problems if problem)


def _mask_problem(capture: Capture) -> str | None:
    mask = capture.mask
    if mask is None:
        return None
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        return "its mask must be an array of booleans"
    if mask.shape != capture.rgb.shape[:2]:
        return f"its mask must be (H, W) like its photograph {capture.rgb.shape}, not {mask.shape}"
    return None if mask.any() else "its mask contains no painting"


def _scale_problem(capture: Capture) -> str | None:
    scale = capture.pixels_per_mm
    if scale is None or (isinstance(scale, int | float) and 0 < scale < math.inf):
        return None
    return f"its scale must be a positive number of pixels per mm, not {scale!r}"


def _wavelengths(capture: Capture) -> tuple[float, ...] | None:
    try:
        given = capture.wavelengths
        return None if given is None else tuple(map(float, given))
    except (TypeError, ValueError):
        msg = f"scene {capture.name!r}: its wavelengths are not numbers: {capture.wavelengths!r}"
        raise InputError(msg) from None


def _band_ids(capture: Capture) -> tuple[str, ...]:
    if capture.band_ids is not None:
        return tuple(capture.band_ids)
    nm = _wavelengths(capture)
    if nm is not None:
        return tuple(f"{value:g}" for value in nm)
    return tuple(str(number + 1) for number in range(len(planes(capture))))


def _band_problem(capture: Capture) -> str | None:
    n_bands, ids = len(planes(capture)), capture.band_ids or ()
    for what, values in (("wavelengths", capture.wavelengths), ("band ids", ids)):
        if values is not None and len(values) != n_bands:
            return f"it has {len(values)} {what} for {n_bands} bands"
    for nm in capture.wavelengths or ():
        if not SHORTEST_NM <= nm <= LONGEST_NM:
            return f"{nm:g} is not a wavelength between {SHORTEST_NM} and {LONGEST_NM} nm"
    for band in ids:
        if problem := _text_problem(band) or ("contains ms_" if "_ms_" in f"_{band}" else None):
            return f"the band id {band!r} {problem}; choose another"
    if repeated := _repeated(ids):
        return f"the band id {repeated!r} occurs twice"
    return None


def _repeated(names: Iterable[str]) -> str | None:
    """A name that occurs twice on systems that ignore case; None if there is none."""
    # Bands that differ in case only would be one file on Windows and macOS.
    (name, count), *_ = Counter(name.casefold() for name in names).most_common(1)
    return name if count > 1 else None
