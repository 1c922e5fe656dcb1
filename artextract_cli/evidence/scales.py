"""A scene at several scales: each score is the mean over the scene and its reductions.

When pixels are averaged, wide, faint or blurred content stands out from noise, weave and brushwork.
The resolution of a scene, or its size if that is unknown, determines how far it is reduced.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block, Blocks
from artextract_cli.imaging.coding import coded_rgb, linear_rgb
from artextract_cli.imaging.resize import fill_maps
from artextract_cli.scenes.scene import Scene, inpaint_nearest
from artextract_cli.utils.parallel.shared_arrays import release_pages

LEAST_SIDE = 150  # of a reduction, in pixels: a smaller one leaves little to fit the regressions on
DEFAULT_REDUCTION = 4  # largest factor if the resolution is unknown
# A pixel is then 0.4 mm: narrower lines are lost, shapes are not.
COARSEST = 2.5  # pixels per mm of the smallest reduction, if the resolution is known


def reductions(scene: Scene) -> tuple[int, ...]:
    """Powers of two by which a scene is reduced, in addition to full size; (2, 4), for instance."""
    most = min(scene.shape) / LEAST_SIDE
    resolution = scene.pixels_per_mm
    most = min(most, DEFAULT_REDUCTION if resolution is None else resolution / COARSEST)
    # Powers of two, so that each doubles the width of the content that filters respond to.
    return tuple(2**n for n in range(1, 1 + int(np.log2(max(most, 1)))))


def reduced(scene: Scene, factor: int) -> Scene:
    """Reduce a scene: each square of ``factor`` × ``factor`` pixels becomes the mean of its light.

    A pixel belongs to the painting if at least half of its square does.
    """
    shape = (-(-scene.shape[0] // factor), -(-scene.shape[1] // factor))
    workspace = scene.workspace
    blocks = Blocks(shape, None, 0) if workspace is None else workspace.blocks(shape, 0)

    def empty(channels: int) -> FloatArray:
        if workspace is None:
            return np.empty((*shape, channels), np.float32)
        return workspace.empty((*shape, channels), np.float32)

    images = {"rgb": empty(3), "bands": empty(len(scene.band_ids))}
    fill_maps(blocks, images, partial(_reduced_part, scene, factor))
    mask = None if scene.mask is None else _reduced_mask(scene, scene.mask, factor, blocks)
    resolution = scene.pixels_per_mm
    return dataclasses.replace(
        scene,
        rgb=images["rgb"],
        bands=images["bands"],
        mask=mask,
        pixels_per_mm=None if resolution is None else resolution / factor,
    )


def _reduced_part(scene: Scene, factor: int, block: Block) -> dict[str, FloatArray]:
    # Whole squares of the scene, so that no mean depends on where blocks are cut. Without
    # inpainting, the backdrop would be averaged into pixels at the border of the painting.
    part = inpaint_nearest(scene.part(_in_scene(block, factor, scene.shape)))
    return {
        # Light is averaged, not coded values: these are not additive.
        "rgb": coded_rgb(_means(linear_rgb(part.rgb), factor)),
        "bands": _means(part.bands, factor),
    }


def _reduced_mask(
    scene: Scene, mask: NDArray[np.bool_], factor: int, blocks: Blocks
) -> NDArray[np.bool_] | None:
    reduced = np.empty(blocks.shape, np.bool_)
    for block in blocks:
        part = mask[_in_scene(block, factor, scene.shape).place]
        reduced[block.place] = _means(part[..., None], factor)[..., 0] >= 0.5
    return scene.shared(reduced) if reduced.any() else None


class Coarse:
    """Maps (h, w) of a reduction by name, linearly interpolated to the scene's size."""

    def __init__(self, maps: Mapping[str, FloatArray], factor: int) -> None:
        self.factor = factor
        self._maps = maps

    def __call__(self, block: Block) -> dict[str, FloatArray]:
        """The maps of a block of the scene."""
        return {name: self._enlarged(small, block) for name, small in self._maps.items()}

    def _enlarged(self, small: FloatArray, block: Block) -> FloatArray:
        down, across = (
            _interpolation(np.arange(place.start, place.stop), self.factor, size)
            for place, size in zip(block.place, small.shape, strict=True)
        )
        (above, below, lower), (left, right, later) = down, across
        # Rows first: `small` may lie in a file, whose pages can then be released.
        rows = small[above] + (small[below] - small[above]) * lower[:, None]
        release_pages(small)
        return np.asarray(rows[:, left] + (rows[:, right] - rows[:, left]) * later, np.float32)


def coarse_maps(scene: Scene, score: Callable[[Scene], Mapping[str, FloatArray]]) -> list[Coarse]:
    """Score every reduction of a scene: maps by name."""
    return [Coarse(score(reduced(scene, factor)), factor) for factor in reductions(scene)]


def mean_of_scales(
    own: Mapping[str, FloatArray], coarse: Sequence[Coarse], block: Block
) -> dict[str, FloatArray]:
    """The mean of a block's ``own`` maps (h, w) by name and those of all reductions."""
    every = [own, *(maps(block) for maps in coarse)]
    return {name: np.mean([maps[name] for maps in every], axis=0, dtype=np.float32) for name in own}


def _in_scene(block: Block, factor: int, shape: Sequence[int]) -> Block:
    """Map a block of a reduction to its scene of ``shape`` (H, W)."""
    return Block(
        factor * block.top,
        factor * block.left,
        min(factor * block.bottom, shape[0]),
        min(factor * block.right, shape[1]),
    )


def _means(image: NDArray[np.generic], factor: int) -> FloatArray:
    """Means (⌈h/f⌉, ⌈w/f⌉, C) of squares of an image (h, w, C), padded with its edge."""
    height, width, channels = image.shape
    padded = np.pad(image, ((0, -height % factor), (0, -width % factor), (0, 0)), mode="edge")
    parts = padded.reshape(padded.shape[0] // factor, factor, -1, factor, channels)
    return np.asarray(parts.mean((1, 3), dtype=np.float32))


def _interpolation(
    places: NDArray[np.intp], factor: int, size: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Neighbouring indices in a reduction of ``places`` (n,), and the weight of the second."""
    # Centres of pixels, not corners, coincide; beyond the outermost centre the map is constant.
    at = np.clip((places + 0.5) / factor - 0.5, 0, size - 1)
    first = at.astype(np.intp)
    return first, np.minimum(first + 1, size - 1), (at - first).astype(np.float32)
