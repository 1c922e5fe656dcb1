"""Decoders of PNG, BMP, JPEG and TIFF files that keep the full depth and detect missing data.

Pillow would read 16-bit RGB PNG as 8 bit, so PNG goes through imagecodecs and TIFF through
tifffile. They raise one of ``DECODING_ERRORS`` on damaged files.
"""

import io
import logging
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from PIL import BmpImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin

from artextract_cli.errors import InputError
from artextract_cli.io.profiles import MAX_PROFILE_BYTES
from artextract_cli.io.raw import decode_raw, raw_pixels
from artextract_cli.io.stored import Stored, check_size, exif_orientation
from artextract_cli.io.tiff import decode_tiff, opened_tiff, page_profile

PNG_DEPTH_AT = 24
"""Offset in bytes of the bit depth in a PNG file (ISO/IEC 15948, 11.2.2)."""


# Without a handler, tifffile's messages about damaged files would reach stderr beside our error.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


Decoder = Callable[[Path], Stored]


def decode_png(path: Path) -> Stored:
    """Decode PNG; palettes become RGB, and 1, 2 and 4 bits become 8."""
    data = path.read_bytes()
    chunks = dict(_png_chunks(data))
    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    check_size(path, width, height)
    # imagecodecs returns pixels only, so that the orientation is read from the chunk itself.
    exif = Image.Exif()
    exif.load(bytes(chunks.get(b"eXIf", b"")))
    values = imagecodecs.png_decode(data)
    profile = _unpacked(chunks.get(b"iCCP"))
    return Stored(values, values.dtype.itemsize * 8, exif_orientation(exif), profile)


def _unpacked(chunk: bytes | memoryview | None) -> bytes | None:
    """The profile in a chunk iCCP: name, 0, method of compression, deflated profile."""
    if chunk is None:
        return None
    return inflated(bytes(chunk).partition(b"\0")[2][1:], MAX_PROFILE_BYTES)


def inflated(deflated: bytes, limit: int) -> bytes:
    """Inflate at most ``limit`` bytes; empty if there are more, or the data are damaged."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(deflated, limit)
    except zlib.error:
        return b""
    return data if unpacker.eof else b""


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Name and body of each chunk up to IEND (PNG, third edition, section 5.3).

    Their checksums are compared here: libpng does not check those of chunks it does not need.
    """
    # The signature has 8 bytes; a memoryview cuts the chunks out without copying them.
    view, offset, name = memoryview(data), 8, b""
    while name != b"IEND":
        size, name = struct.unpack_from(">I4s", data, offset)
        # A chunk is 4 bytes of length, 4 of name, the body, and 4 of checksum over name and body.
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
    """Decode 8-bit JPEG, grey or YCbCr."""
    return _decode_by_pillow(JpegImagePlugin.JpegImageFile, path)


def _decode_by_pillow(image_class: type[ImageFile.ImageFile], path: Path) -> Stored:
    """Decode 8 bit. The class is called directly, because ``Image.open`` has a lower size limit."""
    with image_class(io.BytesIO(path.read_bytes())) as image:
        check_size(path, *image.size)
        if image.mode not in {"1", "L", "P", "RGB", "RGBA"}:
            msg = f"{path} has {image.mode} colours; save it as grey or RGB"
            raise InputError(msg)
        orientation = exif_orientation(image.getexif())
        # Palette indices are not brightness, and full scale is 255 for 1-bit images too.
        converted = image.convert({"1": "L", "P": "RGB"}.get(image.mode, image.mode))
        return Stored(np.asarray(converted), 8, orientation, image.info.get("icc_profile"))


def measure(decode: Decoder, path: Path) -> int:
    """Number of pixels that the header of a file states; ``decode`` is its decoder."""
    if decode is decode_tiff:
        with opened_tiff(path) as tiff:
            page: Any = tiff.pages.first
            return int(page.imagewidth) * int(page.imagelength)
    if decode is decode_raw:
        return raw_pixels(path)
    # Pillow reads only the header until pixels are asked for.
    with _PILLOW_CLASSES[decode](path) as image:
        width, height = image.size
    check_size(path, width, height)
    return int(width) * int(height)


def measure_depth(decode: Decoder, path: Path) -> int:
    """Bits per value that the header of a file states; ``decode`` is its decoder."""
    if decode is decode_tiff:
        with opened_tiff(path) as tiff:
            page: Any = tiff.pages.first
            return int(page.bitspersample)
    if decode is decode_raw:
        return 16
    if decode is decode_png:
        with path.open("rb") as file:
            return file.read(PNG_DEPTH_AT + 1)[PNG_DEPTH_AT]
    return 8


def embedded_profile(decode: Decoder, path: Path) -> tuple[bytes | None, int]:
    """The profile of a file, and its number of channels without alpha, without its pixels."""
    if decode is decode_tiff:
        with opened_tiff(path) as tiff:
            page: Any = tiff.pages.first
            is_grey = page.photometric.name in ("MINISWHITE", "MINISBLACK")
            return page_profile(page), 1 if is_grey else 3
    if decode is decode_raw:
        return None, 3
    if decode is decode_png:
        chunks = dict(leading_chunks(path))
        colour_type = chunks[b"IHDR"][9]
        return _unpacked(chunks.get(b"iCCP")), 1 if colour_type in (0, 4) else 3
    with _PILLOW_CLASSES[decode](path) as image:
        return image.info.get("icc_profile"), 1 if image.mode in ("1", "L") else 3


def leading_chunks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of the chunks of a PNG in front of its pixels; long bodies are cut off."""
    with path.open("rb") as file:
        file.seek(8)  # the signature
        while True:
            size, name = struct.unpack(">I4s", file.read(8))
            if name == b"IDAT":
                return
            following = file.tell() + size + 4  # the checksum
            yield name, file.read(min(size, MAX_PROFILE_BYTES))
            file.seek(following)


_PILLOW_CLASSES: dict[Decoder, type[ImageFile.ImageFile]] = {
    decode_png: PngImagePlugin.PngImageFile,
    decode_bmp: BmpImagePlugin.BmpImageFile,
    decode_jpeg: JpegImagePlugin.JpegImageFile,
}
