"""The numeric conditions of one simulated scene."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Numeric conditions of one scene; see `SceneSettings` for their meaning and units."""

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
