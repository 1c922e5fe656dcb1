"""Time of graph building as a function of image size.

Scenes of one photograph and eight bands, 256² to 4096² pixels, with the same texture: the smallest
one, repeated and mirrored at the seams. `build_graphs` in memory with published features and
otherwise default options, superpixels of 5 pixels but at most 60 000 per scene. The sizes
alternate. Freed memory is kept for the next scene, as in ``artextract graph build``. The exponent
is the slope of a line fitted to the logarithms of median times and pixel counts: 1 means a cost
that is linear in pixels.
"""

from functools import partial

import numpy as np
from interleaved import interleaved
from outcome import Outcome, Ratio
from pictures import SIDE, astronaut, mirrored

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.utils.memory import keep_freed_memory

SIDES = (256, 512, 1024, 2048, 4096)
RECIPE = GraphRecipe(features="published")


def measure(turns: int) -> Outcome:
    """Time all sizes and fit the exponent."""
    keep_freed_memory()
    smallest = astronaut(SIDE)
    sides = {
        f"{side} pixels": partial(build_graphs, mirrored(smallest, side), RECIPE) for side in SIDES
    }
    timed = interleaved(sides, turns=turns)
    medians = [timed.milliseconds(side) or np.nan for side in sides]
    nanoseconds = [1e6 * ms / side**2 for ms, side in zip(medians, SIDES, strict=True)]
    per_pixel = ", ".join(f"{ns:.0f}" for ns in nanoseconds)
    return Outcome(
        what=__doc__ or "",
        settings={"sides": SIDES, "nanoseconds_per_pixel": nanoseconds},
        timed={"sizes": timed},
        ratios={
            "pixels_exponent": Ratio(value=exponent(medians), what=f"{per_pixel} ns per pixel")
        },
    )


def exponent(milliseconds: list[float]) -> float:
    """The slope of log time over log pixels."""
    slope, _ = np.polyfit(np.log(np.square(SIDES, dtype=float)), np.log(milliseconds), 1)
    return float(slope)
