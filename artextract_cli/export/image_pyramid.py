"""Image pyramids for IIIF image servers: tiled TIFF files of many resolutions.

The resolutions are consecutive pages, each half the size of the previous one and marked as a
reduced image (TIFF 6.0, NewSubfileType). libvips writes such files, and IIPImage and Cantaloupe
read them; sub-directories (SubIFDs) are supported by fewer servers.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tifffile

from artextract_cli.errors import UsageError
from artextract_cli.export.pixels import ROWS, colourise, halve
from artextract_cli.imaging.blocks import Block, tile_blocks
from artextract_cli.imaging.heatmap import Picture, ScaleName
from artextract_cli.io.images import decode_picture
from artextract_cli.io.tiff_maps import BIG_BYTES, resolution_tags
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.events import Advance, progress

Shown = Literal["overlay", "heatmap", "hidden"]
Compression = Literal["jpeg", "deflate"]

TILE = 256  # side of a tile in px, the usual size for image servers
SUFFIXES = (".tif", ".tiff", ".ptif")
SCALES: dict[Shown, ScaleName] = {"heatmap": "false-alarm", "hidden": "hidden"}
# Colours encode the scores: JPEG must not halve their resolution, as its default 4:2:0 would.
ENCODINGS: dict[Compression, dict[str, Any]] = {
    "jpeg": {
        "subsampling": (1, 1),
        "compression": "jpeg",
        # JPEG quality: lower values blur the edges of colours into rings, higher ones mostly add
        # bytes.
        "compressionargs": {"level": 90},
    },
    "deflate": {"compression": "zlib", "predictor": True},
}


def write_pyramid(
    result: SceneResult,
    out: Path,
    *,
    show: Shown = "overlay",
    compression: Compression = "jpeg",
) -> list[tuple[int, int]]:
    """Write an image of a scene as a pyramidal, tiled TIFF for IIIF image servers.

    Needs about six bytes of memory per pixel.

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
        If ``out`` is not a TIFF, is inside the results, or is an image that was scored.
    InputError
        If the results do not contain that image, or it is damaged.
    """
    _check_out(out, result, compression)
    # All levels together take 4/3 of the largest: three bytes per pixel and one more.
    levels = _pyramid(_image(result, show))
    places = [list(tile_blocks(level.shape, TILE)) for level in levels]
    pixels_per_mm = result.description.get("pixels_per_mm")
    # Counted before compression, so that the decision does not depend on the content.
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
                # Otherwise tifffile writes the shape of the array as JSON into ImageDescription,
                # the tag for captions.
                metadata=None,
                **ENCODINGS[compression],
                **resolution_tags(pixels_per_mm and pixels_per_mm / 2**number),
            )
    return [(level.shape[0], level.shape[1]) for level in levels]


def _check_out(out: Path, result: SceneResult, compression: str) -> None:
    if compression not in ENCODINGS:
        msg = f"unknown compression {compression!r}; choose from: {', '.join(ENCODINGS)}"
        raise UsageError(msg)
    if out.suffix.lower() not in SUFFIXES:
        msg = f"{out}: image pyramids are TIFF files; use a suffix of {', '.join(SUFFIXES)}"
        raise UsageError(msg)
    plan = result.output_plan(out)
    dataclasses.replace(plan, source_folders={result.path: "results folder"}).check()


def _image(result: SceneResult, show: Shown) -> Picture:
    """The image (H, W, 3) to write, of the size of the photograph; white outside the painting."""
    if show == "overlay":
        values: Picture = decode_picture(result.checked("overlay.png")).values
        return values
    score = result.map(show)
    image = np.empty((*score.shape, 3), np.uint8)
    for top in range(0, len(score), ROWS):
        image[top : top + ROWS] = colourise(score[top : top + ROWS], SCALES[show])
    return image


def _pyramid(image: Picture) -> list[Picture]:
    """``image`` (H, W, 3) at full and at repeatedly halved size, until it fits into a tile."""
    levels = [image]
    while max(levels[-1].shape) > TILE:
        levels.append(halve(levels[-1]))
    return levels


def _tiles(level: Picture, blocks: list[Block], advance: Advance) -> Iterator[Picture]:
    """Tiles of full size; beyond the edge the last pixels are repeated, which JPEG encodes well."""
    for block in blocks:
        height, width = block.shape
        missing = ((0, TILE - height), (0, TILE - width), (0, 0))
        yield np.pad(level[block.place], missing, mode="edge")
        advance()
