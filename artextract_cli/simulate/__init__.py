"""Synthetic paintings with ground truth: two-layer Kubelka-Munk paint and a realistic camera."""

from collections.abc import Mapping
from types import MappingProxyType

from artextract_cli.errors import UsageError
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
        "old-masters": OLD_MASTERS,
        "moderns": MODERNS,
        "measured": MEASURED,
        "workshop": WORKSHOP,
        "random": RANDOM,
        "mixed": MIXED,
    }
)
"""The styles of the simulated paintings.

Old masters and moderns have no pigment, composition, brush or camera in common; "random" draws
everything anew for each painting. Models are trained on "mixed": two random paintings, then one of
the old masters, and so on. The others are for evaluation only.
"""

ALIASES: Mapping[str, str] = MappingProxyType(
    # The letters stay, because the tables of docs/detection.md use them.
    {"a": "old-masters", "b": "moderns", "c": "measured", "d": "workshop"}
)
"""Short names of palettes; published figures use them."""


def palette_named(name: str) -> Palette | World:
    """Return the palette with this name or letter.

    Raises
    ------
    UsageError
        If no palette has that name.
    """
    if (known := ALIASES.get(name, name)) not in PALETTES:
        msg = f"unknown palette {name!r}; choose from: {', '.join(PALETTES)}"
        raise UsageError(msg)
    return PALETTES[known]


__all__ = [
    "ALIASES",
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
    "palette_named",
    "simulate_dataset",
    "simulate_scene",
]
