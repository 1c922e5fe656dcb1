"""Pictures for image servers: tiled TIFF of many resolutions, as IIIF servers read them.

The resolutions are pages one after the other, each half the size of the one before and marked as a
reduced one (TIFF 6.0, NewSubfileType). So libvips writes them, and so IIPImage and Cantaloupe read
them; sub-directories (SubIFDs) are known to fewer servers.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tifffile

from artextract_cli._typing import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.heatmap import Picture, ScaleName, colour
from artextract_cli.io.images import decode_picture
from artextract_cli.io.tiff_maps import BIG_BYTES, resolution_tags
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.events import Advance, progress

Shown = Literal["overlay", "heatmap", "hidden"]
Compression = Literal["jpeg", "deflate"]

TILE = 256
SUFFIXES = (".tif", ".tiff", ".ptif")
SCALES: dict[Shown, ScaleName] = {"heatmap": "false-alarm", "hidden": "hidden"}
# Colours carry the scores: they keep their full resolution.
ENCODINGS: dict[Compression, dict[str, Any]] = {
    "jpeg": {
        "subsampling": (1, 1),
        "compression": "jpeg",
        "compressionargs": {"level": 90},
    },
    "deflate": {"compression": "zlib", "predictor": True},
}
_ROWS = 512  # coloured at a time


def write_pyramid(
    result: SceneResult,
    out: Path,
    *,
    show: Shown = "overlay",
    compression: Compression = "jpeg",
) -> list[tuple[int, int]]:
    """Write an image of a scene as a tiled TIFF of many resolutions, for IIIF image servers.

    Takes about six bytes of memory for each pixel.

    Parameters
    ----------
    result
        The scene.
    out
        File to write: .tif, .tiff or .ptif.
    show
        The heat map over the RGB image ("overlay"), the heat map alone, or the hidden-layer image.
    compression
        "jpeg", or "deflate", which is lossless.

    Returns
    -------
    list of tuple of int
        Sizes (H, W) of the resolutions, the largest first.

    Raises
    ------
    UsageError
        If ``out`` is no TIFF, lies among the results, or is a picture that they were made from.
    InputError
        If the results hold no such picture, or it is damaged.
    """
    _check_out(out, result)
    levels = _halved(_picture(result, show))
    places = [list(_places(level)) for level in levels]
    pixels_per_mm = result.description.get("pixels_per_mm")
    is_big = sum(level.nbytes for level in levels) > BIG_BYTES
    with (
        atomic_path(out) as temporary,
        tifffile.TiffWriter(temporary, bigtiff=is_big) as file,
        progress("writing tiles", sum(map(len, places))) as advance,
    ):
        for number, (level, blocks) in enumerate(zip(levels, places, strict=True)):
            file.write(
                _tiles(level, blocks, advance),
                shape=level.shape,
                dtype=np.uint8,
                tile=(TILE, TILE),
                photometric="rgb",
                subfiletype=int(number > 0),
                metadata=None,
                **ENCODINGS[compression],
                **resolution_tags(pixels_per_mm and pixels_per_mm / 2**number),
            )
    return [(level.shape[0], level.shape[1]) for level in levels]


def _check_out(out: Path, result: SceneResult) -> None:
    if out.suffix.lower() not in SUFFIXES:
        msg = f"{out}: a pyramid is a TIFF; end its name in {', '.join(SUFFIXES)}"
        raise UsageError(msg)
    plan = result.output_plan(out)
    dataclasses.replace(plan, source_folders={result.path: "results folder"}).check()


def _picture(result: SceneResult, show: Shown) -> Picture:
    """What is shown (H, W, 3), at the size of the photograph; white where nothing is painted."""
    if show == "overlay":
        values: Picture = decode_picture(result.checked("overlay.png")).values
        return values
    score = result.map(show)
    made = np.empty((*score.shape, 3), np.uint8)
    for top in range(0, len(score), _ROWS):
        made[top : top + _ROWS] = _coloured(score[top : top + _ROWS], SCALES[show])
    return made


def _coloured(score: FloatArray, scale: ScaleName) -> Picture:
    coloured = colour(np.nan_to_num(score), scale=scale)
    return np.where(np.isfinite(score)[..., None], coloured, np.uint8(255))


def _halved(picture: Picture) -> list[Picture]:
    """``picture`` (H, W, 3) and its halves, down to one that fits into a tile."""
    levels = [picture]
    while max(levels[-1].shape) > TILE:
        levels.append(_half(levels[-1]))
    return levels


def _half(picture: Picture) -> Picture:
    """Means of two pixels by two (H // 2, W // 2, 3), at least one a side; an odd edge is lost."""
    height, width = (max(1, size // 2) for size in picture.shape[:2])
    made = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _ROWS):
        bottom = min(top + _ROWS, height)
        rows = picture[2 * top : 2 * bottom].astype(np.uint16)
        down = rows[::2] + rows[1::2] if len(picture) > 1 else 2 * rows
        across = down[:, : 2 * width : 2] + down[:, 1::2] if picture.shape[1] > 1 else 2 * down
        made[top:bottom] = (across + 2) // 4
    return made


def _places(level: Picture) -> Iterator[Block]:
    height, width = level.shape[:2]
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            yield Block(top, left, min(top + TILE, height), min(left + TILE, width))


def _tiles(level: Picture, blocks: list[Block], advance: Advance) -> Iterator[Picture]:
    """Tiles of full size; beyond the edge the last pixels go on, which JPEG takes well."""
    for block in blocks:
        height, width = block.shape
        missing = ((0, TILE - height), (0, TILE - width), (0, 0))
        yield np.pad(level[block.place], missing, mode="edge")
        advance()
