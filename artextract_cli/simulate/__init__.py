"""Synthetic paintings with ground truth: two-layer Kubelka-Munk paint, seen by a real camera."""

from types import MappingProxyType

from artextract_cli.simulate.moderns import MODERNS
from artextract_cli.simulate.old_masters import OLD_MASTERS
from artextract_cli.simulate.pigments import Palette
from artextract_cli.simulate.scene import SimulatedScene, simulate_scene
from artextract_cli.simulate.settings import DEFAULT_WAVELENGTHS, KINDS, SceneSettings
from artextract_cli.simulate.writer import simulate_dataset

PALETTES = MappingProxyType({"a": OLD_MASTERS, "b": MODERNS})
"""The looks of the simulated paintings; they share no pigment, composition, brush or camera."""

__all__ = [
    "DEFAULT_WAVELENGTHS",
    "KINDS",
    "MODERNS",
    "OLD_MASTERS",
    "PALETTES",
    "Palette",
    "SceneSettings",
    "SimulatedScene",
    "simulate_dataset",
    "simulate_scene",
]
