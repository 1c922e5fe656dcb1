"""Reading scenes from files: images, masks and truth, on one grid."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Block, Workspace, full_block, release_pages
from artextract_cli.io.image import Picture
from artextract_cli.io.images import decode_picture, n_pixels, picture_parts, read_pages
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene, SceneFiles

REGISTER = "'artextract data register' brings it onto the photograph"
"""What to do with a band that does not lie on its photograph."""


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
        release_pages(made[0])
    if made is None:
        raise ValueError(files.rgb)
    for band, (name, path) in enumerate(zip(files.band_ids, files.bands, strict=True)):
        for shape, block, part in _parts(path, workspace):
            check_same_size(path, shape, files.rgb, made[0].shape)
            made[1][(*block.place, band)] = part.grey(files.coding.of_band(name))
            release_pages(made[1])
    return made


def _parts(
    path: Path, workspace: Workspace | None
) -> Iterator[tuple[tuple[int, int], Block, Picture]]:
    if workspace is not None:
        yield from picture_parts(path)
        return
    picture = decode_picture(path)
    shape = picture.values.shape[0], picture.values.shape[1]
    yield shape, full_block(shape), picture


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
