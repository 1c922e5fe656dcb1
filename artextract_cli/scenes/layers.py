"""Further layers of a scene, such as an X-ray radiograph: files with a name and a kind.

``dataset.yaml`` states the kind of each layer by name, and ``layout`` finds the files. Layers are
not part of a `Scene`: graphs and models do not depend on them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.io.image import Picture
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.findings import Finding
from artextract_cli.scenes.reading import check_same_size, read_mask

if TYPE_CHECKING:  # a scene has layers, which are read by its files
    from artextract_cli.scenes.layout import FoundScene
    from artextract_cli.scenes.scene import SceneFiles

LayerKind = Literal["radiograph", "fluorescence", "raking", "element"]
KINDS: tuple[LayerKind, ...] = get_args(LayerKind)
KIND_WORDS: Mapping[str, str] = {
    "radiograph": "X-ray radiograph",
    "fluorescence": "ultraviolet fluorescence",
    "raking": "raking light",
    "element": "element map",
}
"""The kinds for readers."""


@dataclass(frozen=True, kw_only=True)
class LayerFile:
    """A further image of a scene.

    Attributes
    ----------
    name
        Name of the layer, from the file name.
    kind
        ``radiograph``, ``fluorescence``, ``raking`` or ``element``.
    path
        The image; of its own size until it is registered.
    mask
        Mask of the valid pixels, on the grid of the layer; None if all are valid.
    """

    name: str
    kind: LayerKind
    path: Path
    mask: Path | None = None


def read_layer(files: "SceneFiles", layer: LayerFile, shape: tuple[int, ...]) -> FloatArray:
    """Read a layer of the size of its photograph.

    Parameters
    ----------
    files
        The scene of the layer.
    layer
        One of its layers.
    shape
        (H, W, ...) of the photograph.

    Returns
    -------
    ndarray
        (H, W), or (H, W, 3) if coloured, float32, 1 at full scale; NaN where it is not valid.

    Raises
    ------
    InputError
        If a file cannot be read, or the layer differs in size from the photograph.
    """
    values = read_unregistered(layer)
    check_same_size(layer.path, values.shape, files.rgb, shape)
    return values


def read_unregistered(layer: LayerFile) -> FloatArray:
    """Read a layer on its own grid, otherwise as `read_layer`.

    Raises
    ------
    InputError
        If a file cannot be read, or its mask differs in size.
    """
    return values_of_layer(layer, decode_picture(layer.path))


def values_of_layer(layer: LayerFile, picture: Picture) -> FloatArray:
    """The values of a layer that has been decoded, as `read_unregistered` returns them."""
    # Grey saved as RGB is grey: one of its equal channels.
    values = picture.scaled() if picture.is_coloured() else picture.scaled()[..., 0]
    if layer.mask is not None:
        values[~read_mask(layer.mask, values.shape)] = np.nan
    return values


def scene_layers(scene: "FoundScene", kinds: Mapping[str, LayerKind]) -> tuple[LayerFile, ...]:
    """The layers of a scene whose ``kinds`` are stated, in natural order of their names."""
    masks = scene.layer_masks
    return tuple(
        LayerFile(name=name, kind=kinds[name], path=path, mask=masks.get(name))
        for name, path in scene.layers.items()
        if name in kinds
    )


def layer_problems(
    description: Path, kinds: Mapping[str, LayerKind], scenes: Collection["FoundScene"]
) -> Iterator[Finding]:
    """Findings for layers without a stated kind, and for stated layers that no scene has."""
    for scene in scenes:
        for name, path in scene.layers.items():
            if name not in kinds:
                message = (
                    f"{path} has no kind in {description}: add `layers: {{{name}: {{kind: KIND}}}}`"
                    f" with one of {', '.join(KINDS)}, or remove the file"
                )
                yield Finding(level="error", scene=scene.name, file=path, message=message)
    for name in kinds.keys() - {name for scene in scenes for name in scene.layers}:
        message = (
            f"{description}: layers names {name}, which no scene has: add "
            f"{{train,val}}/layers/<scene>_layer_{name}.png, or remove the entry"
        )
        yield Finding(level="error", scene="", file=description, message=message)
