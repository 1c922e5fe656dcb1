"""The fields of a capture that are kept, from EXIF, XMP and IPTC."""

import math
from collections.abc import Callable, Mapping
from typing import Any

MAX_CHARACTERS = 200
"""Longest text of a field; what follows is cut off."""

CAPTURE_FIELDS = ("camera", "lens", "filter", "exposure", "date", "creator", "copyright")

# Numbers of EXIF 2.32 (CIPA DC-008), and the names that tifffile gives them.
_EXIF = {
    "make": (0x010F, "Make"),
    "model": (0x0110, "Model"),
    "lens": (0xA434, "LensModel"),
    "date": (0x9003, "DateTimeOriginal"),
    "changed": (0x0132, "DateTime"),
    "creator": (0x013B, "Artist"),
    "copyright": (0x8298, "Copyright"),
    "seconds": (0x829A, "ExposureTime"),
    "f_number": (0x829D, "FNumber"),
    "iso": (0x8827, "ISOSpeedRatings"),
    "focal_mm": (0x920A, "FocalLength"),
}
_XMP = {
    "make": ("http://ns.adobe.com/tiff/1.0/ Make",),
    "model": ("http://ns.adobe.com/tiff/1.0/ Model",),
    "lens": (
        "http://cipa.jp/exif/1.0/ LensModel",
        "http://ns.adobe.com/exif/1.0/aux/ Lens",
    ),
    "date": (
        "http://ns.adobe.com/exif/1.0/ DateTimeOriginal",
        "http://ns.adobe.com/photoshop/1.0/ DateCreated",
        "http://ns.adobe.com/xap/1.0/ CreateDate",
    ),
    "creator": ("http://purl.org/dc/elements/1.1/ creator",),
    "copyright": ("http://purl.org/dc/elements/1.1/ rights",),
    "seconds": ("http://ns.adobe.com/exif/1.0/ ExposureTime",),
    "f_number": ("http://ns.adobe.com/exif/1.0/ FNumber",),
    "iso": (
        "http://cipa.jp/exif/1.0/ PhotographicSensitivity",
        "http://ns.adobe.com/exif/1.0/ ISOSpeedRatings",
    ),
    "focal_mm": ("http://ns.adobe.com/exif/1.0/ FocalLength",),
}
_FILTER_NAMES = ("filter", "filtername", "opticalfilter")
_IPTC = {"date": (2, 55), "creator": (2, 80), "copyright": (2, 116)}


def exif_fields(tags: Mapping[int | str, Any]) -> dict[str, str]:
    """Fields of EXIF and TIFF tags, given by number or by name."""
    found = {
        name: next((tags[key] for key in keys if key in tags), None) for name, keys in _EXIF.items()
    }
    found["date"] = found["date"] or found["changed"]
    return _fields(found)


def xmp_fields(properties: Mapping[str, str]) -> dict[str, str]:
    """Fields of XMP properties, given by namespace and name.

    No standard has a place for the filter in front of the lens: a property with that name counts,
    in any namespace.
    """
    found: dict[str, Any] = {
        name: next((properties[key] for key in keys if key in properties), None)
        for name, keys in _XMP.items()
    }
    filters = (v for k, v in properties.items() if k.split(" ")[-1].lower() in _FILTER_NAMES)
    return _fields(found | {"filter": next(filters, None)})


def iptc_fields(data_sets: Mapping[tuple[int, int], Any]) -> dict[str, str]:
    """Fields of IPTC-IIM data sets, given by record and number."""
    return _fields({name: data_sets.get(key) for name, key in _IPTC.items()})


def cleaned(value: object) -> str:
    """A value as one short line of printable text; empty if it is not text.

    Control characters and those that change the direction of writing are left out.
    """
    if isinstance(value, list) and value:
        return ", ".join(filter(None, map(cleaned, value[:10])))[:MAX_CHARACTERS]
    if isinstance(value, bytes):
        value = value[: 4 * MAX_CHARACTERS].decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    start = value[: 4 * MAX_CHARACTERS]
    printable = "".join(c if c.isprintable() else " " for c in start)
    return " ".join(printable.split())[:MAX_CHARACTERS]


def _fields(found: Mapping[str, Any]) -> dict[str, str]:
    make, model = cleaned(found.get("make")), cleaned(found.get("model"))
    fields = {
        # Most models repeat the maker.
        "camera": model if model.startswith(make) else f"{make} {model}".strip(),
        "exposure": _exposure(found),
        **{name: cleaned(found.get(name)) for name in ("lens", "filter", "creator", "copyright")},
        "date": _date(cleaned(found.get("date"))),
    }
    fields["camera"] = fields["camera"] or make
    return {name: text for name, text in fields.items() if text}


def _date(text: str) -> str:
    """EXIF writes 2024:05:31 12:00:00, IPTC 20240531, XMP 2024-05-31T12:00:00."""
    day, separator, rest = text.partition(" ")
    if len(day) == 8 and day.isdigit():
        return f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return f"{day.replace(':', '-')}{separator}{rest}" if day.count(":") == 2 else text


def _exposure(found: Mapping[str, Any]) -> str:
    numbers = {key: _number(found.get(key)) for key in ("seconds", "f_number", "iso", "focal_mm")}
    words: dict[str, Callable[[float], str]] = {
        "seconds": _seconds,
        "f_number": lambda number: f"f/{number:.3g}",
        "iso": lambda number: f"ISO {number:.0f}",
        "focal_mm": lambda number: f"{number:.4g} mm",
    }
    return ", ".join(words[key](number) for key, number in numbers.items() if number is not None)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 0.3 else f"1/{1 / seconds:.0f} s"


def _number(value: Any) -> float | None:
    """A positive number from a number, a rational (pair or "1/60"), or a list; else None."""
    try:
        if isinstance(value, str):
            top, _, bottom = value[:40].split(",")[0].partition("/")
            number = float(top) / float(bottom or 1)
        elif isinstance(value, tuple | list) and len(value) == 2:
            number = float(value[0]) / float(value[1])
        else:
            number = float(value[0] if isinstance(value, tuple | list) else value)
    except (TypeError, ValueError, ArithmeticError, IndexError):
        return None
    return number if math.isfinite(number) and 1e-6 < number < 1e7 else None
