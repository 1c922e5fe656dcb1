"""Decoders of PNG, BMP, JPEG and TIFF files that keep the full depth and notice missing data.

Pillow would read 16-bit RGB PNG as 8 bit, so PNG goes through imagecodecs and TIFF through
tifffile. They raise one of ``DECODING_ERRORS`` on damaged files.
"""

import io
import logging
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import BmpImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin

from artextract_cli.errors import InputError
from artextract_cli.limits import check_claim

# What the decoding libraries raise on damaged files; they have no common base.
DECODING_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)

MAX_PAGES = 4096
"""A TIFF of more pages is refused before they are looked at."""

PNG_DEPTH_AT = 24
"""Where the header of a PNG tells the bits of a value (ISO/IEC 15948, 11.2.2)."""

_ORIENTATION = 0x0112
_TIFF_COLOURS = {"MINISWHITE", "MINISBLACK", "RGB", "PALETTE"}

# Without a handler, tifffile's remarks on damaged files would reach stderr beside our own error.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


class Stored(NamedTuple):
    """A picture as its file holds it."""

    values: NDArray[Any]  # (H, W) or (H, W, C), alpha included; unsigned integers or floats
    bits: int  # of unsigned integers: full scale is 2**bits - 1
    orientation: int  # as EXIF counts it: 1 is upright


class Part(NamedTuple):
    """A rectangle of a picture as its file holds it, whatever the orientation."""

    shape: tuple[int, int]  # of the whole picture
    top: int
    left: int
    stored: Stored


Decoder = Callable[[Path], Stored]


def decode_png(path: Path) -> Stored:
    """Decode PNG; palettes become RGB, and 1, 2 and 4 bits become 8."""
    data = path.read_bytes()
    chunks = dict(_png_chunks(data))
    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    _check_size(path, width, height)
    exif = Image.Exif()
    exif.load(bytes(chunks.get(b"eXIf", b"")))
    values = imagecodecs.png_decode(data)
    return Stored(values, values.dtype.itemsize * 8, _orientation(exif))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Name and body of each chunk up to IEND (PNG, third edition, section 5.3).

    Their checksums are compared here: libpng overlooks those of chunks that it could do without.
    """
    view, offset, name = memoryview(data), 8, b""
    while name != b"IEND":
        size, name = struct.unpack_from(">I4s", data, offset)
        end = offset + 8 + size
        if struct.unpack_from(">I", data, end)[0] != zlib.crc32(view[offset + 4 : end]):
            msg = f"the checksum of its chunk {name.decode('latin-1')} is wrong"
            raise ValueError(msg)
        yield name, view[offset + 8 : end]
        offset = end + 4


def decode_bmp(path: Path) -> Stored:
    """Decode BMP."""
    return _decode_by_pillow(BmpImagePlugin.BmpImageFile, path)


def decode_jpeg(path: Path) -> Stored:
    """Decode JPEG of 8 bit, grey or YCbCr."""
    return _decode_by_pillow(JpegImagePlugin.JpegImageFile, path)


def _decode_by_pillow(image_class: type[ImageFile.ImageFile], path: Path) -> Stored:
    """Decode 8 bit. The class is called itself because ``Image.open`` has a lower limit."""
    with image_class(io.BytesIO(path.read_bytes())) as image:
        _check_size(path, *image.size)
        if image.mode not in {"1", "L", "P", "RGB", "RGBA"}:
            msg = f"{path} holds {image.mode} colours; save it as grey or RGB"
            raise InputError(msg)
        orientation = _orientation(image.getexif())
        converted = image.convert({"1": "L", "P": "RGB"}.get(image.mode, image.mode))
        return Stored(np.asarray(converted), 8, orientation)


def decode_tiff(path: Path) -> Stored:
    """Decode TIFF of one page: strips or tiles, grey, RGB or palette, unsigned or float."""
    with _single_page(path) as page:
        return _whole_page(page)


def is_stack(path: Path) -> bool:
    """Whether a TIFF has several pages, or more channels than a colour picture."""
    with _opened_tiff(path) as tiff:
        first: Any = tiff.pages.first
        return len(tiff.pages) > 1 or first.samplesperpixel > 4


def decode_stack(path: Path) -> Stored:
    """Decode TIFF of pages of one kind, each of any number of channels, as one (H, W, C)."""
    with _opened_tiff(path) as tiff:
        for page in tiff.pages:
            _check_values(path, page)
        _check_numbers(path, tiff)
        _check_complete(tiff)
        pages = [_whole_page(page) for page in tiff.pages]
    kinds = {(page.values.shape[:2], page.values.dtype, page.bits) for page in pages}
    if len(kinds) > 1:
        msg = f"{path} has pages of different sizes or depths; save each page as a file of its own"
        raise InputError(msg)
    return pages[0]._replace(values=np.concatenate([page.values for page in pages], axis=2))


def tiff_parts(path: Path) -> Iterator[Part]:
    """Decode the same strip by strip or tile by tile; pages of separate colour planes whole."""
    with _single_page(path) as page:
        shape = (page.imagelength, page.imagewidth)
        if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
            yield Part(shape, 0, 0, _whole_page(page))
            return
        for segment, (_, _, top, left, _), _ in page.segments():
            # The last tiles of a row or column reach beyond the picture.
            values = segment[0, : shape[0] - top, : shape[1] - left]
            yield Part(shape, top, left, _stored(page, values))


@contextmanager
def _opened_tiff(path: Path) -> Iterator[tifffile.TiffFile]:
    """Open a TIFF whose pages are as many and as large as they may be."""
    with tifffile.TiffFile(path) as tiff:
        if not tiff.pages:
            msg = "its first page is missing"
            raise ValueError(msg)
        with suppress(IndexError):
            tiff.pages[MAX_PAGES]
            msg = f"{path} has more than {MAX_PAGES} pages; save them as several files"
            raise InputError(msg)
        for page in tiff.pages:
            size = (page.imagewidth, page.imagelength, page.samplesperpixel)
            if not all(isinstance(number, int) and number > 0 for number in size):
                # A damaged count makes a list of a number, which multiplied fills the memory.
                msg = "its width, height or number of samples is none"
                raise ValueError(msg)
            _check_size(path, page.imagewidth, page.imagelength)
        yield tiff


def _check_numbers(path: Path, tiff: tifffile.TiffFile) -> None:
    """Check that what all pages hold together may be read at once."""
    sizes = [page.imagewidth * page.imagelength * page.samplesperpixel for page in tiff.pages]
    check_claim(path, f"{sum(sizes)} pixels in all pages and channels", sum(sizes))


@contextmanager
def _single_page(path: Path) -> Iterator[Any]:
    with _opened_tiff(path) as tiff:
        if len(tiff.pages) != 1:
            msg = f"{path} has {len(tiff.pages)} pages; save each page as a file of its own"
            raise InputError(msg)
        page: Any = tiff.pages.first
        _check_tiff_kind(path, page)
        _check_complete(tiff)
        yield page


def _whole_page(page: Any) -> Stored:
    planes = page.asarray().reshape(page.shaped)[:, 0]  # (planes, H, W, samples)
    return _stored(page, np.moveaxis(planes, 0, 2).reshape(*planes.shape[1:3], -1))


def _stored(page: Any, values: NDArray[Any]) -> Stored:
    if values.dtype == bool:
        values = values.astype(np.uint8)
    orientation = int(page.tags.valueof(_ORIENTATION, default=1))
    if page.photometric.name == "PALETTE":
        return Stored(np.moveaxis(page.colormap[:, values[..., 0]], 0, 2), 16, orientation)
    if page.photometric.name == "MINISWHITE" and values.dtype.kind == "u":
        values = values.dtype.type(2**page.bitspersample - 1) - values
    return Stored(values, page.bitspersample, orientation)


def decode_pages(path: Path) -> NDArray[Any]:
    """Decode a TIFF of one or more pages of grey as (H, W, pages)."""
    with _opened_tiff(path) as tiff:
        _check_numbers(path, tiff)
        _check_complete(tiff)
        return np.stack([page.asarray() for page in tiff.pages], axis=-1)


def decode_page(path: Path, page: int) -> NDArray[Any]:
    """Decode one page of grey of a TIFF, counted from 0, as (H, W), in the caller's thread."""
    with _opened_tiff(path) as tiff:
        _check_complete(tiff)
        decoded: NDArray[Any] = tiff.pages[page].asarray(maxworkers=1)
        return decoded


def _check_tiff_kind(path: Path, page: Any) -> None:
    colours = page.photometric.name
    decoded_to_rgb = colours == "YCBCR" and page.compression.name == "JPEG"
    if colours not in _TIFF_COLOURS and not decoded_to_rgb:
        msg = f"{path} holds {colours} colours; save it as grey or RGB"
        raise InputError(msg)
    if page.samplesperpixel > 4 or page.imagedepth > 1:
        n_channels = page.samplesperpixel * page.imagedepth
        msg = f"{path} has {n_channels} channels; save each band as a file of its own"
        raise InputError(msg)
    _check_values(path, page)


def _check_values(path: Path, page: Any) -> None:
    if page.dtype is None or page.dtype.kind not in "buf":
        msg = f"{path} holds {page.dtype} values; save it as unsigned integers or as floats"
        raise InputError(msg)


def _check_complete(tiff: tifffile.TiffFile) -> None:
    """Check that no page, strip or tile is missing; tifffile leaves them out or fills in zeros."""
    for page in tiff.pages:
        segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
        n_missing = math.prod(page.chunked) - sum(
            size > 0 and offset + size <= tiff.filehandle.size for offset, size in segments
        )
        if n_missing:
            msg = f"{n_missing} strips or tiles are missing"
            raise ValueError(msg)
    tiff.filehandle.seek(tiff.pages.next_page_offset)
    if any(tiff.filehandle.read(tiff.tiff.offsetsize)):
        msg = "its last page is missing"
        raise ValueError(msg)


def _check_size(path: Path, width: int, height: int) -> None:
    check_claim(path, f"{width} × {height} pixels", width * height)


def _orientation(exif: Image.Exif) -> int:
    return int(exif.get(_ORIENTATION, 1))


def measure(decode: Decoder, path: Path) -> int:
    """How many pixels the header claims of a file that ``decode`` reads."""
    if decode is decode_tiff:
        with _opened_tiff(path) as tiff:
            page: Any = tiff.pages.first
            return int(page.imagewidth) * int(page.imagelength)
    with _PILLOW_CLASSES[decode](path) as image:
        width, height = image.size
    _check_size(path, width, height)
    return int(width) * int(height)


def measure_depth(decode: Decoder, path: Path) -> int:
    """How many bits the header claims that a value has, of a file that ``decode`` reads."""
    if decode is decode_tiff:
        with _opened_tiff(path) as tiff:
            page: Any = tiff.pages.first
            return int(page.bitspersample)
    if decode is decode_png:
        with path.open("rb") as file:
            return file.read(PNG_DEPTH_AT + 1)[PNG_DEPTH_AT]
    return 8


_PILLOW_CLASSES: dict[Decoder, type[ImageFile.ImageFile]] = {
    decode_png: PngImagePlugin.PngImageFile,
    decode_bmp: BmpImagePlugin.BmpImageFile,
    decode_jpeg: JpegImagePlugin.JpegImageFile,
}
