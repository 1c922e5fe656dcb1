"""Synthetic paintings with ground truth: two-layer Kubelka-Munk paint, seen by a real camera."""

from artextract_cli.simulate.old_masters import OLD_MASTERS
from artextract_cli.simulate.pigments import Palette
from artextract_cli.simulate.scene import SimulatedScene, simulate_scene
from artextract_cli.simulate.settings import DEFAULT_WAVELENGTHS, KINDS, SceneSettings
from artextract_cli.simulate.writer import simulate_dataset

__all__ = [
    "DEFAULT_WAVELENGTHS",
    "KINDS",
    "OLD_MASTERS",
    "Palette",
    "SceneSettings",
    "SimulatedScene",
    "simulate_dataset",
    "simulate_scene",
]
