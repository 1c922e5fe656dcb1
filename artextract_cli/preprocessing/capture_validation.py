"""Checking what an importer hands over, before any of it is written."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.io.image import value_problem
from artextract_cli.plugin.protocols import Capture
from artextract_cli.scenes.layout import SPLITS
from artextract_cli.scenes.spectrum import LONGEST_NM, SHORTEST_NM

LONGEST_NAME = 100
"""Bytes of a scene name or band id, so that no file name has more than the 255 systems allow."""

# What no file name of Windows may hold, and with it all separators; what looks like these; and
# names of its devices.
_FORBIDDEN = set('<>:"/\\|?*') | set("⁄∕∖⧵⧸⧹／＼")
_DEVICES = re.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


def checked_capture(capture: Any) -> Capture:
    """Return ``capture`` with its band ids, wavelengths and pictures as they are to be written.

    Raises
    ------
    InputError
        If it is no capture, or one that cannot be a scene of a dataset.
    """
    if not isinstance(capture, Capture):
        msg = f"an importer yields scenes as Capture, not as {type(capture).__name__}"
        raise InputError(msg)
    for find_problem in (_name_problem, _shape_problem, _depth_problem, _mask_problem):
        if problem := find_problem(capture):
            msg = f"scene {capture.name!r}: {problem}"
            raise InputError(msg)
    made = dataclasses.replace(
        capture, wavelengths=_wavelengths(capture), band_ids=_band_ids(capture)
    )
    if problem := _band_problem(made) or _value_problem(made):
        msg = f"scene {capture.name!r}: {problem}"
        raise InputError(msg)
    return made


def planes(capture: Capture) -> list[NDArray[Any]]:
    """The bands of a capture, each (H, W)."""
    bands = capture.bands
    return list(np.moveaxis(bands, 2, 0) if isinstance(bands, np.ndarray) else bands)


def _name_problem(capture: Capture) -> str | None:
    if problem := _text_problem(capture.name):
        return f"its name {problem}; rename it"
    if capture.name.endswith("_RGB") or "_ms_" in f"{capture.name}_":
        return "its name must neither end with _RGB nor hold _ms_, which part the names of files"
    if capture.split not in (None, *SPLITS):
        return f"its split is {capture.split!r}, not one of {', '.join(SPLITS)}"
    return None


def _text_problem(text: object) -> str | None:
    """Why ``text`` cannot be a part of a file name on every system."""
    if not isinstance(text, str) or not text:
        return "is no text"
    if not text.isprintable():
        return "holds characters that cannot be shown"
    if found := sorted(_FORBIDDEN & {*text}):
        return f"holds {' '.join(found)}"
    if text != text.strip(" .") or _DEVICES.fullmatch(text.split(".")[0]):
        return "is none that every system allows"
    if len(text.encode()) > LONGEST_NAME:
        return f"is longer than {LONGEST_NAME} bytes"
    return None


def _shape_problem(capture: Capture) -> str | None:
    rgb, bands = capture.rgb, capture.bands
    arrays: Sequence[Any] = bands if isinstance(bands, list | tuple) else [bands]
    if not all(isinstance(array, np.ndarray) for array in (rgb, *arrays)):
        return "its photograph and bands must be arrays of NumPy"
    if rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        return f"its photograph must be (H, W, 3), not {rgb.shape}"
    n_dimensions = 3 if arrays is not bands else 2
    if wrong := [a.shape for a in arrays if a.ndim != n_dimensions or 0 in a.shape]:
        return f"its bands must be (H, W, B), or (H, W) each, not {wrong[0]}"
    if len({array.dtype for array in arrays}) != 1:
        return "it has no bands" if not arrays else "its bands are of different types of numbers"
    return None


def _depth_problem(capture: Capture) -> str | None:
    for what, depth in (("photograph", capture.rgb.dtype), ("bands", planes(capture)[0].dtype)):
        if depth not in (np.uint8, np.uint16) and depth.kind != "f":
            return f"its {what} must be uint8, uint16 or floats from 0 to 1, not {depth}"
    return None


def _value_problem(capture: Capture) -> str | None:
    bands = [capture.bands] if isinstance(capture.bands, np.ndarray) else capture.bands
    if not any(map(value_problem, (capture.rgb, *bands))):  # as they lie in memory, which is fast
        return None
    names = ("photograph", *(f"band {band}" for band in capture.band_ids or ()))
    pictures = zip(names, (capture.rgb, *planes(capture)), strict=True)
    told = ((name, value_problem(values)) for name, values in pictures)
    return next(f"its {name} {problem}" for name, problem in told if problem)


def _mask_problem(capture: Capture) -> str | None:
    mask = capture.mask
    if mask is None:
        return None
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        return "its mask must be an array of booleans"
    if mask.shape != capture.rgb.shape[:2]:
        return f"its mask must be (H, W) as its photograph {capture.rgb.shape}, not {mask.shape}"
    return None if mask.any() else "its mask leaves no pixel of painting"


def _wavelengths(capture: Capture) -> tuple[float, ...] | None:
    try:
        given = capture.wavelengths
        return None if given is None else tuple(map(float, given))
    except (TypeError, ValueError):
        msg = f"scene {capture.name!r}: its wavelengths are no numbers: {capture.wavelengths!r}"
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
            return f"{nm:g} is no wavelength between {SHORTEST_NM} and {LONGEST_NM} nm"
    for band in ids:
        if problem := _text_problem(band) or ("holds ms_" if "_ms_" in f"_{band}" else None):
            return f"the band id {band!r} {problem}; choose another"
    if twice := _repeated(ids):
        return f"the band id {twice!r} comes twice"
    return None


def _repeated(names: Iterable[str]) -> str | None:
    """A name that comes twice where systems do not tell upper from lower case."""
    (name, count), *_ = Counter(name.casefold() for name in names).most_common(1)
    return name if count > 1 else None
