"""Decoding raw files of cameras by LibRaw, which the extra ``raw`` installs as rawpy."""

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from artextract_cli.errors import InputError
from artextract_cli.io.stored import Stored, check_size
from artextract_cli.utils.optional import load_optional

RAW_SUFFIXES = frozenset({".dng", ".nef", ".cr2", ".cr3", ".arw", ".raf", ".orf", ".rw2", ".pef"})
"""Endings of the names of raw files."""

# First bytes of formats that are not TIFF by their signature, and where they lie.
_SIGNATURES = ((4, b"ftypcrx "), (0, b"FUJIFILMCCD-RAW"), (0, b"IIRO"), (0, b"IIRS"), (0, b"IIU\0"))
_DNG_VERSION, _PHOTOMETRIC, _SUB_IFDS = 50706, 262, 330
_SENSOR_VALUES = (32803, 34892)  # photometric: a colour filter array, or linear raw
_MAX_ENTRIES, _MAX_SUB_IFDS = 1000, 8


def without_developed(images: Iterable[Path]) -> list[Path]:
    """Image files without raw files beside which there is a developed image of the same name."""
    listed = list(images)
    developed = {path.stem for path in listed if path.suffix.lower() not in RAW_SUFFIXES}
    return [p for p in listed if p.suffix.lower() not in RAW_SUFFIXES or p.stem not in developed]


def is_raw(file: BinaryIO) -> bool:
    """Whether an open file is raw by its content.

    Most raw files are TIFF files whose first image may be a small preview: what counts is a DNG
    version, the mark of Canon, or an image of sensor values.
    """
    file.seek(0)
    head = file.read(24)
    if any(head[at:].startswith(signature) for at, signature in _SIGNATURES):
        return True
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None:
        return False
    # A damaged file is left to the decoder of TIFF, which says so.
    with suppress(struct.error, OverflowError, ValueError):
        return head[8:10] == b"CR" or _has_sensor_values(file, order, head)
    return False


def decode_raw(path: Path) -> Stored:
    """Develop a raw file to linear light with the primaries of sRGB, (H, W, 3) of 16 bit.

    White balance is that of the camera, full scale that of the sensor: nothing is brightened. The
    orientation of the camera is applied.

    Raises
    ------
    InputError
        If LibRaw does not know the camera, or the image is too large.
    DependencyError
        If rawpy is not installed.
    """
    with _opened(path) as (rawpy, raw):
        values = raw.postprocess(
            output_bps=16,
            gamma=(1, 1),
            no_auto_bright=True,
            use_camera_wb=True,
            output_color=rawpy.ColorSpace.sRGB,
        )
    return Stored(np.asarray(values), 16, 1)


def raw_pixels(path: Path) -> int:
    """Number of pixels that a raw file states; raises as `decode_raw`."""
    with _opened(path) as (_, raw):
        return int(raw.sizes.width) * int(raw.sizes.height)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    need = f"{path} is a raw file, and reading it needs rawpy"
    rawpy = load_optional("rawpy", need, "'artextract[raw]'")
    try:
        with rawpy.imread(str(path)) as raw:
            check_size(path, raw.sizes.width, raw.sizes.height)
            yield rawpy, raw
    except (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError) as error:
        msg = (
            f"{path} is a raw file of a kind that LibRaw does not know: convert it to DNG, or "
            "develop it to a TIFF of 16 bit"
        )
        raise InputError(msg) from error
    except rawpy.LibRawError as error:
        raise ValueError(path) from error


def _has_sensor_values(file: BinaryIO, order: str, head: bytes) -> bool:
    first = dict(_entries(file, order, *struct.unpack_from(f"{order}I", head, 4)))
    if _DNG_VERSION in first or first.get(_PHOTOMETRIC, (0,))[0] in _SENSOR_VALUES:
        return True
    return any(
        dict(_entries(file, order, offset)).get(_PHOTOMETRIC, (0,))[0] in _SENSOR_VALUES
        for offset in first.get(_SUB_IFDS, ())
    )


def _entries(file: BinaryIO, order: str, offset: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Tags and values of an image file directory (TIFF 6.0), of the few that decide."""
    file.seek(offset)
    (n_entries,) = struct.unpack(f"{order}H", file.read(2))
    table = file.read(12 * min(n_entries, _MAX_ENTRIES))
    for at in range(0, len(table) - 11, 12):
        tag, kind, count = struct.unpack_from(f"{order}HHI", table, at)
        if tag == _SUB_IFDS:
            yield tag, _offsets(file, order, count, table[at + 8 : at + 12])
        elif tag in (_DNG_VERSION, _PHOTOMETRIC):
            # A SHORT lies in the first two bytes of the field.
            size = "H" if kind == 3 else "I"
            yield tag, struct.unpack_from(f"{order}{size}", table, at + 8)


def _offsets(file: BinaryIO, order: str, count: int, field: bytes) -> tuple[int, ...]:
    """Offsets of further directories: in the field itself if there is one, else where it points."""
    (first,) = struct.unpack(f"{order}I", field)
    if count == 1:
        return (first,)
    n_read = min(count, _MAX_SUB_IFDS)
    file.seek(first)
    return struct.unpack(f"{order}{n_read}I", file.read(4 * n_read))
