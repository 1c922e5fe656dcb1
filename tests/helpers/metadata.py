"""Images with EXIF, XMP and IPTC, written by Pillow and tifffile."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image, PngImagePlugin

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
CAMERA = {"camera": "Nikon D850", "creator": "A. Maker", "date": "2024-05-31 12:00:00"}
EXPOSED = {"exposure": "1/60 s, f/8, ISO 100, 50 mm", "lens": "Micro 105 mm"}


def exif(colour_space: int | None = None) -> Image.Exif:
    """EXIF data of a camera."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x013B] = "Nikon", "Nikon D850", "A. Maker"
    of_capture = tags.get_ifd(0x8769)
    of_capture.update({0x829A: (1, 60), 0x829D: (8, 1), 0x8827: 100, 0x920A: (50, 1)})
    of_capture.update({0x9003: "2024:05:31 12:00:00", 0xA434: "Micro 105 mm"})
    if colour_space is not None:
        of_capture[0xA001] = colour_space
    return tags


def packet(content: str, attributes: str = "") -> bytes:
    """An XMP packet with properties as elements, and others as attributes."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'xmlns:museum="https://example.org/ns/" {attributes}>{content}'
        '</rdf:Description></rdf:RDF></x:xmpmeta>\n\n<?xpacket end="w"?>'
    ).encode()


def written(path: Path, values: np.ndarray, xmp: bytes = b"", **options: Any) -> Path:
    """An image with an XMP packet, by the suffix of its path."""
    if path.suffix == ".tif":
        packets = [(700, 1, len(xmp), xmp, True)] if xmp else []
        tifffile.imwrite(path, values, extratags=packets, **options)
        return path
    if path.suffix == ".png" and xmp:
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"), zip=True)
        options["pnginfo"] = text
    elif xmp:
        options["xmp"] = xmp
    Image.fromarray(values).save(path, **options)
    return path


def iptc(**values: bytes) -> bytes:
    """IPTC-IIM data sets as they lie in a TIFF."""
    numbers = {"date": 55, "creator": 80, "copyright": 116}
    sets = (struct.pack(">BBBH", 0x1C, 2, numbers[k], len(v)) + v for k, v in values.items())
    return b"".join(sets)
