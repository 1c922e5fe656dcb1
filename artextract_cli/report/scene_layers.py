"""All layers of a scene, read from its files, reduced and encoded, two at a time."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.signs import SIGNED_MAPS
from artextract_cli.imaging.coding import SRGB
from artextract_cli.io.images import decode_picture
from artextract_cli.report.images import MAX_SIDE, Encoded, reduced
from artextract_cli.report.layers import (
    ALL_LIMIT,
    GROUPS,
    Layer,
    band_layer,
    component_layers,
    evidence_layer,
    false_colour_layers,
    further_layer,
    heat_map_layer,
    hidden_layers,
    layer_evidence_layer,
    photograph_layer,
    reranked_layer,
    signed_layer,
    still_overlay,
)
from artextract_cli.report.maps import read_map
from artextract_cli.report.plates.layout import Box, painting_box
from artextract_cli.results import sources
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import layer_map
from artextract_cli.results.sources import Source

BANDS_ADVICE = "; --no-bands writes the report without band images"

# Each holds a full image while reducing it, so that memory grows with the threads: with two, a
# scene of 4096 × 4096 pixels takes 1.2 GB and 9 s (docs/report.md).
MOST_THREADS = 2


@dataclass(frozen=True, kw_only=True)
class Layers:
    """All images of a scene."""

    layers: tuple[Layer, ...]
    overlay: Encoded
    """Photograph and heat map as one still image, for paper."""

    crop: Box
    """The painting, which plates are cropped to."""


def read_layers(result: SceneResult, *, with_bands: bool = True) -> Layers:
    """Read, verify, reduce and encode all images of a scene.

    Raises
    ------
    InputError
        If a source is missing or has changed, or a map is missing or damaged.
    """
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        try:
            return _LayerBuilder(result=result, pool=pool).layers(with_bands=with_bands)
        finally:
            # After an error, images still waiting to be read are not needed.
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, kw_only=True)
class _LayerBuilder:
    """Builds the layers of one scene: images are encoded while others are still being read."""

    result: SceneResult
    pool: ThreadPoolExecutor
    encoding: list[Future[list[Layer]]] = field(default_factory=list)

    def layers(self, *, with_bands: bool) -> Layers:
        result, read = self.result, self.pool.submit
        description = result.description
        n_bands = len(description["bands"])
        # All reading is queued first, so that the threads go on while this one waits for an image.
        photograph = read(read_photograph, sources.photograph(result))
        heatmap = read(read_map, result, "heatmap")
        band_sources = sources.bands(result, BANDS_ADVICE) if with_bands else []
        bands = [read(read_band, source) for source in band_sources]
        layer_sources = sources.layers(result, BANDS_ADVICE) if with_bands else {}
        further = {name: read(read_layer, source) for name, source in layer_sources.items()}
        evidence = [read(read_map, result, "bands", page) for page in range(n_bands)]
        signed = {
            sign: read(read_map, result, sign) for sign in SIGNED_MAPS if result.has_map(sign)
        }
        of_layers = {
            name: read(read_map, result, layer_map(name))
            for name in description.get("layers", {})
            if result.has_map(layer_map(name))
        }
        rgb, score = photograph.result(), heatmap.result()
        overlay = self.pool.submit(still_overlay, rgb, score)
        self._encode(photograph_layer, rgb)
        self._encode(heat_map_layer, score)
        if result.has_map("reranked"):
            self._encode(reranked_layer, read_map(result, "reranked"))
        if result.has_map("hidden"):
            self._encode(hidden_layers, read_map(result, "hidden"))
        for name, image in further.items():
            self._encode(further_layer, result, name, image.result())
        self._encode_bands(rgb, [band.result() for band in bands], score)
        # What these images leave of the limit is known only now; the maps of signs and bands share
        # it.
        layers = self._encoded()
        used = overlay.result().n_bytes + sum(layer.encoded.n_bytes for layer in layers)
        limit = (ALL_LIMIT - used) // (n_bands + len(signed) + len(of_layers))
        for sign, of_sign in signed.items():
            self._encode(signed_layer, sign, of_sign.result(), limit)
        for page, of_band in enumerate(evidence):
            self._encode(evidence_layer, result, page, of_band.result(), limit)
        for name, of_layer in of_layers.items():
            self._encode(layer_evidence_layer, result, name, of_layer.result(), limit)
        layers += self._encoded()
        layers.sort(key=lambda layer: (GROUPS.index(layer.group), layer.place))
        crop = painting_box(score, description["shape"])
        return Layers(layers=tuple(layers), overlay=overlay.result(), crop=crop)

    def _encode_bands(self, rgb: FloatArray, bands: list[FloatArray], score: FloatArray) -> None:
        for index, band in enumerate(bands):
            self._encode(band_layer, self.result, index, band)
        if bands:
            self._encode(component_layers, bands, np.isfinite(score))
            self._encode(false_colour_layers, self.result, rgb, bands)

    def _encode(self, make: Callable[..., Layer | list[Layer]], *arguments: Any) -> None:
        def as_list() -> list[Layer]:
            layers = make(*arguments)
            return layers if isinstance(layers, list) else [layers]

        self.encoding.append(self.pool.submit(as_list))

    def _encoded(self) -> list[Layer]:
        """Wait for the layers that are being encoded, and return them."""
        layers = [layer for job in self.encoding for layer in job.result()]
        self.encoding.clear()
        return layers


def read_photograph(source: Source, side: int = MAX_SIDE) -> FloatArray:
    """The photograph (h, w, 3), sRGB 0..1, reduced to at most ``side``² pixels."""
    picture = decode_picture(source.check())
    if source.coding == SRGB:
        # Reduced as stored, and then scaled: the full image is never converted to float.
        rgb = reduced(picture.values, side) / np.float32(picture.full_scale)
    else:
        rgb = reduced(picture.srgb(source.coding), side)
    return np.broadcast_to(rgb, (*rgb.shape[:2], 3))


def read_band(source: Source, side: int = MAX_SIDE) -> FloatArray:
    """A band (h, w), linear 0..1, reduced to at most ``side``² pixels."""
    return reduced(decode_picture(source.check()).grey(source.coding), side)


def read_layer(source: Source, side: int = MAX_SIDE) -> FloatArray:
    """A further layer (h, w, C) as it is stored, 0..1, reduced to at most ``side``² pixels."""
    return reduced(decode_picture(source.check()).scaled(), side)
