"""Reading ENVI headers and memory-mapping the raw files beside them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import InputError, reading
from artextract_cube.cube_data import SCALE_KEY, Stored, scale_of

# The codes of ENVI; 6 and 9 are complex, 14 and 15 have 64 bits.
_TYPES = {1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4"}
# Axes of the raw file, slowest first; the cube is transposed to (B, H, W).
_AXES = {"bsq": "bls", "bil": "lbs", "bip": "lsb"}
_RAW_SUFFIXES = (".raw", ".img", ".dat", ".bin", ".bsq", ".bil", ".bip", ".hyspex", ".cube")
_FIELD = re.compile(r"^[ \t]*([^=;{}\n]+?)[ \t]*=[ \t]*(\{[^}]*\}|[^\n]*)", re.MULTILINE)
_UNSUPPORTED = ("file compression", "major frame offsets", "minor frame offsets")


def is_raw_of(path: Path) -> Path | None:
    """The header beside a raw file, if there is one."""
    for header in (path.with_name(path.name + ".hdr"), path.with_suffix(".hdr")):
        if header.is_file() and header != path:
            return header
    return None


def read_envi(header: Path) -> Stored:
    """Read ``header`` and map its raw file.

    Raises
    ------
    InputError
        If the header is incomplete or contradictory, or the raw file has another size.
    """
    fields = _fields(header)
    for name in _UNSUPPORTED:
        if any(_numbers(header, fields, name)):
            msg = f"{header} has {name} = {fields[name]}, which is not supported; save it without"
            raise InputError(msg)
    values = _mapped(header, fields)
    is_good = np.array(_numbers(header, fields, "bbl") or [1] * len(values)) != 0
    nm = _numbers(header, fields, "wavelength")
    for name, values_of_bands in (("bbl", is_good), ("wavelength", nm)):
        n_listed = len(values_of_bands)
        if n_listed not in (0, len(values)):
            msg = f"{header} has bands = {len(values)}, but its {name} lists {n_listed}"
            raise InputError(msg)
    if not is_good.any():
        msg = f"{header} marks all bands as bad (bbl); there is nothing to read"
        raise InputError(msg)
    return Stored(
        path=header,
        values=values,
        wavelengths=tuple(nm),
        unit=fields.get("wavelength units", ""),
        good=np.flatnonzero(is_good),
        full_scale=_one(header, fields, SCALE_KEY),
        missing=_one(header, fields, "data ignore value"),
        pixels_per_mm=_scale(fields),
    )


def _fields(header: Path) -> dict[str, str]:
    with reading(header):
        content = header.read_bytes()
    if content[:4] != b"ENVI":
        msg = f"{header} is not an ENVI header: it does not start with ENVI"
        raise InputError(msg)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        # Headers do not declare their encoding; in Latin-1 every byte is valid.
        text = content.decode("latin-1")
    # Comments begin with a semicolon.
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(";"))
    fields = {" ".join(key.lower().split()): value for key, value in _FIELD.findall(text)}
    for name, value in fields.items():
        # A list that was cut off would be read as its first line.
        if value.startswith("{") and not value.endswith("}"):
            msg = f"{header} is damaged or cut short: the list of its {name} has no end"
            raise InputError(msg)
    return {name: value.strip("{} \t\r\n") for name, value in fields.items()}


def _numbers(header: Path, fields: Mapping[str, str], name: str) -> list[float]:
    """The numbers of a field; an empty list if the field is missing."""
    parts = [" ".join(part.split()) for part in fields.get(name, "").split(",")]
    return [_number(header, name, part) for part in parts if part]


def _number(header: Path, name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        msg = (
            f"{header} has {text[:40]!r} where its {name} must be a number; separate numbers by "
            "commas"
        )
        raise InputError(msg) from None


def _one(header: Path, fields: Mapping[str, str], name: str) -> float | None:
    numbers = _numbers(header, fields, name)
    return numbers[0] if numbers else None


def _scale(fields: Mapping[str, str]) -> float | None:
    """Pixels per mm, from the pixel size of a file without map coordinates; None if unknown."""
    parts = [part.strip() for part in fields.get("pixel size", "").split(",")]
    unit = "".join(parts[2:]).lower().removeprefix("units").strip(" =")
    if unit not in ("", "meters", "metres"):
        return None
    try:
        width, height = (1000 * float(part) for part in parts[:2])
    except ValueError:
        return None
    return scale_of(width, height)


def _whole(header: Path, fields: Mapping[str, str], name: str, *, least: int = 1) -> int:
    text = fields.get(name)
    if text is None:
        msg = f"{header} is damaged or cut short: it does not give its {name}"
        raise InputError(msg)
    if not re.fullmatch("[0-9]+", text) or int(text) < least:
        msg = f"{header} has {name} = {text}, which is not an integer of at least {least}"
        raise InputError(msg)
    return int(text)


def _mapped(header: Path, fields: Mapping[str, str]) -> NDArray[Any]:
    """The raw file as (B, H, W)."""
    size = {
        axis: _whole(header, fields, name)
        for axis, name in (("b", "bands"), ("l", "lines"), ("s", "samples"))
    }
    axes = _AXES.get(fields.get("interleave", "").lower())
    if axes is None:
        interleave = fields.get("interleave", "nothing")
        msg = f"{header} has interleave = {interleave}; it must be bsq, bil or bip"
        raise InputError(msg)
    offset = _whole(header, {"header offset": "0", **fields}, "header offset", least=0)
    depth = _depth(header, fields)
    raw = _raw_file(header)
    n_bytes = offset + size["b"] * size["l"] * size["s"] * depth.itemsize
    # A longer file is refused too: its header may belong to another one, and all rows would be
    # shifted.
    if raw.stat().st_size != n_bytes:
        msg = (
            f"{raw} has {raw.stat().st_size} bytes where {header.name} expects {n_bytes}: it was "
            "cut short, or the header belongs to another file"
        )
        raise InputError(msg)
    shape = tuple(size[axis] for axis in axes)
    with reading(raw):
        values = np.memmap(raw, depth, mode="r", offset=offset, shape=shape)
    return np.asarray(values).transpose([axes.index(axis) for axis in "bls"])


def _depth(header: Path, fields: Mapping[str, str]) -> np.dtype[Any]:
    code = _whole(header, fields, "data type")
    if code not in _TYPES:
        known = ", ".join(map(str, _TYPES))
        msg = f"{header} has data type = {code}; supported are {known}"
        raise InputError(msg)
    depth = np.dtype(_TYPES[code])
    if depth.itemsize == 1:
        return depth
    order = _whole(header, fields, "byte order", least=0)
    if order not in (0, 1):
        msg = f"{header} has byte order = {order}; it must be 0 (least first) or 1 (most first)"
        raise InputError(msg)
    return depth.newbyteorder("<" if order == 0 else ">")


def _raw_file(header: Path) -> Path:
    """The file of the same name without ``.hdr``, or with a suffix of raw files."""
    stem = header.with_suffix("").name
    # Regardless of case: files often come from Windows.
    names = {stem.lower(), *(f"{stem}{suffix}".lower() for suffix in _RAW_SUFFIXES)}
    with reading(header.parent):
        candidates = sorted(
            path
            for path in header.parent.iterdir()
            if path.name.lower() in names and path.is_file()
        )
    if len(candidates) != 1:
        listed = f" ({', '.join(path.name for path in candidates)})" if candidates else ""
        msg = (
            f"{header} should have one raw file beside it, {stem} or {stem}.raw, .img, .dat, ...; "
            f"there are {len(candidates)}{listed}"
        )
        raise InputError(msg)
    return candidates[0]
