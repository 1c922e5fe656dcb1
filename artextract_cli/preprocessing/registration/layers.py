"""Registering the further layers of a scene, such as an X-ray radiograph, onto its photograph."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.alignment.layers import LayerAlignment, align_layer
from artextract_cli.imaging.transform import describe, warp, warped_mask
from artextract_cli.io.images import decode_picture
from artextract_cli.preprocessing.registration.bands import check_sides, counts_of_picture
from artextract_cli.scenes.dataset_writer import DatasetCopy
from artextract_cli.scenes.layers import LayerFile, values_of_layer
from artextract_cli.scenes.scene import SceneFiles


@dataclass(frozen=True, kw_only=True)
class RegisteredLayer:
    """How a further layer was aligned with its photograph.

    Attributes
    ----------
    layer
        Name of the layer.
    size
        Width and height in pixels before registration.
    transform
        (3, 3), from (x, y, 1) in pixels of the uncropped photograph to those of the layer.
    scale
        Pixels of the layer per pixel of the photograph.
    rotation
        Degrees, at the centre of the photograph.
    right, down
        Shift from the centre of the layer to that of the photograph, in px of the layer.
    certainty
        Standard deviations by which what layer and photograph know of each other exceeds that at
        other places nearby.
    tiles
        Number of 4 × 4 tiles that lie, clearly, where the transform puts them.
    covered
        Share of the photograph that the layer covers.
    """

    layer: str
    size: tuple[int, int]
    transform: tuple[tuple[float, ...], ...]
    scale: float
    rotation: float
    right: float
    down: float
    certainty: float
    tiles: int
    covered: float


def register_layers(
    files: SceneFiles,
    output: DatasetCopy,
    photograph: FloatArray,
    area: tuple[slice, slice],
) -> Iterator[RegisteredLayer]:
    """Align every layer with the photograph (H, W), and write its part in ``area``.

    Layers do not make the area smaller: a mask marks what one of them does not cover.

    Raises
    ------
    InputError
        If a layer cannot be read or aligned.
    """
    size = (photograph.shape[0], photograph.shape[1])
    for layer in files.layers:
        picture = check_sides(layer.path, decode_picture(layer.path))
        values = values_of_layer(layer, picture)
        grey = values if values.ndim == 2 else values.mean(axis=2)
        found = _aligned(layer, photograph, grey)
        transform = found.transform
        valid = warped_mask(np.isfinite(grey), transform, size)
        output.write(layer.path, warp(counts_of_picture(picture), transform, size)[area])
        if not valid[area].all():
            output.write_mask(files, valid[area], layer=layer.name)
        yield RegisteredLayer(
            layer=layer.name,
            size=(grey.shape[1], grey.shape[0]),
            transform=tuple(tuple(float(value) for value in row) for row in transform),
            **describe(transform, size, (grey.shape[0], grey.shape[1])),
            certainty=found.certainty,
            tiles=found.tiles,
            covered=float(valid.mean()),
        )


def _aligned(layer: LayerFile, photograph: FloatArray, grey: FloatArray) -> LayerAlignment:
    try:
        return align_layer(photograph, grey)
    except InputError as error:
        msg = (
            f"{layer.path} cannot be registered to its photograph: {error}; or bring it to the "
            "size and place of the photograph in another program, and remove it until then"
        )
        raise InputError(msg) from error
