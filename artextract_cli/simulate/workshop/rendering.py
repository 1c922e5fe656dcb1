"""Reflectance of a painting with and without what it hides, layer upon layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.radiograph.attenuation import attenuation_of
from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.content.hidden import HiddenLayer
from artextract_cli.simulate.workshop.content.surface import Surface
from artextract_cli.simulate.workshop.noise import blurred
from artextract_cli.simulate.workshop.paint import optics
from artextract_cli.simulate.workshop.paint.colour import RGB_WEIGHTS, VISIBLE_NM
from artextract_cli.simulate.workshop.paint.materials import Materials
from artextract_cli.simulate.workshop.paint.media import ground_reflectance
from artextract_cli.simulate.workshop.paint.mixing import Library
from artextract_cli.simulate.workshop.paint.pigments import Batch

_BLOCK = 16384  # pixels at a time; the working arrays stay in the cache
# Loads at which a dark pigment lets hardly any visible light through.
_LINE_LOADS = {"line": 3.0, "ink": 2.5}
_VARNISH_FALL_NM = 75.0  # over which the absorption of yellowed varnish falls to a third


@dataclass(frozen=True, kw_only=True)
class Painting:
    """What the painting reflects: ``linear`` sRGB (3, H, W) and ``bands`` (B, H, W).

    ``change`` (H, W) is the greatest change of a band by the hidden content, ``layer`` (H, W) the
    change of the ground at the longest wavelength, without the surface.
    """

    linear: FloatArray
    bands: FloatArray
    change: FloatArray
    layer: FloatArray


def render(
    surface: Surface,
    layers: Sequence[HiddenLayer],
    materials: Materials,
    wavelengths: Sequence[float],
) -> Painting:
    """Reflectance of the surface over the hidden layers, from below upwards, over the ground."""
    renderer = _Renderer(surface, layers, materials, (*VISIBLE_NM, *wavelengths))
    shape = surface.thickness.shape
    # Colour (3), change, layer, bands.
    result = np.zeros((5 + len(wavelengths), shape[0] * shape[1]), np.float32)
    for start in range(0, result.shape[1], _BLOCK):
        part = slice(start, min(start + _BLOCK, result.shape[1]))
        result[:, part] = renderer.render(part)
    planes = result.reshape(-1, *shape)
    return Painting(linear=planes[:3], bands=planes[5:], change=planes[3], layer=planes[4])


class _Renderer:
    """Pixels of one painting on the visible grid and, after it, at the wavelengths of the bands."""

    def __init__(
        self,
        surface: Surface,
        layers: Sequence[HiddenLayer],
        materials: Materials,
        wavelengths: Sequence[float],
    ) -> None:
        self.surface = surface
        self.layers = layers
        self.materials = materials
        self.visible = _coefficients(materials.visible, wavelengths)
        self.hidden = _coefficients(materials.hidden, wavelengths)
        outside = ground_reflectance(materials.ground, materials.tint, wavelengths)
        self.ground = optics.to_inside(outside, materials.gloss).astype(np.float32)[None]
        # Capped at 382 nm: towards the ultraviolet the exponential would go on growing.
        away = (np.asarray(wavelengths) - 450) / _VARNISH_FALL_NM
        self.yellowing = np.exp(-np.maximum(away, -0.9)).astype(np.float32)
        # Light spreads sideways within paint: content below is seen softly, while the truth stays
        # sharp.
        self.spread = [blurred(layer.presence, materials.softness) for layer in layers]
        self.longest = len(VISIBLE_NM) + int(np.argmax(wavelengths[len(VISIBLE_NM) :]))

    def render(self, part: slice) -> FloatArray:
        """Linear sRGB, change, layer and bands (5 + B, N) of some pixels."""
        paint = self._paint(part)
        with_hidden = without = self._finished(optics.over(paint, self.ground), part)
        change: FloatArray = np.zeros(len(without), np.float32)
        layer = change
        # Blocks without hidden content need a single rendering.
        if any(presence.ravel()[part].any() for presence in self.spread):
            under = self._beneath(part, self.spread)
            with_hidden = self._finished(optics.over(paint, under), part)
            bands = slice(len(VISIBLE_NM), None)
            change = np.abs(with_hidden - without)[:, bands].max(axis=1)
            sharp = self._beneath(part, [layer.presence for layer in self.layers])
            layer = (self._outside(sharp) - self._outside(self.ground))[:, self.longest]
        seen = with_hidden[:, : len(VISIBLE_NM)] @ RGB_WEIGHTS.T.astype(np.float32)
        return np.vstack([seen.T, change, layer, with_hidden[:, len(VISIBLE_NM) :].T])

    def _outside(self, inner: FloatArray) -> FloatArray:
        return optics.under_gloss(inner, self.materials.gloss)

    def _paint(self, part: slice) -> tuple[FloatArray, FloatArray]:
        """Reflectance and transmittance (N, L) of the surface's paint."""
        loads = _surface_loads(self.surface, self.materials, part)
        return optics.layer(loads @ self.visible[0], loads @ self.visible[1])

    def _beneath(self, part: slice, presences: Sequence[FloatArray]) -> FloatArray:
        """Reflectance (N, L) of the ground with the hidden layers upon it."""
        under = np.broadcast_to(self.ground, (part.stop - part.start, self.ground.shape[1]))
        for layer, presence in zip(self.layers, presences, strict=True):
            loads = _loads(layer, part, self.materials.earlier, self.materials.hidden)
            paint = optics.layer(loads @ self.hidden[0], loads @ self.hidden[1])
            share = presence.ravel()[part, None]
            # A pixel covered in part is the mean of its parts.
            under = under + share * (optics.over(paint, under) - under)
        return under

    def _finished(self, inner: FloatArray, part: slice) -> FloatArray:
        """Reflectance (N, L) with lines, dirt and varnish upon the paint, seen from outside."""
        surface, materials = self.surface, self.materials
        for name, mask in (("line", surface.lines), ("ink", surface.writing)):
            share = mask.ravel()[part, None]
            if share.any():
                index = materials.visible.names.index(getattr(materials, name))
                load = _LINE_LOADS[name]
                pen = optics.layer(*(load * values[index] for values in self.visible))
                inner = inner + share * (optics.over(pen, inner) - inner)
        # Dirt lies in the cracks and below the varnish.
        inner = inner * (1 - surface.dirt.ravel()[part, None])
        depth = surface.varnish.ravel()[part, None]
        return np.asarray(self._outside(inner) * np.exp(-depth * self.yellowing))


def _surface_loads(surface: Surface, materials: Materials, part: slice) -> FloatArray:
    """Loads (N, P) of the surface's paint."""
    colours = surface.colours.reshape(-1, 3)[part]
    painter = surface.painter.ravel()[part]
    loads = np.zeros((len(colours), len(materials.visible.names)), np.float32)
    for number, library in enumerate(materials.libraries):
        chosen = painter == number
        if chosen.any():
            loads[chosen] = library.loads(colours[chosen])
    loads *= surface.thickness.ravel()[part, None]
    return loads


def xray_depth(surface: Surface, layers: Sequence[HiddenLayer], materials: Materials) -> FloatArray:
    """μ·x (H, W) of all paint, visible or hidden, and of lines upon it."""
    of_visible, of_hidden = (
        attenuation_of(batch.names) for batch in (materials.visible, materials.hidden)
    )
    shape = surface.thickness.shape
    depth = np.zeros(shape[0] * shape[1], np.float32)
    for start in range(0, len(depth), _BLOCK):
        part = slice(start, min(start + _BLOCK, len(depth)))
        depth[part] = _surface_loads(surface, materials, part) @ of_visible
        for layer in layers:
            loads = _loads(layer, part, materials.earlier, materials.hidden)
            depth[part] += layer.presence.ravel()[part] * (loads @ of_hidden)
    for name, mask in (("line", surface.lines), ("ink", surface.writing)):
        of_pen = of_visible[materials.visible.names.index(getattr(materials, name))]
        depth += mask.ravel() * (_LINE_LOADS[name] * of_pen)
    return depth.reshape(shape)


def _coefficients(batch: Batch, wavelengths: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    absorption, scattering = batch.coefficients(wavelengths)
    return absorption.astype(np.float32), scattering.astype(np.float32)


def _loads(layer: HiddenLayer, part: slice, library: Library, batch: Batch) -> FloatArray:
    """Loads (N, P) of hidden content."""
    amount = layer.amount.ravel()[part, None].astype(np.float32)
    if layer.colours is not None:
        return library.loads(layer.colours.reshape(-1, 3)[part]) * amount
    alone = np.zeros((1, len(batch.names)), np.float32)
    alone[0, batch.names.index(str(layer.pigment))] = 1
    return alone * amount
