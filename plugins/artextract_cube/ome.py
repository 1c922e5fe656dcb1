"""Reading OME-TIFF: the channels of an image as bands, and a photograph beside them."""

import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from artextract_cli import InputError, read_counts, reading
from artextract_cube.cube_data import SCALE_KEY, Stored, scale_of

# Units of OME-XML in nm, and in mm; those without a length, such as "pixel", are missing.
_NM = {"nm": 1.0, "µm": 1e3, "μm": 1e3, "um": 1e3}
_MM = {"nm": 1e-6, "µm": 1e-3, "μm": 1e-3, "um": 1e-3, "mm": 1.0, "cm": 10.0, "m": 1e3, "in": 25.4}

# Exceptions of tifffile and of the parser for damaged files; they have no common base.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    tifffile.TiffFileError,
    ET.ParseError,
)
_NAMED = re.compile(r"(\d+(?:\.\d+)?)[ _]?(nm|[uµμ]m)(?![a-z])", re.IGNORECASE)


def read_ome(path: Path) -> Stored | None:
    """Read the image with the most channels; None if the file is not OME-TIFF.

    Raises
    ------
    InputError
        If it lacks planes, has several depths or times, or a document type.
    """
    opened = _open(path)
    return None if opened is None else _read(path, *opened)


@dataclass(frozen=True, kw_only=True)
class _Image:
    """One image of a file."""

    described: ET.Element
    """Its ``Pixels``."""

    axes: str
    pages: list[int | None]
    """Numbers of its pages; None for those that are missing or in another file."""

    @property
    def is_coloured(self) -> bool:
        return "S" in self.axes


def _open(path: Path) -> tuple[ET.Element, list[_Image]] | None:
    """The description of a file and its images; None if it is not OME-TIFF, or damaged."""
    # What is damaged is left to the reader of other TIFF files, which reports it.
    with suppress(*_DAMAGE), reading(path), tifffile.TiffFile(path) as file:
        if not file.is_ome:
            return None
        root = _parsed(path, str(file.ome_metadata))
        pixels = root.findall("{*}Image/{*}Pixels")
        return root, [
            _Image(described=each, axes=series.axes, pages=_pages(series, file))
            for each, series in zip(pixels, file.series, strict=True)
        ]
    return None


def _read(path: Path, root: ET.Element, images: Sequence[_Image]) -> Stored | None:
    bands = max(images, key=lambda image: (not image.is_coloured, len(image.pages)))
    if bands.is_coloured:  # a cube of three channels, as in any other TIFF
        return None
    _check(path, bands)
    counts = read_counts(path, any_scale=True, pages=_numbers(bands))
    values = np.moveaxis(counts, 2, 0)
    return Stored(
        path=path,
        values=values,
        wavelengths=_wavelengths(bands.described, len(values)),
        unit="nm",
        full_scale=_full_scale(root),
        photograph=_photograph(path, images, counts.shape[:2]),
        pixels_per_mm=_scale(bands.described),
    )


def _parsed(path: Path, text: str) -> ET.Element:
    # OME-XML has no document type, and one could define entities that expand without end.
    if "<!DOCTYPE" in text:
        msg = f"{path} has OME-XML with a document type, which is not read: export it again"
        raise InputError(msg)
    return ET.fromstring(text)


def _pages(series: Any, file: tifffile.TiffFile) -> list[int | None]:
    return [
        page.index if page is not None and page.parent is file else None for page in series.pages
    ]


def _numbers(image: _Image) -> list[int]:
    return [page for page in image.pages if page is not None]


def _check(path: Path, image: _Image) -> None:
    if None in image.pages:
        msg = f"{path} lacks planes, or they are in other files: export it as one file"
        raise InputError(msg)
    if not set(image.axes) <= set("CYX"):
        msg = (
            f"{path} has the axes {image.axes}, but a cube has channels, rows and columns (CYX): "
            "export one depth and one time"
        )
        raise InputError(msg)


def _photograph(
    path: Path, images: Sequence[_Image], shape: tuple[int, ...]
) -> NDArray[Any] | None:
    """The first image in colour that has the size of the bands."""
    for image in images:
        if image.axes == "YXS" and None not in image.pages:
            values = read_counts(path, pages=_numbers(image))
            if values.shape == (*shape, 3):
                return values
    return None


def _full_scale(root: ET.Element) -> float | None:
    """The count of a reflectance of 1, if an annotation gives it."""
    for pair in root.findall("{*}StructuredAnnotations/{*}MapAnnotation/{*}Value/{*}M"):
        if pair.get("K") == SCALE_KEY:
            return _number(pair.text or "", 1.0)
    return None


def _wavelengths(pixels: ET.Element, n_bands: int) -> tuple[float, ...]:
    """Those of all channels in nm; empty if one is unknown."""
    found = [_wavelength(channel) for channel in pixels.findall("{*}Channel")]
    known = [nm for nm in found if nm is not None]
    return tuple(known) if len(known) == len(found) == n_bands else ()


def _wavelength(channel: ET.Element) -> float | None:
    """Emission wavelength, or the number before a unit in the name, as in ``IR 850 nm``."""
    unit = _NM.get(channel.get("EmissionWavelengthUnit", "nm"))
    if (text := channel.get("EmissionWavelength")) and unit:
        return _number(text, unit)
    named = _NAMED.search(channel.get("Name", ""))
    return None if named is None else _number(named[1], _NM[named[2].lower()])


def _scale(pixels: ET.Element) -> float | None:
    """Pixels per mm; None if unknown or not the same in both directions."""
    sizes = [
        _number(pixels.get(name, ""), _MM.get(pixels.get(f"{name}Unit", "µm"), 0.0))
        for name in ("PhysicalSizeX", "PhysicalSizeY")
    ]
    return None if sizes[0] is None or sizes[1] is None else scale_of(sizes[0], sizes[1])


def _number(text: str, factor: float) -> float | None:
    try:
        # Rounded, since 0.85 · 1000 need not be exactly 850.
        return round(float(text) * factor, 9)
    except ValueError:
        return None
