"""ENVI: a text header and a raw file of band after band."""

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

import artextract_cli
from artextract_cli.errors import UsageError
from artextract_cli.export.image_stack import SCALE_KEY, ImageStack
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.events import progress
from artextract_cli.utils.file_errors import reading
from artextract_cli.utils.output_plan import Rule

CODES = {"uint8": 1, "float32": 4, "uint16": 12}
MADE_BY = "written by artextract"
# Braces, commas and semicolons structure a header.
_STRUCTURE = re.compile(r"[{},;=\s]+")


def envi_files(stack: ImageStack, header: Path) -> tuple[Path, ...]:
    """The files to write: header, raw file, and a copy of the photograph if there is one."""
    raw = header.with_suffix(".img")
    if stack.photograph is None:
        return header, raw
    photograph = header.with_name(f"{header.stem}_RGB{stack.photograph.suffix}")
    return header, raw, photograph


def check_free(stack: ImageStack) -> Rule:
    """A rule: the files beside the header do not exist, or are those of an earlier export."""

    def check(header: Path) -> None:
        with suppress(OSError):
            if MADE_BY.encode() in header.read_bytes():
                return
        for path in envi_files(stack, header):
            if path.exists():
                msg = (
                    f"{path} is in the way and was not exported by artextract: move it away, or "
                    "choose another --out"
                )
                raise UsageError(msg)

    return check


def write_envi(stack: ImageStack, header: Path, /) -> None:
    """Write a stack as ENVI, little-endian, the header last."""
    _, raw, *photograph = envi_files(stack, header)
    depth = stack.depth.newbyteorder("<")
    with (
        atomic_path(raw) as temporary,
        temporary.open("wb") as file,
        progress("writing bands", len(stack.channels)) as advance,
    ):
        for channel in stack.channels:
            file.write(np.ascontiguousarray(channel.read(), depth).data)
            advance(channel.name)
    for path in photograph:
        if stack.photograph is not None:
            with atomic_path(path) as temporary, reading(stack.photograph):
                shutil.copyfile(stack.photograph, temporary)
    with atomic_path(header) as temporary:
        temporary.write_text(_header(stack), encoding="utf-8", newline="\n")


def _header(stack: ImageStack) -> str:
    height, width = stack.shape
    fields = {
        "description": f"{{{_plain(stack.description)} - {MADE_BY} {artextract_cli.__version__}}}",
        "samples": width,
        "lines": height,
        "bands": len(stack.channels),
        "header offset": 0,
        "file type": "ENVI Standard",
        "data type": CODES[stack.depth.name],
        "interleave": "bsq",
        "byte order": 0,
        "band names": _list(_plain(channel.name) for channel in stack.channels),
        **_numbers(stack),
    }
    return "\n".join(["ENVI", *(f"{name} = {value}" for name, value in fields.items()), ""])


def _numbers(stack: ImageStack) -> dict[str, str]:
    """Wavelengths, scale, and the mark of missing pixels, as far as they are known."""
    fields = {}
    nm = [channel.nm for channel in stack.channels]
    if None not in nm:  # a list for all bands, or none
        fields["wavelength units"] = "Nanometers"
        fields["wavelength"] = _list(f"{each:.9g}" for each in nm)
    if stack.reflectance_scale is not None:
        fields[SCALE_KEY] = str(stack.reflectance_scale)
    if stack.depth.kind == "f":
        fields["data ignore value"] = "nan"
    if stack.pixels_per_mm is not None:
        metres = f"{0.001 / stack.pixels_per_mm:.9g}"
        fields["pixel size"] = _list((metres, metres, "units=Meters"))
    return fields


def _list(parts: Iterable[str]) -> str:
    return f"{{{', '.join(parts)}}}"


def _plain(text: str) -> str:
    return _STRUCTURE.sub(" ", text).strip()
