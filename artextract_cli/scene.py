"""Scenes: a photograph and its bands on one grid of pixels."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.blocks import Block, Blocks, MemoryPlan, Workspace, released, whole
from artextract_cli.coding import Coding, coded_rgb, linear_rgb
from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.picture import (
    Picture,
    decode_picture,
    n_pixels,
    picture_digest,
    picture_parts,
    read_pages,
)

__all__ = [
    "Scene",
    "SceneFiles",
    "coded_rgb",
    "linear_rgb",
    "picture_digest",
    "read_mask",
    "read_picture",
    "read_scene",
    "read_truth",
    "resize_scene",
]

REGISTER = "'artextract data register' brings it onto the photograph"
"""What to do with a band that does not lie on its photograph."""

HIDDEN, UNDECIDED, CLEAN = 255, 128, 0
"""Values of a truth picture; what is undecided does not count."""


@dataclass(frozen=True, kw_only=True)
class SceneFiles:
    """Where the pictures of one scene are, and what its dataset says about it."""

    name: str
    split: str
    """``train``, ``val``, or empty for a lone pair."""

    rgb: Path
    bands: tuple[Path, ...]
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    """In nm, one per band."""

    truth: Path | None
    mask: Path | None
    clean: bool | None
    """Whether nothing is hidden in the scene; None is unknown."""

    pixels_per_mm: float | None = None
    """Of the photograph; None is unknown."""

    band_masks: Mapping[str, Path] = field(default_factory=dict)
    """By band id: where a band measures, on its own grid, for it to be registered."""

    coding: Coding = field(default_factory=Coding)
    """How counts of photograph and bands stand for light."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The pictures of one scene, all of one size."""

    name: str
    rgb: FloatArray
    """(H, W, 3), 0..1 as coded (sRGB)."""

    bands: FloatArray
    """(H, W, B), 0..1, linear."""

    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    """In nm, one per band."""

    mask: NDArray[np.bool_] | None
    """(H, W), True where there is painting; None where all of it is."""

    pixels_per_mm: float | None = None
    """None is unknown."""

    workspace: Workspace | None = None
    """How a scene too large for memory is worked on; its pictures then are arrays in files."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    @property
    def painted(self) -> NDArray[np.bool_]:
        """Where (H, W) there is painting."""
        return np.ones(self.shape, np.bool_) if self.mask is None else self.mask

    def blocks(self, margin: int) -> Blocks:
        """The blocks that the scene is worked on in: a single one where it fits into memory."""
        side = None if self.workspace is None else self.workspace.block_side
        return Blocks(self.shape, side, margin)

    def part(self, window: Block) -> "Scene":
        """What lies in ``window``, as a scene in memory."""
        if window.shape == self.shape:
            return dataclasses.replace(self, workspace=None)
        made = dataclasses.replace(
            self,
            rgb=np.ascontiguousarray(self.rgb[window.place]),
            bands=np.ascontiguousarray(self.bands[window.place]),
            mask=None if self.mask is None else self.mask[window.place],
            workspace=None,
        )
        for picture in (self.rgb, self.bands):
            released(picture)
        return made

    def empty(self, *channels: int) -> FloatArray:
        """An array (H, W, channels...) to be filled block by block."""
        shape = (*self.shape, *channels)
        if self.workspace is None:
            return np.empty(shape, np.float32)
        return self.workspace.empty(shape, np.float32)

    def filled(self, make: Callable[[Block], NDArray[Any]], *channels: int) -> FloatArray:
        """An array (H, W, channels...) of which ``make`` gives every block."""
        made = self.empty(*channels)
        for block in self.blocks(0):
            made[block.place] = make(block)
            released(made)
        return made

    def painted_with(self, values: FloatArray, labels: NDArray[np.int32]) -> FloatArray:
        """Give every pixel of ``labels`` (H, W) the values of its superpixel, of (N, ...)."""
        return self.filled(lambda block: values[labels[block.place]], *values.shape[1:])


def read_picture(path: Path, *, pages: bool = False) -> FloatArray:
    """Read a picture (H, W, C) as float32; integers are scaled to 0..1 by their depth.

    C is 1 for grey and 3 for RGB. With ``pages`` the file is a TIFF of maps such as `infer`
    writes: each page is a channel, values are as stored, and NaN stays.

    Raises
    ------
    InputError
        If the file is missing, no picture, damaged, or of a kind that cannot be read right.
    """
    return read_pages(path) if pages else decode_picture(path).scaled()


def read_scene(files: SceneFiles, plan: MemoryPlan | None = None) -> Scene:
    """Read the photograph, the bands and the object mask of a scene.

    A grey photograph becomes three equal channels; a coloured band the mean of its three. Bands
    become linear, and a photograph that is coded otherwise is coded as sRGB. A scene that ``plan``
    has no memory for is read part by part into files without names.

    Raises
    ------
    InputError
        If a file cannot be read, or its size is not that of the photograph.
    UsageError
        If the plan has too little memory even so.
    """
    n_bands = len(files.bands)
    workspace = None if plan is None else plan.workspace(n_pixels(files.rgb), n_bands)
    rgb, bands = _read_pictures(files, workspace)
    shape = rgb.shape[:2]
    return Scene(
        name=files.name,
        rgb=rgb,
        bands=bands,
        band_ids=files.band_ids,
        wavelengths=files.wavelengths,
        mask=None if files.mask is None else read_mask(files.mask, shape),
        pixels_per_mm=files.pixels_per_mm,
        workspace=workspace,
    )


def _read_pictures(files: SceneFiles, workspace: Workspace | None) -> tuple[FloatArray, FloatArray]:
    """Photograph (H, W, 3) and bands (H, W, B), in memory or in files."""
    n_bands = len(files.bands)
    made: tuple[FloatArray, FloatArray] | None = None
    for shape, block, part in _parts(files.rgb, workspace):
        made = made or (_empty(shape, 3, workspace), _empty(shape, n_bands, workspace))
        made[0][block.place] = part.srgb(files.coding.of_photograph)
        released(made[0])
    if made is None:
        raise ValueError(files.rgb)
    for band, (name, path) in enumerate(zip(files.band_ids, files.bands, strict=True)):
        for shape, block, part in _parts(path, workspace):
            check_same_size(path, shape, files.rgb, made[0].shape)
            made[1][(*block.place, band)] = part.grey(files.coding.of_band(name))
            released(made[1])
    return made


def _parts(
    path: Path, workspace: Workspace | None
) -> Iterator[tuple[tuple[int, int], Block, Picture]]:
    if workspace is not None:
        yield from picture_parts(path)
        return
    picture = decode_picture(path)
    shape = picture.values.shape[0], picture.values.shape[1]
    yield shape, whole(shape), picture


def _empty(shape: tuple[int, int], channels: int, workspace: Workspace | None) -> FloatArray:
    """An array (H, W, C); on disk one channel lies after the other, as they are read."""
    if workspace is None:
        return np.empty((*shape, channels), np.float32)
    return np.moveaxis(workspace.empty((channels, *shape), np.float32), 0, -1)


def check_same_size(
    path: Path, shape: tuple[int, ...], rgb_path: Path, rgb_shape: tuple[int, ...]
) -> None:
    """Check that a band (H, W) covers the pixels of its photograph.

    Raises
    ------
    InputError
        If the sizes differ.
    """
    if shape[:2] != rgb_shape[:2]:
        msg = (
            f"{path} is {_size(shape)} but its photograph {rgb_path} is {_size(rgb_shape)}; "
            f"{REGISTER}"
        )
        raise InputError(msg)


def read_mask(path: Path, shape: tuple[int, ...] | None) -> NDArray[np.bool_]:
    """Read an object mask (H, W): True, painting, where the picture is not 0.

    Raises
    ------
    InputError
        If it cannot be read, is not of ``shape`` (H, W) where that is given, or leaves no painting.
    """
    mask = np.asarray(_read_map(path, shape) > 0)
    if not mask.any():
        msg = (
            f"{path} is 0 everywhere: it leaves no pixel of painting; paint white what is "
            "painting, or take the mask away"
        )
        raise InputError(msg)
    return mask


def read_truth(path: Path, shape: tuple[int, ...] | None) -> NDArray[np.uint8]:
    """Read a truth picture (H, W): 255 hidden, 0 clean, 128 do not count.

    Raises
    ------
    InputError
        If it cannot be read, is not of ``shape`` (H, W) where that is given, or holds other values.
    """
    truth = np.rint(_read_map(path, shape) * 255)
    if others := sorted(set(np.unique(truth).tolist()) - {HIDDEN, UNDECIDED, CLEAN}):
        found = ", ".join(f"{value:g}" for value in others[:3]) + (", ..." if others[3:] else "")
        msg = f"{path} holds {found}; truth is 255 (hidden), 0 (clean) or 128 (do not count)"
        raise InputError(msg)
    return truth.astype(np.uint8)


def resize_scene(scene: Scene, side: int) -> Scene:
    """Resize a scene to ``side`` × ``side`` pixels, linear interpolation after a Gaussian.

    The photograph is averaged as light, like the bands, and coded again. The mask keeps the pixels
    that are at least half painting.
    """
    from skimage.transform import resize

    def resized(image: NDArray[Any]) -> FloatArray:
        return np.asarray(resize(image, (side, side), order=1, anti_aliasing=True), np.float32)

    def each(pictures: FloatArray, look: Callable[[FloatArray], FloatArray]) -> FloatArray:
        channels = [resized(look(pictures[..., c])) for c in range(pictures.shape[-1])]
        return np.stack(channels, axis=-1)

    return dataclasses.replace(
        scene,
        rgb=coded_rgb(each(scene.rgb, linear_rgb)),
        bands=each(scene.bands, np.asarray),
        mask=None if scene.mask is None else resized(scene.mask.astype(np.float32)) >= 0.5,
        pixels_per_mm=None,
    )


def continued(scene: Scene) -> Scene:
    """The scene with the nearest pixel of the painting in place of what is none."""
    if scene.mask is None or scene.mask.all() or not scene.mask.any():
        return scene
    from scipy.ndimage import distance_transform_edt

    rows, columns = distance_transform_edt(~scene.mask, return_distances=False, return_indices=True)
    rgb, bands = scene.rgb[rows, columns], scene.bands[rows, columns]
    return dataclasses.replace(
        scene, rgb=np.ascontiguousarray(rgb), bands=np.ascontiguousarray(bands)
    )


def _read_map(path: Path, shape: tuple[int, ...] | None) -> FloatArray:
    grey = decode_picture(path).grey()
    if shape is not None and grey.shape != shape[:2]:
        msg = (
            f"{path} is {_size(grey.shape)} but its photograph is {_size(shape)}; draw it on the "
            "photograph"
        )
        raise InputError(msg)
    return grey


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} × {shape[0]} pixels"
