"""Writing images losslessly: PNG, or tiled TIFF."""

from pathlib import Path
from typing import Any

import imagecodecs
import tifffile
from numpy.typing import NDArray

TILE = 512
"""Side of the tiles of a TIFF in pixels."""


def write_picture(path: Path, values: NDArray[Any], *, png_level: int | None = None) -> None:
    """Write (H, W) or (H, W, 3), of 8 or 16 bit, as PNG or TIFF by the suffix of ``path``.

    ``png_level`` is the level of compression of a PNG, 1 (fastest) to 9; that of libpng if None.
    """
    if path.suffix == ".png":
        path.write_bytes(imagecodecs.png_encode(values, level=png_level))
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
    )
