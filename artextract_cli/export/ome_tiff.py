"""OME-TIFF: tiled, losslessly compressed images with a description in OME-XML.

The photograph is the first image of the file, and the channels of the second are the bands.
"""

import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import tifffile
from numpy.typing import NDArray

import artextract_cli
from artextract_cli.export.image_stack import SCALE_KEY, Channel, ImageStack, read_photograph
from artextract_cli.imaging.blocks import Block
from artextract_cli.io.tiff_maps import BIG_BYTES, TILE, padded_tiles, resolution_tags
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.events import Advance, progress


def write_ome_tiff(stack: ImageStack, out: Path, /) -> None:
    """Write a stack as OME-TIFF."""
    photograph = read_photograph(stack)
    n_bytes = len(stack.channels) * stack.shape[0] * stack.shape[1] * stack.depth.itemsize
    n_bytes += 0 if photograph is None else photograph.nbytes
    with (
        atomic_path(out) as temporary,
        tifffile.TiffWriter(temporary, bigtiff=n_bytes > BIG_BYTES, ome=True) as file,
        progress("writing bands", len(stack.channels)) as advance,
    ):
        if photograph is not None:
            _write_photograph(file, photograph, stack)
            del photograph  # the bands may need its memory
        file.write(
            _tiles(stack, advance),
            shape=(len(stack.channels), *stack.shape),
            dtype=stack.depth,
            photometric="minisblack",
            metadata=_described(stack, "CYX", stack.scene) | _channels(stack),
            **_encoding(stack),
        )


def _write_photograph(file: Any, photograph: NDArray[Any], stack: ImageStack) -> None:
    file.write(
        photograph,
        photometric="rgb",
        metadata=_described(stack, "YXS", f"{stack.scene} photograph"),
        **_encoding(stack),
    )


def _encoding(stack: ImageStack) -> dict[str, Any]:
    return {
        "tile": (TILE, TILE),
        "compression": "zlib",
        # Differences of neighbours compress better; for floats by the predictor for floats.
        "predictor": True,
        **resolution_tags(stack.pixels_per_mm),
    }


def _described(stack: ImageStack, axes: str, name: str) -> dict[str, Any]:
    """The description of an image; the first one of a file also describes the file."""
    metadata: dict[str, Any] = {
        "axes": axes,
        "Name": name,
        "Creator": f"artextract {artextract_cli.__version__}",
        "UUID": str(_identifier(stack)),
    }
    if stack.pixels_per_mm is not None:
        # Micrometres are the unit of OME if none is given, which programs that ignore units assume.
        size = 1000 / stack.pixels_per_mm
        metadata |= {"PhysicalSizeX": size, "PhysicalSizeY": size}
    return metadata


def _identifier(stack: ImageStack) -> uuid.UUID:
    """The identifier of a file, from its sources, so that two exports of a scene are equal."""
    digests = "".join(map(file_digest, stack.source_files))
    return uuid.uuid5(uuid.NAMESPACE_OID, f"artextract {stack.scene} {digests}")


def _channels(stack: ImageStack) -> dict[str, Any]:
    described: dict[str, Any] = {
        "Description": stack.description,
        "Channel": list(map(_channel, stack.channels)),
    }
    if stack.reflectance_scale is not None:
        # OME has no element for it: the term of ENVI, as a pair of key and value.
        described["MapAnnotation"] = {SCALE_KEY: str(stack.reflectance_scale)}
    return described


def _channel(channel: Channel) -> dict[str, Any]:
    described: dict[str, Any] = {"Name": channel.name}
    if channel.nm is not None:
        described |= {"EmissionWavelength": channel.nm, "EmissionWavelengthUnit": "nm"}
    return described


def _tiles(stack: ImageStack, advance: Advance) -> Iterator[NDArray[Any]]:
    for channel in stack.channels:
        # Without a name here, so that it is freed before the next one is read.
        yield from padded_tiles(partial(_part, channel.read()), stack.shape, stack.depth)
        advance(channel.name)


def _part(values: NDArray[Any], block: Block) -> NDArray[Any]:
    return values[block.place]
