"""The layers of a scene at full size, some rows at a time."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.signs import SIGNED_MAPS
from artextract_cli.export.iiif.tiles import TILE
from artextract_cli.export.pixels import colourise
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.coding import SRGB
from artextract_cli.imaging.heatmap import Picture, overlay, own_greys, own_scale
from artextract_cli.io.image import Picture as Decoded
from artextract_cli.io.image import is_coloured
from artextract_cli.io.images import picture_parts
from artextract_cli.report.derived import false_colour, false_colour_band
from artextract_cli.report.images import as_bytes, grey, white_of
from artextract_cli.report.layers import (
    LAYER_NOTE,
    LAYER_WORDS,
    band_names,
    layer_label,
    layer_score,
)
from artextract_cli.report.maps import full_map
from artextract_cli.report.wording import capital
from artextract_cli.results import sources
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import layer_map
from artextract_cli.results.sources import Source
from artextract_cli.utils.parallel.shared_arrays import array_in_file, release_pages, row_chunks

BANDS_ADVICE = "; --no-bands exports without band images"
COLOURS = (
    "blue up to a score of 1.3, which 5 % of clean paint reaches, full red from 3 on, which 0.1 % "
    "reaches"
)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """An image of the scene, of the size of its photograph."""

    key: str
    """Name of its folder."""

    label: str
    strips: Callable[[], Iterator[Picture]]
    """Reads the image (H, W, C) from top to bottom, `TILE` rows at a time."""

    note: str = ""
    """What its colours or greys mean."""


@dataclass(frozen=True, kw_only=True)
class SceneImages:
    """The images of a scene, each read when its layer is written.

    Images that were decoded lie in unnamed files until then.
    """

    result: SceneResult
    scratch: Path
    """Folder of those files."""

    def layers(self, *, with_bands: bool) -> list[Layer]:
        """The layers in the order of viewers, the photograph first; pixels are read later."""
        return [
            Layer(key="photograph", label="Photograph", strips=self._photograph_strips),
            *self._heat_maps(),
            *self._hidden(),
            *self._further(with_images=with_bands),
            *(self._bands() if with_bands else ()),
        ]

    def _heat_maps(self) -> Iterator[Layer]:
        yield Layer(
            key="overlay", label="Heat map over the photograph", strips=self._overlay_strips
        )
        yield Layer(
            key="heatmap",
            label="Heat map",
            strips=partial(self._score_strips, "heatmap"),
            note=COLOURS,
        )
        for sign in filter(self.result.has_map, SIGNED_MAPS):
            yield Layer(
                key=sign,
                label=f"Heat map, {LAYER_WORDS[sign].lower()} than expected",
                strips=partial(self._score_strips, sign),
            )

    def _hidden(self) -> Iterator[Layer]:
        if self.result.has_map("hidden"):
            yield Layer(
                key="hidden",
                label="Hidden-layer image",
                strips=self._hidden_strips,
                note="estimated change in the longest infrared band, stretched from its 1st to its "
                "99th percentile",
            )

    def _further(self, *, with_images: bool) -> Iterator[Layer]:
        """The further layers of the scene, and what each shows beyond the visible surface."""
        for name in self.result.description.get("layers", {}):
            label = capital(layer_label(self.result, name))
            if with_images:
                strips = partial(self._layer_strips, name)
                yield Layer(key=f"layer-{name}", label=label, strips=strips)
            if self.result.has_map(layer_map(name)):
                yield Layer(
                    key=f"evidence-of-{name}",
                    label=f"{label}, beyond the surface",
                    strips=partial(self._layer_score_strips, name),
                    note=f"{LAYER_NOTE}; {COLOURS}",
                )

    def _bands(self) -> Iterator[Layer]:
        infrared = false_colour_band(self.result.description["wavelengths_nm"])
        names = band_names(self.result)
        if infrared is not None:
            yield Layer(
                key="false-colour",
                label="False-colour infrared",
                strips=partial(self._false_colour_strips, infrared),
                note=f"{names[infrared]} as red, red as green, green as blue",
            )
        for index, name in enumerate(names):
            strips = partial(self._band_strips, index)
            yield Layer(key=f"band-{index}", label=capital(name), strips=strips)

    def _photograph(self) -> Picture:
        """The photograph (H, W, 3), display-coded."""
        source = sources.photograph(self.result)

        def convert(part: Decoded) -> Picture:
            return as_bytes(part.scaled() if source.coding == SRGB else part.srgb(source.coding))

        return self._read(source, convert, 3, np.uint8)

    def _band(self, index: int) -> FloatArray:
        """A band (H, W, 1), linear 0..1."""
        source = sources.bands(self.result, BANDS_ADVICE)[index]
        return self._read(source, lambda part: part.grey(source.coding)[..., None], 1, np.float32)

    def _read(
        self,
        source: Source,
        convert: Callable[[Decoded], NDArray[Any]],
        channels: int,
        dtype: type[np.generic],
    ) -> NDArray[Any]:
        shape = tuple(self.result.description["shape"])
        image = array_in_file(self.scratch, (*shape, channels), dtype)
        for size, block, part in picture_parts(source.check()):
            if size != shape:
                msg = (
                    f"{source.path} does not have the size of the heat map: remove "
                    f"{self.result.path} and run `{self.result.again}`"
                )
                raise InputError(msg)
            _convert(image, block, part, convert)
            # Written pages of the file would otherwise count as memory of this process.
            release_pages(image)
        return image

    def _photograph_strips(self) -> Iterator[Picture]:
        return row_chunks(self._photograph(), TILE)

    def _overlay_strips(self) -> Iterator[Picture]:
        score = full_map(self.result, "heatmap")
        for rgb, part in zip(self._photograph_strips(), row_chunks(score, TILE), strict=True):
            yield overlay(_coded(rgb), np.nan_to_num(part), mask=np.isfinite(part))

    def _score_strips(self, name: str) -> Iterator[Picture]:
        for part in row_chunks(full_map(self.result, name), TILE):
            yield colourise(part, "false-alarm")

    def _layer_score_strips(self, name: str) -> Iterator[Picture]:
        for part in row_chunks(full_map(self.result, layer_map(name)), TILE):
            yield colourise(layer_score(self.result, name, part), "false-alarm")

    def _layer_strips(self, name: str) -> Iterator[Picture]:
        source = sources.layers(self.result, BANDS_ADVICE)[name]

        def convert(part: Decoded) -> FloatArray:
            return np.broadcast_to(part.scaled(), (*part.values.shape[:2], 3))

        image = self._read(source, convert, 3, np.float32)
        is_grey = not is_coloured(image)
        white = white_of(image[..., 0]) if is_grey else 1.0
        for part in row_chunks(image, TILE):
            yield grey(part[..., :1], white) if is_grey else as_bytes(part)

    def _hidden_strips(self) -> Iterator[Picture]:
        image = full_map(self.result, "hidden")
        scale = own_scale(image)
        for part in row_chunks(image, TILE):
            yield own_greys(part, scale)[..., None]

    def _band_strips(self, index: int) -> Iterator[Picture]:
        band = self._band(index)
        white = white_of(band)
        for part in row_chunks(band, TILE):
            yield grey(part, white)

    def _false_colour_strips(self, infrared: int) -> Iterator[Picture]:
        band = self._band(infrared)
        white = white_of(band)
        for rgb, part in zip(self._photograph_strips(), row_chunks(band, TILE), strict=True):
            yield false_colour(_coded(rgb), part[..., 0], white)


def _coded(rgb: Picture) -> FloatArray:
    return np.true_divide(rgb, 255, dtype=np.float32)


def _convert(
    image: NDArray[Any],
    block: Block,
    part: Decoded,
    convert: Callable[[Decoded], NDArray[Any]],
) -> None:
    """Convert a decoded part into its ``block`` of the image, some rows at a time."""
    target = image[block.place]
    for top in range(0, len(part.values), TILE):
        rows = slice(top, top + TILE)
        target[rows] = convert(dataclasses.replace(part, values=part.values[rows]))
