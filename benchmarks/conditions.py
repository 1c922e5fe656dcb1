"""Conditions under which simulated paintings are scored: the rows in tables of `detection.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.robustness import as_scene
from artextract_cli.pipelines.hidden_layers.disturbances import display_coded, uneven_light
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import infrared_bands
from artextract_cli.simulate import SceneSettings, SimulatedScene, palette_named, simulate_scene

SEED, STREAM = 2024, 7  # training and validation scenes have the streams 0 and 1
SIZE = 256

Disturbance = Callable[[np.random.Generator, Scene], FloatArray]


def _uneven(rng: np.random.Generator, scene: Scene) -> FloatArray:
    return uneven_light(rng, scene.bands)


def _for_display(_: np.random.Generator, scene: Scene) -> FloatArray:
    return display_coded(scene.bands, infrared_bands(scene))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A condition: settings that are changed, or alternate from scene to scene, and disturbances.

    ``kept`` are the bands in nm that are used, None for all; ``disturb`` changes the bands.
    """

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    rounds: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    kept: tuple[float, ...] | None = None
    disturb: Disturbance | None = None

    def settings(self, world: str, number: int, size: int) -> SceneSettings:
        """Settings of one scene."""
        turns = {name: values[number % len(values)] for name, values in self.rounds.items()}
        return SceneSettings(palette=palette_named(world), size=size, **self.changes, **turns)


ROWS: Mapping[str, Row] = {
    "plain": Row(name="plain"),
    "lines": Row(name="dark lines, craquelure", changes={"dark_lines": 0.025, "craquelure": 0.3}),
    "one": Row(name="photograph + 950 nm", kept=(950.0,)),
    "uneven": Row(name="uneven light, ±20 % a band", disturb=_uneven),
    "display": Row(name="infrared coded for display, 8 bits", disturb=_for_display),
    "pencil": Row(
        name="drawing alone, .5 to 2 %, on strong weave",
        changes={"kinds": ("drawing",), "weave": 0.06},
        rounds={"coverage": (0.005, 0.01, 0.015, 0.02)},
    ),
    "four": Row(name="three visible bands + 950 nm", kept=(470.0, 530.0, 650.0, 950.0)),
    "third": Row(name="a third covered", changes={"coverage": 1 / 3}),
    "light": Row(name="bright underlayer", changes={"kinds": ("light",)}),
    "displaced": Row(name="displaced 1.5 px", changes={"misregistration": 1.5}),
}
USUAL_ROWS = ("plain", "lines", "one", "uneven", "display", "pencil")
CLEAN = Row(name="clean", changes={"kinds": ()})


@dataclass(frozen=True, kw_only=True)
class Painting:
    """One painting to be scored."""

    world: str
    row: Row
    number: int
    size: int = SIZE


def photographed(painting: Painting) -> tuple[Scene, SimulatedScene]:
    """The scene as captured, and its simulation with the ground truth."""
    row, number = painting.row, painting.number
    settings = row.settings(painting.world, number, painting.size)
    simulated = simulate_scene((SEED, STREAM, number), settings)
    scene = as_scene(simulated, row.kept or settings.wavelengths)
    if row.disturb is not None:
        rng = np.random.default_rng([SEED, STREAM, number])
        scene = replace(scene, bands=row.disturb(rng, scene))
    return scene, simulated
