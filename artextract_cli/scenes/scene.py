"""Scenes: a photograph and its bands on one grid of pixels."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block, Blocks, Workspace, release_pages
from artextract_cli.imaging.coding import Coding, coded_rgb, linear_rgb

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
            release_pages(picture)
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
            release_pages(made)
        return made

    def painted_with(self, values: FloatArray, labels: NDArray[np.int32]) -> FloatArray:
        """Give every pixel of ``labels`` (H, W) the values of its superpixel, of (N, ...)."""
        return self.filled(lambda block: values[labels[block.place]], *values.shape[1:])


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
