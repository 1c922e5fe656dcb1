"""The paintings that models are trained on: random ones, and every third of the old masters."""

import dataclasses
from collections.abc import Sequence

from artextract_cli.simulate.random_worlds.scene import simulate_random
from artextract_cli.simulate.scene import SimulatedScene, simulate_scene
from artextract_cli.simulate.settings import SceneSettings
from artextract_cli.simulate.styles.old_masters.palette import OLD_MASTERS

OLD_MASTERS_EVERY = 3  # every third; random ones alone cost .02 of average precision on b and c


def simulate_mixed(rng_seed_parts: Sequence[int], settings: SceneSettings) -> SimulatedScene:
    """Simulate the scene of these seed parts, integers ≥ 0; the last is the number of the scene."""
    # By number, not at random: any run of three scenes has the same mixture.
    if rng_seed_parts[-1] % OLD_MASTERS_EVERY < OLD_MASTERS_EVERY - 1:
        return simulate_random(rng_seed_parts, settings)
    return simulate_scene(rng_seed_parts, dataclasses.replace(settings, palette=OLD_MASTERS))
