"""Worlds: styles of simulated paintings that draw more anew for each scene than a palette does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from artextract_cli.simulate.scene import SimulatedScene
    from artextract_cli.simulate.settings import SceneSettings


@dataclass(frozen=True, kw_only=True)
class World:
    """A named way to simulate a scene from its seed parts and the settings.

    ``simulate`` has the parameters and the result of `simulate_scene`.
    """

    name: str
    simulate: Callable[[Sequence[int], "SceneSettings"], "SimulatedScene"]
