"""A look of the simulated paintings that draws more anew for each scene than a palette does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from artextract_cli.simulate.scene import SimulatedScene
    from artextract_cli.simulate.settings import SceneSettings


@dataclass(frozen=True, kw_only=True)
class World:
    """A named way to simulate a scene from its seed parts and the settings.

    ``simulate`` stands in for `simulate_scene`: the same arguments, the same kind of result.
    """

    name: str
    simulate: Callable[[Sequence[int], "SceneSettings"], "SimulatedScene"]
