"""One image as the files that a IIIF image server of level 0 would deliver.

A viewer asks for REGION/SIZE/0/default.jpg below the address of an image, in the canonical form of
the Image API 3.0 (iiif.io/api/image/3.0): tiles of every resolution, and small resolutions as a
whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np

from artextract_cli.export.iiif.json_files import write_json
from artextract_cli.export.pixels import halve
from artextract_cli.imaging.heatmap import Picture
from artextract_cli.utils.atomic import link_or_copy

TILE = 512
"""Side of a tile in px, even. With 256, a quarter as large, there are four times as many files."""
# Of a resolution that is written as a whole too, in px, of the square with as many pixels, and of
# one side. Viewers draw thumbnails from these; JPEG holds 65 535 px a side.
WHOLE, LONGEST = 2048, 8192
# JPEG quality, as of image pyramids: lower values blur the edges of colours into rings.
QUALITY = 90
FILE = Path("0", "default.jpg")

Shape = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class ImageFiles:
    """An image as files: its address, and height and width."""

    address: str
    shape: Shape

    @property
    def factors(self) -> list[int]:
        """By how much each resolution is reduced: 1, 2, 4, ..., until one fits into a tile."""
        tiles = -(-max(self.shape) // TILE)
        return [2**power for power in range((tiles - 1).bit_length() + 1)]

    @property
    def sizes(self) -> list[Shape]:
        """The resolutions (H, W) that are whole files too, the smallest first."""
        return [size for f in reversed(self.factors) if _is_whole(size := self.reduced(f))]

    def reduced(self, factor: int) -> Shape:
        """Size (H, W) of the resolution that is reduced by a factor."""
        return -(-self.shape[0] // factor), -(-self.shape[1] // factor)

    def whole(self, size: Shape) -> str:
        """The address of one of ``sizes``."""
        name = "max" if size == self.sizes[-1] else _of(size)
        return f"{self.address}/full/{name}/{FILE.as_posix()}"


def write_image(folder: Path, files: ImageFiles, strips: Iterable[Picture]) -> None:
    """Write an image as tiles, whole files and ``info.json`` into a folder.

    ``strips`` are the image (H, W, C) from top to bottom, `TILE` rows at a time.
    """
    for factor in files.factors:
        size = files.reduced(factor)
        has_tiles, is_whole = factor < files.factors[-1], _is_whole(size)
        kept = []
        for top, strip in zip(count(0, TILE * factor), strips, strict=False):
            if has_tiles:
                _write_tiles(folder, strip, top, factor, files.shape)
            # Of a large image only the next resolution stays in memory, a quarter of it.
            kept.append(strip if is_whole else _half(strip))
        level = np.concatenate(kept)
        if is_whole:
            _write(folder / "full" / _of(size), level)
            level = _half(level)
        strips = _strips(level)
    largest = folder / "full" / _of(files.sizes[-1])
    link_or_copy(largest / FILE, _made(folder / "full" / "max" / FILE))
    write_json(folder / "info.json", _info(files))


def _is_whole(size: Shape) -> bool:
    return size[0] * size[1] <= WHOLE**2 and max(size) <= LONGEST


def _half(image: Picture) -> Picture:
    """Half of (H, W, C), rounded up: sizes of the Image API are; an odd last line is repeated."""
    odd = [(0, size % 2) for size in image.shape[:2]]
    return halve(np.pad(image, (*odd, (0, 0)), mode="edge"))


def _strips(image: Picture) -> Iterator[Picture]:
    return (image[top : top + TILE] for top in range(0, len(image), TILE))


def _write_tiles(folder: Path, strip: Picture, top: int, factor: int, shape: Shape) -> None:
    """Write a row of tiles; ``top`` is their first row in the image of full size."""
    height = min(TILE * factor, shape[0] - top)
    for left in range(0, strip.shape[1], TILE):
        tile = strip[:, left : left + TILE]
        width = min(TILE * factor, shape[1] - left * factor)
        region = f"{left * factor},{top},{width},{height}"
        _write(folder / region / _of((tile.shape[0], tile.shape[1])), tile)


def _write(folder: Path, image: Picture) -> None:
    """Write (H, W, C) as JPEG, grey if C is 1."""
    pixels = image[..., 0] if image.shape[2] == 1 else image
    # Colours encode scores: JPEG must not halve their resolution, as its default 4:2:0 would.
    content = imagecodecs.jpeg8_encode(
        np.ascontiguousarray(pixels), level=QUALITY, subsampling="444"
    )
    _made(folder / FILE).write_bytes(content)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _of(size: Shape) -> str:
    """A size (H, W) as addresses state it: width, comma, height."""
    return f"{size[1]},{size[0]}"


def _info(files: ImageFiles) -> dict[str, Any]:
    (height, width), largest = files.shape, files.sizes[-1]
    # What "max" is where it is not the full size.
    limits = {} if largest == files.shape else {"maxWidth": largest[1], "maxHeight": largest[0]}
    return {
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": files.address,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level0",
        "width": width,
        "height": height,
        **limits,
        "sizes": [{"width": width, "height": height} for height, width in files.sizes],
        "tiles": [{"width": TILE, "height": TILE, "scaleFactors": files.factors}],
    }
