"""Writing images losslessly: PNG, or tiled TIFF."""

import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import tifffile
from numpy.typing import NDArray

TILE = 512
"""Side of the tiles of a TIFF in pixels."""

_PNG_HEADER = 33  # bytes of the signature and of IHDR


def write_picture(
    path: Path,
    values: NDArray[Any],
    *,
    png_level: int | None = None,
    profile: bytes | None = None,
) -> None:
    """Write (H, W) or (H, W, 3), of 8 or 16 bit, as PNG or TIFF by the suffix of ``path``.

    ``png_level`` is the level of compression of a PNG, 1 (fastest) to 9; that of libpng if None.
    ``profile`` is embedded as the colour profile.
    """
    if path.suffix == ".png":
        encoded = imagecodecs.png_encode(values, level=png_level)
        path.write_bytes(encoded if profile is None else _with_profile(bytes(encoded), profile))
        return
    # Differences of neighbouring counts (predictor) deflate better than the counts. BigTIFF is used
    # from half of the 4 GB that TIFF can address, as the size of the deflated file is not known
    # before.
    tifffile.imwrite(
        path,
        values,
        photometric="minisblack" if values.ndim == 2 else "rgb",
        tile=(TILE, TILE),
        compression="zlib",
        predictor=True,
        bigtiff=values.nbytes > 2**31,
        # Nothing but the image: tifffile would otherwise describe its array in a tag.
        metadata=None,
        iccprofile=profile,
    )


def _with_profile(png: bytes, profile: bytes) -> bytes:
    """Add a chunk iCCP behind the first chunk of a PNG (third edition, 11.3.2.3)."""
    # Name, its end, and 0 for deflate.
    body = b"iCCP" + b"profile\0\0" + zlib.compress(profile, 9)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_PNG_HEADER] + chunk + png[_PNG_HEADER:]
