"""Views of a scene, block by block: its visible surface, photograph and log bands."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import cached_property, partial

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.arrays import COMPILED, Arrays
from artextract_cli.evidence.band_regression import (
    FIT_PIXELS,
    N_COMPONENTS,
    PREDICTOR_BLUR,
    TARGET_BLUR,
    Projection,
    Surface,
    fit_projection,
)
from artextract_cli.evidence.sampled_pixels import Pixels, gather, random_pixels
from artextract_cli.imaging.blocks import Block, BlockCache, Blocks
from artextract_cli.scenes.scene import Scene, inpaint_nearest
from artextract_cli.scenes.spectrum import infrared_bands, visible_channels

# The longest reach is 54: 32 of the longest line filter, 1 of its differences, 12 of its blur, and
# 9 of the residual (5 of slopes, 1 of their differences, 3 of predictors).
MARGIN = 64
"""Pixels around a block that are read with it: more than the range of any evidence map."""


class SceneView:
    """The inputs of the regressions; arrays are of a block with its margin (h, w, ...).

    Components are fitted on 3 000 random painted pixels, always the same. Outside the mask the
    painting is extended by its nearest pixel, so that no border shows; a block without any painting
    has the colour of the nearest of those 3 000 pixels. ``arrays`` are those of the device that
    computes.
    """

    def __init__(self, scene: Scene, arrays: Arrays = COMPILED) -> None:
        self.arrays = arrays
        blocks = self.blocks = scene.blocks(MARGIN)
        self.infrared = infrared_bands(scene)
        self.n_bands = len(scene.band_ids)
        self._pixels = random_pixels(scene.mask, scene.shape, FIT_PIXELS)
        # Not methods of this object: without a reference cycle, cached blocks are freed with the
        # last reference instead of by the garbage collector.
        part = self.part = BlockCache(partial(_extended_window, scene, self.blocks, self._pixels))
        visible = self._visible = BlockCache(
            lambda block: arrays.placed(visible_channels(part(block)))
        )
        bands = self._bands = BlockCache(lambda block: arrays.placed(part(block).bands))
        # As predictors, and as targets beside these, infrared bands are blurred like the visible:
        # edges of different sharpness leave a residual.
        infrared = self.infrared
        blurred = self.blurred_infrared = BlockCache(
            lambda block: arrays.blur(bands(block)[..., infrared], PREDICTOR_BLUR)
        )
        self._logs = BlockCache(
            lambda block: arrays.joined(
                [
                    arrays.log_of(arrays.blur(visible(block), PREDICTOR_BLUR)),
                    arrays.log_of(blurred(block)),
                ]
            )
        )
        self.place = BlockCache(lambda block: arrays.placed(_place(blocks, block)))

    @property
    def pixels(self) -> Pixels:
        """The random painted pixels that all regressions are fitted on."""
        return self._pixels

    def linear(self, block: Block) -> FloatArray:
        """The linear photograph (h, w, 3)."""
        return self._visible(block)[..., :3]

    def logs(self, block: Block, n_infrared: int) -> FloatArray:
        """Visible log channels (h, w, ...), then those of the shortest infrared bands."""
        logs = self._logs(block)
        return logs[..., : logs.shape[-1] - len(self.infrared) + n_infrared]

    def visible_logs(self, block: Block) -> FloatArray:
        """Logarithms of reflectance of the linear photograph and the visible bands (h, w, C)."""
        return self.logs(block, 0)

    def shorter(self, n_infrared: int, n_components: int) -> Projection:
        """Principal components of the channels that `logs` returns for ``n_infrared``."""
        return self._projection(self._n_visible + n_infrared, n_components)

    def log_bands(self, block: Block, bands: Sequence[int]) -> FloatArray:
        """Logarithms of reflectance of some bands (h, w, n)."""
        return self.log_reflectance(self._bands(block)[..., bands])

    def log_reflectance(self, channels: FloatArray) -> FloatArray:
        """log(R + .03) of channels (h, w, C) as targets of a regression, slightly blurred."""
        return self.arrays.log_of(self.arrays.blur(channels, TARGET_BLUR))

    def gather(
        self,
        make: Callable[[Block], Sequence[FloatArray]],
        pixels: Pixels,
        margin: int | None = None,
    ) -> list[FloatArray]:
        """The values (n, ...) at ``pixels`` of arrays on the device, as `sampled_pixels.gather`."""
        return gather(self.blocks, make, pixels, margin, self.arrays.taken)

    def surfaces(self, block: Block) -> tuple[Surface, Surface]:
        """The surface of a block from all visible data, and that from the photograph alone."""
        surface, photograph = self._surfaces
        return surface(block), photograph(block)

    def samples(
        self, targets_of: Callable[[Block], FloatArray]
    ) -> tuple[tuple[Surface, Surface], FloatArray]:
        """Both surfaces and the targets (h, w, T) of blocks, at the pixels to fit on."""

        def arrays(block: Block) -> list[FloatArray]:
            surface, photograph = self.surfaces(block)
            return [*surface, *photograph, targets_of(block)]

        *parts, targets = self.gather(arrays, self._pixels)
        return (Surface(*parts[:2]), Surface(*parts[2:])), targets

    @cached_property
    def _surfaces(self) -> tuple[BlockCache[Surface], BlockCache[Surface]]:
        logs, n_visible = self._logs, self._n_visible
        # Two, because a band in the far red may itself show the hidden layer and explain it away.
        first, second = (
            BlockCache(
                partial(_surface_of, self.arrays, logs, n, self._projection(n, N_COMPONENTS))
            )
            for n in (n_visible, 3)
        )
        return first, second

    def _projection(self, n_channels: int, n_components: int) -> Projection:
        channels = np.ascontiguousarray(self._log_sample[:, :n_channels])
        return fit_projection(channels, n_components)

    @cached_property
    def _log_sample(self) -> FloatArray:
        """All log channels (n, C) at the pixels to fit on, in one pass for all projections."""
        logs = self._logs
        (sample,) = self.gather(lambda block: [logs(block)], self._pixels)
        return sample

    @property
    def _n_visible(self) -> int:
        n: int = self._log_sample.shape[1] - len(self.infrared)
        return n


def _place(blocks: Blocks, block: Block) -> FloatArray:
    """Column, row and their squares' sum of the window around a block: (3, h, w)."""
    return place_terms(blocks.window(block), blocks.shape)


def place_terms(block: Block, shape: Sequence[int]) -> FloatArray:
    """Column, row and their squares' sum (3, h, w) of a block, each −1..1 over the whole image."""
    rows = np.linspace(-1, 1, shape[0], dtype=np.float32)[block.top : block.bottom, None]
    columns = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, block.left : block.right]
    terms = np.empty((3, *block.shape), np.float32)
    terms[0], terms[1] = columns, rows
    terms[2] = columns**2 + rows**2
    return terms


def _surface_of(
    arrays: Arrays,
    logs: Callable[[Block], FloatArray],
    n_channels: int,
    projection: Projection,
    block: Block,
) -> Surface:
    return arrays.surface(projection, logs(block)[..., :n_channels])


def _extended_window(scene: Scene, blocks: Blocks, pixels: Pixels, block: Block) -> Scene:
    """The window around a block, extended outside the mask by the nearest painted pixel."""
    window = blocks.window(block)
    part = scene.part(window)
    if part.mask is None or part.mask.any() or len(blocks) == 1:
        return inpaint_nearest(part)
    # A distance transform of the whole mask would not fit into memory; the fit pixels are at hand.
    down = pixels.rows - (window.top + window.bottom) // 2
    across = pixels.columns - (window.left + window.right) // 2
    nearest = int(np.argmin(down**2 + across**2))
    row, column = pixels.rows[nearest], pixels.columns[nearest]
    rgb, bands = np.empty_like(part.rgb), np.empty_like(part.bands)
    rgb[:], bands[:] = scene.rgb[row, column], scene.bands[row, column]
    return dataclasses.replace(part, rgb=rgb, bands=bands)
