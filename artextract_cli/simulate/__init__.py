"""Synthetic paintings with ground truth: two-layer Kubelka-Munk paint, seen by a real camera."""

from collections.abc import Mapping
from types import MappingProxyType

from artextract_cli.simulate.measured.scene import simulate_measured
from artextract_cli.simulate.mixed import simulate_mixed
from artextract_cli.simulate.optics.pigments import Palette
from artextract_cli.simulate.random_worlds.scene import simulate_random
from artextract_cli.simulate.scene import SimulatedScene, simulate_scene
from artextract_cli.simulate.settings import DEFAULT_WAVELENGTHS, KINDS, SceneSettings
from artextract_cli.simulate.styles.moderns.palette import MODERNS
from artextract_cli.simulate.styles.old_masters.palette import OLD_MASTERS
from artextract_cli.simulate.workshop.scene import simulate_workshop
from artextract_cli.simulate.world import World
from artextract_cli.simulate.writer import simulate_dataset

RANDOM = World(name="random", simulate=simulate_random)
MIXED = World(name="mixed", simulate=simulate_mixed)
MEASURED = World(name="measured", simulate=simulate_measured)
WORKSHOP = World(name="workshop", simulate=simulate_workshop)

PALETTES: Mapping[str, Palette | World] = MappingProxyType(
    {
        "a": OLD_MASTERS,
        "b": MODERNS,
        "c": MEASURED,
        "d": WORKSHOP,
        "random": RANDOM,
        "mixed": MIXED,
    }
)
"""The looks of the simulated paintings.

Palettes a and b share no pigment, composition, brush or camera; "random" draws everything anew for
each painting. Models learn from "mixed": two random paintings, one of palette a, and so on. The
others are for measuring alone.
"""

__all__ = [
    "DEFAULT_WAVELENGTHS",
    "KINDS",
    "MEASURED",
    "MIXED",
    "MODERNS",
    "OLD_MASTERS",
    "PALETTES",
    "RANDOM",
    "WORKSHOP",
    "Palette",
    "SceneSettings",
    "SimulatedScene",
    "World",
    "simulate_dataset",
    "simulate_scene",
]
