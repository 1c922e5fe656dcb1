"""The numbers of a random painting: wide ranges, unless the settings fix them."""

import numpy as np

from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.settings import SceneSettings

# The others are recorded roughly, as real captures mostly are.
BENIGN_ODDS = 0.25  # scenes that a careful studio recorded

_COVERAGE = (0.002, 0.4)  # its logarithm is drawn
# Wider than those of the palettes. What is drawn below 0 counts as 0: a quarter to a half of the
# scenes have no dark lines, no retouching, no craquelure or no weave.
_RANGES = {
    "thickness": (0.8, 2.0),
    "dark_lines": (-0.02, 0.04),
    "metamers": (-0.02, 0.06),
    "craquelure": (-0.4, 0.4),
    "weave": (-0.03, 0.08),
    "vignetting": (-0.05, 0.2),
    "exposure": (0.0, 0.12),
    "misregistration": (0.0, 1.0),
    "noise": (0.001, 0.01),
}
# Some paintings are full of dark contours, which must not count as evidence.
_STRONG_LINES_ODDS, _STRONG_LINES = 0.2, (0.04, 0.14)
# What a careful studio leaves of each.
_BENIGN = {"vignetting": 0.1, "exposure": 0.1, "misregistration": 0.2, "noise": 0.3}


def draw_conditions(
    rng: np.random.Generator, settings: SceneSettings, *, benign: bool
) -> Conditions:
    """The numbers of one scene; those fixed in the settings do not disturb the others."""
    drawn = {name: max(0.0, float(rng.uniform(*limits))) for name, limits in _RANGES.items()}
    drawn["coverage"] = float(np.exp(rng.uniform(*np.log(_COVERAGE))))
    strong_lines = float(rng.uniform(*_STRONG_LINES))
    if rng.random() < _STRONG_LINES_ODDS:
        drawn["dark_lines"] = strong_lines
    if benign:
        drawn |= {name: share * drawn[name] for name, share in _BENIGN.items()}
    return Conditions(**drawn | settings.given())
