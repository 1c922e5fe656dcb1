"""Everything about one simulated scene that is a number."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """The numbers of one scene; see `SceneSettings` for their meaning and units."""

    coverage: float
    thickness: float
    dark_lines: float
    metamers: float
    craquelure: float
    weave: float
    vignetting: float
    exposure: float
    misregistration: float
    noise: float
