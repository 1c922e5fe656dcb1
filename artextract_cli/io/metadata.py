"""What an image file says about its capture: EXIF, XMP and IPTC, as short lines of text."""

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from PIL import Image, IptcImagePlugin, JpegImagePlugin

from artextract_cli.errors import InputError
from artextract_cli.io import decoders, tiff
from artextract_cli.io.capture_fields import exif_fields, iptc_fields, xmp_fields
from artextract_cli.io.formats import decoder_of, decoding
from artextract_cli.io.raw import decode_raw
from artextract_cli.io.stored import DECODING_ERRORS
from artextract_cli.io.xmp import MAX_XMP_BYTES, XmpError, xmp_properties

_EXIF_IFD, _XMP_TAG, _IPTC_TAG = 0x8769, 700, 33723
MAX_TAG_VALUES = 2**16
"""Number of values of a TIFF tag, such as characters, above which it is left out."""

_XMP_KEYWORD = b"XML:com.adobe.xmp"


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What an image file says about its capture."""

    fields: Mapping[str, str] = field(default_factory=dict)
    """Some of camera, lens, filter, exposure, date, creator and copyright."""

    colour_space: int | None = None
    """EXIF ColorSpace: 1 sRGB, 2 Adobe RGB, 65535 uncalibrated; None if it is not stated."""

    problem: str = ""
    """What is not read, and why; empty if there is no such thing."""


@dataclass(kw_only=True)
class _Blocks:
    """The metadata of a file as stored."""

    exif: Mapping[int | str, Any] = field(default_factory=dict)
    """EXIF and TIFF tags, by number or by name."""

    xmp: bytes = b""
    iptc: Mapping[tuple[int, int], Any] = field(default_factory=dict)


def read_metadata(path: Path) -> Metadata:
    """Read what an image file says about its capture; its pixels are not decoded.

    Damaged or oversized metadata are left out, since the image does not depend on them.

    Raises
    ------
    InputError
        If the file is missing, not an image, or its header is damaged.
    """
    decode = decoder_of(path)
    with decoding(path):
        blocks = _READERS[decode](path)
    problem, properties = "", dict[str, str]()
    try:
        properties = xmp_properties(blocks.xmp) if blocks.xmp else {}
    except XmpError as error:
        problem = f"XMP metadata that {error}"
    of_exif = exif_fields(blocks.exif)
    space = blocks.exif.get(0xA001, blocks.exif.get("ColorSpace"))
    # EXIF is written by the camera, the others by programs.
    fields = {**iptc_fields(blocks.iptc), **xmp_fields(properties), **of_exif}
    return Metadata(
        fields={key: fields[key] for key in sorted(fields)},
        colour_space=space if isinstance(space, int) else None,
        problem=problem,
    )


def _of_png(path: Path) -> _Blocks:
    blocks = _Blocks()
    for name, body in decoders.leading_chunks(path):
        if name == b"eXIf":
            blocks.exif = _parsed(body)
        elif name == b"iTXt" and body.startswith(_XMP_KEYWORD + b"\0"):
            # Keyword, 0, whether deflated, method, language, 0, translated keyword, 0, text.
            is_deflated, rest = body[len(_XMP_KEYWORD) + 1], body[len(_XMP_KEYWORD) + 3 :]
            text = rest.split(b"\0", 2)[-1]
            blocks.xmp = decoders.inflated(text, MAX_XMP_BYTES) if is_deflated else text
    return blocks


def _of_jpeg(path: Path) -> _Blocks:
    with JpegImagePlugin.JpegImageFile(path) as image:
        blocks = _Blocks(xmp=image.info.get("xmp", b""))
        with suppress(*DECODING_ERRORS):
            blocks.exif = _flat(image.getexif())
        with suppress(*DECODING_ERRORS):
            blocks.iptc = IptcImagePlugin.getiptcinfo(image) or {}
    return blocks


def _of_tiff(path: Path) -> _Blocks:
    blocks, tags = _Blocks(), dict[int | str, Any]()
    with tiff.opened_tiff(path) as opened:
        for tag in opened.pages.first.tags:
            # A tag that cannot be read does not touch the others.
            with suppress(*DECODING_ERRORS):
                _add_tag(blocks, tags, opened, tag)
    blocks.exif = tags
    return blocks


def _add_tag(blocks: _Blocks, tags: dict[int | str, Any], opened: Any, tag: Any) -> None:
    if tag.code == _XMP_TAG:
        # One byte more shows that it is too large, without reading all of it.
        blocks.xmp = _bytes_of(opened, tag, MAX_XMP_BYTES + 1)
    elif tag.code == _IPTC_TAG:
        blocks.iptc = _iptc(_bytes_of(opened, tag, MAX_XMP_BYTES))
    elif tag.code == _EXIF_IFD and isinstance(tag.value, dict):
        tags.update(tag.value)
    elif tag.count <= MAX_TAG_VALUES:
        tags[tag.code] = tag.value


def _of_raw(path: Path) -> _Blocks:
    # Those that are TIFF files, as most are; LibRaw itself says little.
    with suppress(*DECODING_ERRORS, InputError):
        return _of_tiff(path)
    return _Blocks()


def _of_bmp(path: Path) -> _Blocks:
    return _Blocks()


def _bytes_of(opened: Any, tag: Any, limit: int) -> bytes:
    opened.filehandle.seek(tag.valueoffset)
    return bytes(opened.filehandle.read(min(tag.valuebytecount, limit)))


def _parsed(block: bytes) -> Mapping[int | str, Any]:
    exif = Image.Exif()
    with suppress(*DECODING_ERRORS):
        exif.load(block)
        return _flat(exif)
    return {}


def _flat(exif: Image.Exif) -> dict[int | str, Any]:
    """Tags of an image and of its capture."""
    return dict(chain(exif.items(), exif.get_ifd(_EXIF_IFD).items()))


def _iptc(block: bytes) -> dict[tuple[int, int], Any]:
    """Data sets of IPTC-IIM: 0x1C, record, number, size in two bytes, value."""
    return dict(_data_sets(io.BytesIO(block)))


def _data_sets(file: io.BytesIO) -> Iterator[tuple[tuple[int, int], bytes]]:
    while (head := file.read(5)).startswith(b"\x1c") and len(head) == 5:
        record, number, size = struct.unpack(">xBBH", head)
        yield (record, number), file.read(size)


_READERS: dict[decoders.Decoder, Callable[[Path], _Blocks]] = {
    decoders.decode_png: _of_png,
    decoders.decode_bmp: _of_bmp,
    decoders.decode_jpeg: _of_jpeg,
    tiff.decode_tiff: _of_tiff,
    decode_raw: _of_raw,
}
