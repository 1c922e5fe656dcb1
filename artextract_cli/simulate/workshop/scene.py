"""One scene of the world "workshop": a painting or document, what it hides, and its captures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli.simulate.radiograph.taking import further_layers
from artextract_cli.simulate.scene import SimulatedScene
from artextract_cli.simulate.settings import SceneSettings
from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.camera import capture, photograph, set_up
from artextract_cli.simulate.workshop.conditions import draw_conditions, draw_kinds
from artextract_cli.simulate.workshop.content.compositions import compose
from artextract_cli.simulate.workshop.content.hidden import covered, hide
from artextract_cli.simulate.workshop.content.surface import paint_surface
from artextract_cli.simulate.workshop.paint.materials import draw_materials
from artextract_cli.simulate.workshop.paint.media import draw_medium, ground_xray
from artextract_cli.simulate.workshop.rendering import render, xray_depth

_STREAM = 0xD0C5
_MOST_UNTOUCHED = 0.05  # less of a pixel counts as nothing hidden
# The same limit as in the other worlds, so that their figures can be compared.
_DETECTABLE = 0.02


@dataclass(frozen=True, kw_only=True)
class _Streams:
    palette: np.random.Generator
    conditions: np.random.Generator
    kinds: np.random.Generator
    surface: np.random.Generator
    hidden: np.random.Generator
    camera: np.random.Generator


def simulate_workshop(rng_seed_parts: Sequence[int], settings: SceneSettings) -> SimulatedScene:
    """Simulate the scene that belongs to the seed parts, integers ≥ 0 such as (seed, split, i).

    Materials, conditions, surface, hidden content and camera have random streams of their own: to
    change one setting leaves everything else of the scene as it was, and without hidden content the
    surface is the same.
    """
    spawned = np.random.SeedSequence([*rng_seed_parts, _STREAM]).spawn(6)
    streams = _Streams(
        **dict(zip(_Streams.__annotations__, map(np.random.default_rng, spawned), strict=True))
    )
    medium = draw_medium(streams.palette)
    support = str(streams.palette.choice(list(medium.supports)))
    conditions = draw_conditions(streams.conditions, settings, medium, support)
    usual = draw_kinds(streams.kinds)
    kinds = usual if settings.kinds is None else settings.kinds
    # Without content, the ground is the one that the usual kinds would have had: a dark ground is
    # no sign.
    dark_ground = "light" in (kinds or usual)
    materials = draw_materials(streams.palette, medium, dark_ground)
    picture = compose(streams.surface, settings.shape, medium.flat)
    surface = paint_surface(streams.surface, picture, conditions, support)
    # Only where paint covers more than half: content on bare ground would not be hidden.
    room = np.clip(2 * picture.cover - 1, 0, 1) * (surface.intact > 0.5)
    layers = hide(streams.hidden, picture, medium, kinds, room, conditions.coverage)
    presence = covered(layers, settings.shape)
    painting = render(surface, layers, materials, settings.wavelengths)
    camera = set_up(streams.camera, settings.shape, conditions)
    bands = painting.bands * surface.relief
    return SimulatedScene(
        rgb=photograph(streams.camera, camera, painting.linear * surface.relief, conditions),
        bands=capture(streams.camera, camera, bands, settings.wavelengths, conditions),
        truth=mark_truth(presence, painting.change),
        layer=np.where(presence > 0, painting.layer, 0).astype(np.float32),
        kinds=kinds,
        clean=not kinds,
        layers=further_layers(
            rng_seed_parts,
            settings,
            lambda _: (xray_depth(surface, layers, materials), ground_xray(materials.ground)),
            canvas=support == "canvas",
        ),
    )


def mark_truth(presence: FloatArray, change: FloatArray) -> NDArray[np.uint8]:
    """Truth (H, W) from what is covered and the greatest change of reflectance over the bands."""
    truth = np.zeros(presence.shape, np.uint8)
    truth[presence >= _MOST_UNTOUCHED] = 128
    truth[(presence > 0.5) & (change > _DETECTABLE)] = 255
    return truth
