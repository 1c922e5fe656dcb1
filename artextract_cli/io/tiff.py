"""Decoding TIFF: single images, stacks and pages, checked for missing data."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.io.stored import ORIENTATION_TAG, Part, Stored, check_size
from artextract_cli.utils.size_limits import check_claim

# Far above the number of bands of a hyperspectral cube; a small file can chain a million pages.
MAX_PAGES = 4096
"""A TIFF of more pages is refused before they are read."""
_TIFF_COLOURS = {"MINISWHITE", "MINISBLACK", "RGB", "PALETTE"}


def decode_tiff(path: Path) -> Stored:
    """Decode a TIFF of one page: strips or tiles, grey, RGB or palette, unsigned or float."""
    with _single_page(path) as page:
        return _whole_page(page)


def is_stack(path: Path) -> bool:
    """Whether a TIFF has several pages, or more channels than a colour image."""
    with opened_tiff(path) as tiff:
        first: Any = tiff.pages.first
        return len(tiff.pages) > 1 or first.samplesperpixel > 4


def decode_stack(path: Path, numbers: Sequence[int] | None = None) -> Stored:
    """Decode similar pages of a TIFF, each with any number of channels, as one (H, W, C).

    ``numbers`` are those of the pages, from 0; all if None.
    """
    with opened_tiff(path) as tiff:
        chosen: list[Any] = [tiff.pages[n] for n in numbers or range(len(tiff.pages))]
        for page in chosen:
            _check_values(path, page)
        _check_total_size(path, chosen)
        _check_complete(tiff)
        pages = [_whole_page(page) for page in chosen]
    kinds = {(page.values.shape[:2], page.values.dtype, page.bits) for page in pages}
    if len(kinds) > 1:
        msg = f"{path} has pages of different sizes or depths; save each page as a file of its own"
        raise InputError(msg)
    return pages[0]._replace(values=np.concatenate([page.values for page in pages], axis=2))


def tiff_parts(path: Path) -> Iterator[Part]:
    """Decode a page strip by strip or tile by tile; one of separate colour planes as a whole."""
    with _single_page(path) as page:
        shape = (page.imagelength, page.imagewidth)
        # A strip or tile holds a single plane here, and no pixel is complete before the last plane.
        if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
            yield Part(shape, 0, 0, _whole_page(page))
            return
        for segment, (_, _, top, left, _), _ in page.segments():
            # The last tiles of a row or column extend beyond the image.
            values = segment[0, : shape[0] - top, : shape[1] - left]
            yield Part(shape, top, left, _stored(page, values))


@contextmanager
def opened_tiff(path: Path) -> Iterator[tifffile.TiffFile]:
    """Open a TIFF after checking the number and sizes of its pages."""
    with tifffile.TiffFile(path) as tiff:
        if not tiff.pages:
            msg = "its first page is missing"
            raise ValueError(msg)
        with suppress(IndexError):
            # This follows the chain of pages without decoding any of them.
            tiff.pages[MAX_PAGES]
            msg = f"{path} has more than {MAX_PAGES} pages; save them as several files"
            raise InputError(msg)
        for page in tiff.pages:
            size = (page.imagewidth, page.imagelength, page.samplesperpixel)
            if not all(isinstance(number, int) and number > 0 for number in size):
                # A damaged count turns a number into a list, whose product would fill the memory.
                msg = "its width, height or number of samples is not a positive number"
                raise ValueError(msg)
            check_size(path, page.imagewidth, page.imagelength)
        yield tiff


def _check_total_size(path: Path, pages: Sequence[Any]) -> None:
    """Check that all pages together may be read at once."""
    sizes = [page.imagewidth * page.imagelength * page.samplesperpixel for page in pages]
    check_claim(path, f"{sum(sizes)} pixels in all pages and channels", sum(sizes))


@contextmanager
def _single_page(path: Path) -> Iterator[Any]:
    with opened_tiff(path) as tiff:
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
    orientation = int(page.tags.valueof(ORIENTATION_TAG, default=1))
    profile = page_profile(page)
    if page.photometric.name == "PALETTE":
        # Colours of a TIFF palette, (3, entries), have 16 bits whatever the depth of the index.
        return Stored(np.moveaxis(page.colormap[:, values[..., 0]], 0, 2), 16, orientation, profile)
    if page.photometric.name == "MINISWHITE" and values.dtype.kind == "u":
        # Here 0 stands for white; counts are inverted, so that larger always means lighter.
        values = values.dtype.type(2**page.bitspersample - 1) - values
    return Stored(values, page.bitspersample, orientation, profile)


def page_profile(page: Any) -> bytes | None:
    """The colour profile of a page; empty if it is not one of bytes."""
    profile = page.iccprofile
    return profile if profile is None or isinstance(profile, bytes) else b""


def decode_pages(path: Path) -> NDArray[Any]:
    """Decode a TIFF of one or more pages of grey as (H, W, pages)."""
    with opened_tiff(path) as tiff:
        _check_total_size(path, [*tiff.pages])
        _check_complete(tiff)
        return np.stack([page.asarray() for page in tiff.pages], axis=-1)


def decode_page(path: Path, page: int) -> NDArray[Any]:
    """Decode one page of grey of a TIFF, counted from 0, as (H, W), in the caller's thread."""
    with opened_tiff(path) as tiff:
        _check_complete(tiff)
        decoded: NDArray[Any] = tiff.pages[page].asarray(maxworkers=1)
        return decoded


def _check_tiff_kind(path: Path, page: Any) -> None:
    colours = page.photometric.name
    decoded_to_rgb = colours == "YCBCR" and page.compression.name == "JPEG"
    if colours not in _TIFF_COLOURS and not decoded_to_rgb:
        msg = f"{path} has {colours} colours; save it as grey or RGB"
        raise InputError(msg)
    if page.samplesperpixel > 4 or page.imagedepth > 1:
        n_channels = page.samplesperpixel * page.imagedepth
        msg = f"{path} has {n_channels} channels; save each band as a file of its own"
        raise InputError(msg)
    _check_values(path, page)


def _check_values(path: Path, page: Any) -> None:
    if page.dtype is None or page.dtype.kind not in "buf":
        msg = f"{path} has {page.dtype} values; save it as unsigned integers or floats"
        raise InputError(msg)


def _check_complete(tiff: tifffile.TiffFile) -> None:
    """Check that no page, strip or tile is missing; tifffile omits them or fills in zeros."""
    for page in tiff.pages:
        # A strip or tile counts if it has bytes and all of them lie within the file.
        segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
        n_missing = math.prod(page.chunked) - sum(
            size > 0 and offset + size <= tiff.filehandle.size for offset, size in segments
        )
        if n_missing:
            msg = f"{n_missing} strips or tiles are missing"
            raise ValueError(msg)
    # A complete file ends its chain of pages with the offset 0. Where it leads beyond the end of a
    # truncated file, tifffile omits the pages that are missing.
    tiff.filehandle.seek(tiff.pages.next_page_offset)
    if any(tiff.filehandle.read(tiff.tiff.offsetsize)):
        msg = "its last page is missing"
        raise ValueError(msg)
