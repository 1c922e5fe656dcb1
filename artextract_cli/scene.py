"""Scenes: a photograph and its bands on one grid of pixels."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli.contract import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.picture import MAX_PIXELS, decode_picture, picture_digest, read_pages

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


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The pictures of one scene, all of one size."""

    name: str
    rgb: FloatArray
    """(H, W, 3), 0..1 as coded (sRGB)."""

    bands: FloatArray
    """(H, W, B), 0..1, linear counts over full scale."""

    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    """In nm, one per band."""

    mask: NDArray[np.bool_] | None
    """(H, W), True where there is painting; None where all of it is."""

    @property
    def painted(self) -> NDArray[np.bool_]:
        """Where (H, W) there is painting."""
        return np.ones(self.rgb.shape[:2], np.bool_) if self.mask is None else self.mask


def read_picture(path: Path, *, pages: bool = False, max_pixels: int = MAX_PIXELS) -> FloatArray:
    """Read a picture (H, W, C) as float32; integers are scaled to 0..1 by their depth.

    C is 1 for grey and 3 for RGB. With ``pages`` the file is a TIFF of maps such as `infer`
    writes: each page is a channel, values are as stored, and NaN stays.

    Raises
    ------
    InputError
        If the file is missing, no picture, damaged, or of a kind that cannot be read right.
    """
    return read_pages(path) if pages else decode_picture(path, max_pixels).scaled()


def read_scene(files: SceneFiles) -> Scene:
    """Read the photograph, the bands and the object mask of a scene.

    A grey photograph becomes three equal channels; a coloured band the mean of its three.

    Raises
    ------
    InputError
        If a file cannot be read, or its size is not that of the photograph.
    """
    rgb = read_picture(files.rgb)
    shape = rgb.shape[:2]
    bands = np.empty((*shape, len(files.bands)), np.float32)
    for index, path in enumerate(files.bands):
        band = decode_picture(path).grey()
        check_same_size(path, band.shape, files.rgb, shape)
        bands[..., index] = band
    return Scene(
        name=files.name,
        rgb=np.ascontiguousarray(np.broadcast_to(rgb, (*shape, 3))),
        bands=bands,
        band_ids=files.band_ids,
        wavelengths=files.wavelengths,
        mask=None if files.mask is None else read_mask(files.mask, shape),
    )


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
            "register the band to the photograph"
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
        msg = f"{path} is 0 everywhere: it leaves no pixel of painting"
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

    def resized(image: FloatArray) -> FloatArray:
        made = resize(image, (side, side), order=1, anti_aliasing=True)
        return np.asarray(made, np.float32)

    return dataclasses.replace(
        scene,
        rgb=coded_rgb(resized(linear_rgb(scene.rgb))),
        bands=resized(scene.bands),
        mask=None if scene.mask is None else resized(scene.mask.astype(np.float32)) >= 0.5,
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


def linear_rgb(rgb: FloatArray) -> FloatArray:
    """Turn coded sRGB values, 0..1, into linear ones (IEC 61966-2-1)."""
    power = ((np.maximum(rgb, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(rgb <= 0.04045, rgb / 12.92, power).astype(np.float32)


def coded_rgb(linear: FloatArray) -> FloatArray:
    """Turn linear values, 0..1, into coded sRGB ones (IEC 61966-2-1)."""
    power = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, power).astype(np.float32)


def _read_map(path: Path, shape: tuple[int, ...] | None) -> FloatArray:
    grey = decode_picture(path).grey()
    if shape is not None and grey.shape != shape[:2]:
        msg = f"{path} is {_size(grey.shape)} but its photograph is {_size(shape)}"
        raise InputError(msg)
    return grey


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} × {shape[0]} pixels"
