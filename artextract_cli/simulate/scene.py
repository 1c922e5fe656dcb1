"""One simulated painting: surface over underlayer over ground, photographed, with its truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape, craquelure
from artextract_cli.simulate.content.surface import paint_surface
from artextract_cli.simulate.content.underlayers import HiddenLayer, draw_ground, hide
from artextract_cli.simulate.optics import kubelka_munk
from artextract_cli.simulate.optics.colour import RGB_WEIGHTS, VISIBLE_GRID
from artextract_cli.simulate.optics.kubelka_munk import BoolArray, FloatArray
from artextract_cli.simulate.optics.pigments import Batch, Palette, draw_batch
from artextract_cli.simulate.radiograph.taking import depths_of_loads, further_layers
from artextract_cli.simulate.settings import SceneSettings, draw_conditions, draw_kinds
from artextract_cli.simulate.world import World

# Change of reflectance in some band from which hidden content counts as detectable; with a smaller
# one, the truth would contain what no detector can find.
DETECTABLE_CHANGE = 0.02
# Pixels on the edge of a line or shape would make any exact detector look wrong by half a pixel.
_PRESENT, _ABSENT = 0.5, 0.05  # covered shares of a pixel; in between, the truth is undecided
_BLOCK = 8192  # pixels rendered at once, so that their spectra stay in the cache


@dataclass(frozen=True, kw_only=True)
class Painting:
    """Reflectance before the camera, float32.

    ``colour`` is linear sRGB (H, W, 3); ``with_hidden`` and ``without_hidden`` are the bands
    (H, W, B), the second with a bare ground under the same surface; ``layer`` (H, W) is the
    underlayer's own contribution, see `SimulatedScene`.
    """

    colour: FloatArray
    with_hidden: FloatArray
    without_hidden: FloatArray
    layer: FloatArray


@dataclass(frozen=True, kw_only=True)
class SimulatedScene:
    """A simulated painting as captured, and its ground truth.

    Truth and layer are in the frame of the RGB image; the bands are displaced relative to it.

    Attributes
    ----------
    rgb
        (H, W, 3) float32, 0..1, coded as sRGB.
    bands
        (H, W, B) float32, linear reflectance 0..1, 1 is white.
    truth
        (H, W) uint8: 255 where hidden content covers more than half of the pixel and changes the
        reflectance of some band by more than .02, 128 where it covers the pixel without such a
        change or only in part, 0 where there is none.
    layer
        (H, W) float32, the hidden layer itself: reflectance of the ground with hidden content minus
        that of the bare ground, at the longest wavelength, without the paint above it. Negative
        where the content is darker than the ground, exactly 0 where there is none.
    kinds
        Kinds of hidden content.
    clean
        Whether nothing is hidden.
    layers
        (H, W) float32, 0..1, by name: the further layers of the settings.
    """

    rgb: FloatArray
    bands: FloatArray
    truth: NDArray[np.uint8]
    layer: FloatArray
    kinds: tuple[str, ...]
    clean: bool
    layers: Mapping[str, FloatArray] = field(default_factory=dict)


def simulate_scene(rng_seed_parts: Sequence[int], settings: SceneSettings) -> SimulatedScene:
    """Simulate one painting in memory.

    Pigments, conditions, surface, hidden content and camera have random streams of their own: a
    change of one setting leaves the rest of the scene unchanged.

    Parameters
    ----------
    rng_seed_parts
        Integers of 0 or more that seed the scene, such as (seed, split, number).
    settings
        Size, bands, palette and conditions.

    Returns
    -------
    SimulatedScene
        The images and their ground truth.
    """
    if isinstance(settings.palette, World):
        return settings.palette.simulate(rng_seed_parts, settings)
    return _paint(rng_seed_parts, settings, settings.palette)


def _paint(
    rng_seed_parts: Sequence[int], settings: SceneSettings, palette: Palette
) -> SimulatedScene:
    # Spawned streams are independent of each other, however much is drawn from one of them.
    streams = np.random.SeedSequence([*rng_seed_parts, *palette.stream]).spawn(8)
    rng = [np.random.default_rng(stream) for stream in streams]
    batch = draw_batch(rng[0], palette)
    conditions = draw_conditions(rng[1], settings)
    kinds = draw_kinds(rng[2], settings)
    surface = paint_surface(rng[3], settings.shape, batch, conditions)
    ground = draw_ground(rng[4], batch, kinds)
    hidden = hide(rng[5], settings.shape, batch, kinds, conditions)
    # The truth compares renderings without relief and camera: exact, and in the frame of the
    # photograph.
    painting = render(surface, hidden, ground, batch, settings.wavelengths)
    relief = _relief(rng[6], settings.shape, conditions)
    camera = palette.manner.set_up(rng[7], settings.shape, conditions)
    return SimulatedScene(
        rgb=camera.photograph(rng[7], painting.colour * relief),
        bands=camera.capture(rng[7], painting.with_hidden * relief, settings.wavelengths),
        truth=mark_truth(painting, hidden.presence),
        layer=painting.layer,
        kinds=kinds,
        clean=not kinds,
        layers=further_layers(
            rng_seed_parts,
            settings,
            depths_of_loads(palette, (surface, hidden.loads), ground),
            canvas=conditions.weave > 0,
        ),
    )


def render(
    surface: FloatArray,
    hidden: HiddenLayer,
    ground: FloatArray,
    batch: Batch,
    wavelengths: Sequence[float],
) -> Painting:
    """Reflectance of surface loads (P, H, W) over hidden content over a ground of shares (P,)."""
    shape = surface.shape[1], surface.shape[2]
    spectra = _Spectra(batch, ground, wavelengths)
    # Planes (channels, H * W): colour, bands with hidden content, bands without, hidden layer.
    planes = np.empty((3 + 2 * len(wavelengths) + 1, surface[0].size), np.float32)
    upper, lower = (loads.reshape(len(loads), -1) for loads in (surface, hidden.loads))
    present = hidden.presence.ravel() > 0
    for start in range(0, planes.shape[1], _BLOCK):
        part = slice(start, start + _BLOCK)
        planes[:, part] = spectra.render(upper[:, part], lower[:, part], present[part])
    colour, with_hidden, without_hidden, layer = np.split(
        np.moveaxis(planes, 0, -1).reshape(*shape, -1),
        np.cumsum([3, len(wavelengths), len(wavelengths)]),
        axis=-1,
    )
    return Painting(
        colour=colour,
        with_hidden=with_hidden,
        without_hidden=without_hidden,
        layer=np.ascontiguousarray(layer[..., 0]),
    )


class _Spectra:
    """A scene's pigments and ground on the visible grid, then at the wavelengths of the bands."""

    def __init__(self, batch: Batch, ground: FloatArray, wavelengths: Sequence[float]):
        absorption, scattering = batch.optics((*VISIBLE_GRID, *wavelengths))
        bare = kubelka_munk.infinite_reflectance(ground @ absorption, ground @ scattering)
        self.ground = bare.astype(np.float32)[:, None]  # (L, 1)
        self.absorption, self.scattering = absorption.T, scattering.T  # (L, P)
        self.longest = len(VISIBLE_GRID) + int(np.argmax(wavelengths))

    def render(self, surface: FloatArray, hidden: FloatArray, present: BoolArray) -> FloatArray:
        """Colour, bands with and without hidden content, and layer: (3 + B + B + 1, n).

        Loads are (P, n) for n pixels; ``present`` (n,) is true where anything is hidden.
        """
        # (L, n); elsewhere the ground is bare, and the second layer need not be computed.
        below = np.repeat(self.ground, surface.shape[1], axis=1)
        below[:, present] = kubelka_munk.over(*self._layer(hidden[:, present]), self.ground)
        r0, t = self._layer(surface)
        reflectance = kubelka_munk.through_surface(kubelka_munk.over(r0, t, below))
        bands = slice(len(VISIBLE_GRID), None)
        # Only the bands decide what is detectable; the colour of the clean painting is not needed.
        bare = kubelka_munk.over(r0[bands], t[bands], self.ground[bands])
        layer = below[[self.longest]] - self.ground[self.longest]
        colour = RGB_WEIGHTS.T @ reflectance[: len(VISIBLE_GRID)]
        without_hidden = kubelka_munk.through_surface(bare)
        return np.concatenate([colour, reflectance[bands], without_hidden, layer])

    def _layer(self, loads: FloatArray) -> tuple[FloatArray, FloatArray]:
        return kubelka_munk.layer(self.absorption @ loads, self.scattering @ loads)


def mark_truth(painting: Painting, presence: FloatArray) -> NDArray[np.uint8]:
    """The truth (H, W) as defined by `SimulatedScene`, from presence (H, W), 0 to 1."""
    change = np.abs(painting.with_hidden - painting.without_hidden).max(axis=-1)
    truth = np.full(presence.shape, UNDECIDED, np.uint8)
    truth[(presence > _PRESENT) & (change > DETECTABLE_CHANGE)] = HIDDEN
    truth[presence <= _ABSENT] = CLEAN
    return truth


def _relief(rng: np.random.Generator, shape: Shape, conditions: Conditions) -> FloatArray:
    """Shading (H, W, 1) by cracks, the same at every wavelength; 1 on intact paint."""
    if not conditions.craquelure:
        return np.ones((1, 1, 1), np.float32)
    # Cells of 10 to 31 px at 256 px; cracks are about a pixel wide, and cells of less than 4 px
    # would be nothing but cracks.
    spacing = rng.uniform(0.04, 0.12) * min(shape)
    shade = 1 - conditions.craquelure * craquelure(rng, shape, max(spacing, 4))
    return shade[..., None].astype(np.float32)
