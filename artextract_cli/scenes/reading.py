"""Reading scenes from files: images, masks and truth, on one grid."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Block, Workspace, full_block
from artextract_cli.io.image import Picture
from artextract_cli.io.images import decode_picture, n_pixels, picture_parts, read_pages
from artextract_cli.scenes.embedded.codings import coding_of_band, coding_of_photograph
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.remedies import registering
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene, SceneFiles
from artextract_cli.utils.parallel.shared_arrays import store


def read_picture(path: Path, *, pages: bool = False) -> FloatArray:
    """Read an image (H, W, C) as float32; integers are scaled to 0..1 by their depth.

    C is 1 for grey and 3 for RGB. With ``pages`` the file is a TIFF of maps such as `infer`
    writes: each page is a channel, values are not scaled, and NaN is kept.

    Raises
    ------
    InputError
        If the file is missing, not an image, damaged, or of an unsupported kind.
    """
    return read_pages(path) if pages else decode_picture(path).scaled()


def read_scene(files: SceneFiles, plan: MemoryPlan | None = None) -> Scene:
    """Read the RGB image, the bands and the object mask of a scene.

    A grey RGB image becomes three equal channels, a coloured band the mean of its three.

    Parameters
    ----------
    files
        The scene, as `open_dataset` lists it.
    plan
        Memory limit: a scene that exceeds it is read part by part into unnamed files.

    Returns
    -------
    Scene
        RGB image (H, W, 3) coded as sRGB and bands (H, W, B) linear, all float32, 0..1.

    Raises
    ------
    InputError
        If a file cannot be read, or differs in size from the photograph.
    UsageError
        If the memory limit is too low even for blocks.
    """
    n_bands = len(files.bands)
    workspace = None if plan is None else plan.workspace(n_pixels(files.rgb), n_bands)
    rgb, bands = _read_pictures(files, workspace)
    shape = rgb.shape[:2]
    mask = None if files.mask is None else read_mask(files.mask, shape)
    if mask is not None and workspace is not None:
        mask = workspace.shared(mask)
    return Scene(
        name=files.name,
        rgb=rgb,
        bands=bands,
        band_ids=files.band_ids,
        wavelengths=files.wavelengths,
        mask=mask,
        pixels_per_mm=files.pixels_per_mm,
        workspace=workspace,
    )


def _read_pictures(files: SceneFiles, workspace: Workspace | None) -> tuple[FloatArray, FloatArray]:
    """Photograph (H, W, 3) and bands (H, W, B), in memory or in files."""
    n_bands = len(files.bands)
    images: tuple[FloatArray, FloatArray] | None = None
    coding = coding_of_photograph(files)
    for shape, block, part in _parts(files.rgb, workspace):
        # The size is known with the first part only.
        images = images or (_empty(shape, 3, workspace), _empty(shape, n_bands, workspace))
        store(images[0], block.place, part.srgb(coding))
    # Every image has at least one part; this is for the type checker.
    if images is None:
        raise ValueError(files.rgb)
    for band, (name, path) in enumerate(zip(files.band_ids, files.bands, strict=True)):
        coding = coding_of_band(files, name)
        for shape, block, part in _parts(path, workspace):
            check_same_size(path, shape, files.rgb, images[0].shape)
            store(images[1], (*block.place, band), part.grey(coding))
    return images


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
    """An empty array (H, W, C); on disk channel after channel, in the order of reading."""
    if workspace is None:
        return np.empty((*shape, channels), np.float32)
    # Bands are written one after another: channel by channel, each goes to one stretch of the file.
    return np.moveaxis(workspace.empty((channels, *shape), np.float32), 0, -1)


def check_same_size(
    path: Path, shape: tuple[int, ...], rgb_path: Path, rgb_shape: tuple[int, ...]
) -> None:
    """Check that a band has the size of its RGB image.

    Parameters
    ----------
    path
        The band, for the message.
    shape
        (H, W, ...) of the band.
    rgb_path
        The RGB image, for the message.
    rgb_shape
        (H, W, ...) of the RGB image.

    Raises
    ------
    InputError
        If the sizes differ.
    """
    if shape[:2] != rgb_shape[:2]:
        msg = (
            f"{path} is {_size(shape)} but its photograph {rgb_path} is {_size(rgb_shape)}: "
            f"{registering(path)}"
        )
        raise InputError(msg)


def read_mask(path: Path, shape: tuple[int, ...] | None) -> NDArray[np.bool_]:
    """Read an object mask (H, W): True (painting) where the image is not 0.

    Raises
    ------
    InputError
        If it cannot be read, is not of ``shape`` (H, W) if given, or contains no painting.
    """
    mask = np.asarray(_read_map(path, shape) > 0)
    if not mask.any():
        msg = (
            f"{path} is 0 everywhere, so no pixel counts as painting: fill the painting with "
            "white, or remove the mask"
        )
        raise InputError(msg)
    return mask


def read_truth(path: Path, shape: tuple[int, ...] | None) -> NDArray[np.uint8]:
    """Read a truth image.

    Parameters
    ----------
    path
        A grey image of the values 0, 128 and 255.
    shape
        Required (H, W); any size if None.

    Returns
    -------
    ndarray
        (H, W) uint8: 255 hidden, 0 clean, 128 undecided.

    Raises
    ------
    InputError
        If it cannot be read, is not of ``shape`` (H, W) if given, or contains other values.
    """
    # Scaled back from 0..1, so that 16-bit truth images are read as well.
    truth = np.rint(_read_map(path, shape) * 255)
    if others := sorted(set(np.unique(truth).tolist()) - {HIDDEN, UNDECIDED, CLEAN}):
        values = ", ".join(f"{value:g}" for value in others[:3]) + (", ..." if others[3:] else "")
        msg = (
            f"{path} contains {values}; truth values are 255 (hidden), 0 (clean) and 128 (ignored)"
        )
        raise InputError(msg)
    return truth.astype(np.uint8)


def _read_map(path: Path, shape: tuple[int, ...] | None) -> FloatArray:
    grey = decode_picture(path).grey()
    if shape is not None and grey.shape != shape[:2]:
        msg = (
            f"{path} is {_size(grey.shape)} but its photograph is {_size(shape)}; draw it at the "
            "size of the photograph"
        )
        raise InputError(msg)
    return grey


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} × {shape[0]} pixels"
