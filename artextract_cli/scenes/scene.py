"""Scenes: a photograph and its bands on one grid of pixels."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Block, Blocks, Workspace
from artextract_cli.imaging.coding import Coding, coded_rgb, linear_rgb
from artextract_cli.imaging.resize import fill_maps
from artextract_cli.scenes.names import first_names
from artextract_cli.utils.parallel.shared_arrays import release_pages

if TYPE_CHECKING:
    from artextract_cli.scenes.layers import LayerFile

HIDDEN, UNDECIDED, CLEAN = 255, 128, 0
"""Values of a truth image; undecided pixels are ignored."""


@dataclass(frozen=True, kw_only=True)
class SceneFiles:
    """Where the images of one scene are, and what its dataset states about it.

    Attributes
    ----------
    name
        Name of the scene.
    split
        ``train``, ``val``, or empty for a scene without a dataset.
    rgb
        The RGB image.
    bands
        Images of the B bands, in natural order of their ids.
    band_ids
        Ids of the bands (B,), from the file names.
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    truth
        Truth image; None if there is none.
    mask
        Object mask of the painting; None if all of the image is painting.
    clean
        Whether the scene has no hidden layer; None if unknown.
    pixels_per_mm
        Scale of the RGB image; None if unknown.
    band_masks
        By band id: mask of the valid pixels of an unregistered band, on its own grid.
    coding
        How pixel values of the RGB image and of bands relate to light.
    layers
        Further images such as an X-ray radiograph, in natural order of their names.
    """

    name: str
    split: str
    rgb: Path
    bands: tuple[Path, ...]
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    truth: Path | None
    mask: Path | None
    clean: bool | None
    pixels_per_mm: float | None = None
    band_masks: Mapping[str, Path] = field(default_factory=dict)
    coding: Coding = field(default_factory=Coding)
    layers: tuple["LayerFile", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The images of one scene, all of one size.

    Attributes
    ----------
    name
        Name of the scene.
    rgb
        (H, W, 3) float32, 0..1, coded as sRGB.
    bands
        (H, W, B) float32, 0..1, linear.
    band_ids
        Ids of the bands (B,).
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    mask
        (H, W), True where there is painting; None if all of the image is painting.
    pixels_per_mm
        Scale of the RGB image; None if unknown.
    workspace
        How to process a scene too large for memory, whose images are arrays in files.
    """

    name: str
    rgb: FloatArray
    bands: FloatArray
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    mask: NDArray[np.bool_] | None
    pixels_per_mm: float | None = None
    workspace: Workspace | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    @property
    def painted(self) -> NDArray[np.bool_]:
        """Object mask (H, W): True where there is painting."""
        return np.ones(self.shape, np.bool_) if self.mask is None else self.mask

    def blocks(self, margin: int) -> Blocks:
        """The blocks in which the scene is processed: a single one if it fits into memory.

        Parameters
        ----------
        margin
            Pixels that a block shares with its neighbours on each side.
        """
        workspace = self.workspace
        if workspace is None:
            return Blocks(self.shape, None, margin)
        return workspace.blocks(self.shape, margin)

    def part(self, window: Block) -> "Scene":
        """Cut out a window, as a scene in memory.

        Parameters
        ----------
        window
            Rows and columns to cut out.
        """
        # The images are used as they are, without a copy.
        if window.shape == self.shape:
            return dataclasses.replace(self, workspace=None)
        part = dataclasses.replace(
            self,
            # Copied into memory, so that the mapped pages can be released at once.
            rgb=np.ascontiguousarray(self.rgb[window.place]),
            bands=np.ascontiguousarray(self.bands[window.place]),
            mask=None if self.mask is None else self.mask[window.place],
            workspace=None,
        )
        for image in (self.rgb, self.bands):
            release_pages(image)
        return part

    def empty(self, *channels: int) -> FloatArray:
        """An array (H, W, channels...) to be filled block by block.

        Parameters
        ----------
        channels
            Sizes of the axes after (H, W).
        """
        shape = (*self.shape, *channels)
        if self.workspace is None:
            return np.empty(shape, np.float32)
        return self.workspace.empty(shape, np.float32)

    def filled(self, make: Callable[[Block], NDArray[Any]], *channels: int) -> FloatArray:
        """Compute an array (H, W, channels...) block by block.

        Parameters
        ----------
        make
            Computes the values of a block.
        channels
            Sizes of the axes after (H, W).
        """
        result = self.empty(*channels)
        fill_maps(self.blocks(0), {"result": result}, lambda block: {"result": make(block)})
        return result

    def shared(self, array: NDArray[Any]) -> NDArray[Any]:
        """The array, in a file if other processes work on the blocks of the scene.

        Parameters
        ----------
        array
            An array in memory that functions of a block refer to.
        """
        return array if self.workspace is None else self.workspace.shared(array)

    def scatter_to_pixels(self, values: FloatArray, labels: NDArray[np.int32]) -> FloatArray:
        """Give every pixel the values of its superpixel.

        Parameters
        ----------
        values
            (N, ...), one row per superpixel.
        labels
            (H, W), the superpixel of each pixel.
        """
        of_nodes = self.shared(values)
        return self.filled(lambda block: of_nodes[labels[block.place]], *values.shape[1:])


def chosen_scene(root: Path, scenes: Sequence[SceneFiles], name: str | None) -> SceneFiles:
    """The scene ``name`` of a dataset; the first one if None.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    for files in scenes:
        if name in (None, files.name):
            return files
    known = first_names([files.name for files in scenes])
    msg = f"{root} has no scene {name!r}; its scenes are: {known}"
    raise InputError(msg)


def resize_scene(scene: Scene, side: int) -> Scene:
    """Resize a scene to ``side`` × ``side`` pixels by linear interpolation after a Gaussian filter.

    The photograph is averaged in linear light, like the bands, and encoded again. The mask keeps
    the pixels that are at least half painting.
    """
    from skimage.transform import resize

    def resized(image: NDArray[Any]) -> FloatArray:
        return np.asarray(resize(image, (side, side), order=1, anti_aliasing=True), np.float32)

    def each(images: FloatArray, decode: Callable[[FloatArray], FloatArray]) -> FloatArray:
        # One channel at a time: skimage works on copies, and a filter must not mix channels.
        channels = [resized(decode(images[..., c])) for c in range(images.shape[-1])]
        return np.stack(channels, axis=-1)

    return dataclasses.replace(
        scene,
        rgb=coded_rgb(each(scene.rgb, linear_rgb)),
        bands=each(scene.bands, np.asarray),
        mask=None if scene.mask is None else resized(scene.mask.astype(np.float32)) >= 0.5,
        pixels_per_mm=None,
    )


def inpaint_nearest(scene: Scene) -> Scene:
    """Replace pixels outside the object mask by the nearest pixel of the painting."""
    # Without a single painted pixel there is no nearest one.
    if scene.mask is None or scene.mask.all() or not scene.mask.any():
        return scene
    from scipy.ndimage import distance_transform_edt

    rows, columns = distance_transform_edt(~scene.mask, return_distances=False, return_indices=True)
    rgb, bands = scene.rgb[rows, columns], scene.bands[rows, columns]
    return dataclasses.replace(
        scene, rgb=np.ascontiguousarray(rgb), bands=np.ascontiguousarray(bands)
    )
