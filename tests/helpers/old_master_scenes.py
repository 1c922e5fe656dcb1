"""Settings of simulated old masters."""

import dataclasses
from functools import cache

import numpy as np

from artextract_cli.simulate import SceneSettings
from artextract_cli.simulate.content.surface import paint_surface
from artextract_cli.simulate.content.underlayers import HiddenLayer, draw_ground, hide
from artextract_cli.simulate.optics.pigments import draw_batch
from artextract_cli.simulate.scene import render
from artextract_cli.simulate.settings import draw_conditions, draw_kinds

SMALL = SceneSettings(size=96)


def with_(**changes) -> SceneSettings:
    return dataclasses.replace(SMALL, **changes)


def perfect(**changes) -> SceneSettings:
    """A camera without faults."""
    return with_(noise=0.0, misregistration=0.0, exposure=0.0, vignetting=0.0, **changes)


def painting_of(seed: int, settings: SceneSettings):
    streams = np.random.SeedSequence([seed]).spawn(8)
    rng = [np.random.default_rng(stream) for stream in streams]
    batch = draw_batch(rng[0], settings.palette)
    conditions = draw_conditions(rng[1], settings)
    kinds = draw_kinds(rng[2], settings)
    surface = paint_surface(rng[3], settings.shape, batch, conditions)
    ground = draw_ground(rng[4], batch, kinds)
    hidden = hide(rng[5], settings.shape, batch, kinds, conditions)
    bare = HiddenLayer(loads=0 * hidden.loads, presence=0 * hidden.presence)
    both = [render(surface, h, ground, batch, settings.wavelengths) for h in (hidden, bare)]
    return hidden, *both


@cache
def hidden_change(kind: str, thickness: float | None = None) -> np.ndarray:
    """Mean change of each band (B,) by fully hidden content, over a few paintings."""
    paintings = [painting_of(i, with_(kinds=(kind,), thickness=thickness)) for i in range(10)]
    return np.mean(
        [
            np.abs(full.with_hidden - full.without_hidden)[hidden.presence > 0.9].mean(axis=0)
            for hidden, full, _ in paintings
        ],
        axis=0,
    )
