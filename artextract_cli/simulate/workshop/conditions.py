"""The numbers of one scene: those the settings fix, and the rest from this world's own ranges."""

from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate import conditions
from artextract_cli.simulate.settings import KINDS, SceneSettings
from artextract_cli.simulate.workshop.paint.media import Medium

# In part beyond those of the training worlds: thinner paint, stronger weave and fall-off of light.
_RANGES = {
    "thickness": (0.5, 1.8),
    "dark_lines": (0.0, 0.04),
    "metamers": (0.0, 0.06),
    "craquelure": (-0.3, 0.45),
    "weave": (-0.02, 0.1),
    "vignetting": (0.0, 0.25),
    "exposure": (0.0, 0.06),
    "misregistration": (0.0, 1.0),
    "noise": (0.0005, 0.01),
}
# Its logarithm is drawn.
_COVERAGE = (0.004, 0.35)
# In the order of `KINDS`.
_KIND_ODDS = (0.34, 0.2, 0.16, 0.16, 0.14)
_SECOND_KIND_ODDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Conditions(conditions.Conditions):
    """Those of every world; ``varnish`` is its optical depth at 450 nm, of the way of painting."""

    varnish: float


def draw_conditions(
    rng: np.random.Generator, settings: SceneSettings, medium: Medium, support: str
) -> Conditions:
    """Numbers of a scene; fixed ones leave the others as they are."""
    drawn = {name: max(0.0, float(rng.uniform(*limits))) for name, limits in _RANGES.items()}
    drawn["coverage"] = float(np.exp(rng.uniform(*np.log(_COVERAGE))))
    drawn["varnish"] = float(rng.uniform(*medium.varnish))
    # After the draw, so that the support does not shift other random numbers.
    if support != "canvas":
        drawn["weave"] = 0.0
    return Conditions(**drawn | settings.given())


def draw_kinds(rng: np.random.Generator) -> tuple[str, ...]:
    """One kind of hidden content, in one picture of five two kinds."""
    # Both are always drawn, and so the odds of a second kind do not change the first.
    first, second = (str(kind) for kind in rng.choice(KINDS, 2, replace=False, p=_KIND_ODDS))
    return (first, second) if rng.random() < _SECOND_KIND_ODDS else (first,)
