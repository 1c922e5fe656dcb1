"""Image files of every kind that is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from artextract_cli.errors import InputError
from artextract_cli.io.images import (
    decode_picture,
)

SHAPE = (13, 17)
GREY8 = (np.arange(221).reshape(SHAPE) + 20).astype(np.uint8)
GREY16 = (np.arange(221).reshape(SHAPE) * 56 + 12345).astype(np.uint16)
RGB8 = np.dstack([GREY8, GREY8[::-1], 255 - GREY8])
RGB16 = np.dstack([GREY16, GREY16[::-1], 65535 - GREY16])
GREY32 = GREY16.astype(np.uint32) * 65537
FLOAT = (GREY16 / 40000).astype(np.float32)


def opaque(values: np.ndarray) -> np.ndarray:
    full = np.full(SHAPE, np.iinfo(values.dtype).max, values.dtype)
    return np.dstack([values, full])


def by_pillow(kind: str, **options: Any) -> Callable[[Path, np.ndarray], None]:
    return lambda path, values: Image.fromarray(values).save(path, kind, **options)


def by_tifffile(**options: Any) -> Callable[[Path, np.ndarray], None]:
    return lambda path, values: tifffile.imwrite(path, values, **options)


def png(path: Path, values: np.ndarray) -> None:
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))


LOSSLESS: dict[str, tuple[Callable[[Path, np.ndarray], None], np.ndarray, np.ndarray]] = {
    "png grey 8": (by_pillow("PNG"), GREY8, GREY8),
    "png grey 16": (by_pillow("PNG"), GREY16, GREY16),
    "png rgb 8": (by_pillow("PNG"), RGB8, RGB8),
    "png rgb 16": (png, RGB16, RGB16),
    "png rgba 8": (by_pillow("PNG"), opaque(RGB8), RGB8),
    "png rgba 16": (png, opaque(RGB16), RGB16),
    "png grey alpha 8": (png, opaque(GREY8), GREY8),
    "png grey alpha 16": (png, opaque(GREY16), GREY16),
    "bmp grey": (by_pillow("BMP"), GREY8, GREY8),
    "bmp rgb": (by_pillow("BMP"), RGB8, RGB8),
    "bmp rgba": (by_pillow("BMP"), opaque(RGB8), RGB8),
    "tiff grey 8": (by_pillow("TIFF"), GREY8, GREY8),
    "tiff grey 16": (by_tifffile(), GREY16, GREY16),
    "tiff grey 16 by pillow": (by_pillow("TIFF"), GREY16, GREY16),
    "tiff rgb 8": (by_pillow("TIFF"), RGB8, RGB8),
    "tiff rgb 16": (by_tifffile(photometric="rgb"), RGB16, RGB16),
    "tiff rgba 16": (by_tifffile(photometric="rgb"), opaque(RGB16), RGB16),
    "tiff tiled": (by_tifffile(photometric="rgb", tile=(16, 16)), RGB16, RGB16),
    "tiff deflate": (by_tifffile(compression="zlib", predictor=True), GREY16, GREY16),
    "tiff lzw strips": (by_tifffile(compression="lzw", rowsperstrip=4), GREY16, GREY16),
    "tiff big endian": (by_tifffile(byteorder=">"), GREY16, GREY16),
    "bigtiff": (by_tifffile(bigtiff=True), GREY16, GREY16),
    "tiff white is zero": (by_tifffile(photometric="miniswhite"), GREY16, 65535 - GREY16),
    "tiff 32 bit": (by_tifffile(), GREY32, GREY32),
}


def refused(path: Path, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        decode_picture(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)
