"""Speed of turning scores into images: 4096 × 4096 pixels of 60 000 superpixels.

- *paint*: `heatmap.paint`, the score of every pixel's superpixel.
- *gather*: the same by NumPy's `take` alone, a lower bound of the time.
- *copy*: a copy of the label map, which reads and writes as many bytes.
- *mask by mask*: a pixel mask per superpixel, as in the published scripts; 200 superpixels only,
  since each takes the same time.
- *colour* and *overlay*: the painted scores coloured, and blended with the photograph.
"""

from functools import partial

import numpy as np
from interleaved import interleaved
from numpy.typing import NDArray
from outcome import Outcome, ratio_of

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.heatmap import colour, overlay, paint

SIDE = 4096
REGION = 17  # side of a superpixel in pixels: 58 081 of them
N_MASKED = 200
PAINT, GATHER, COPY, MASKS = "paint", "gather", "copy", "mask by mask, 200 superpixels"
COLOUR, OVERLAY = "colour", "overlay"


def squares() -> NDArray[np.int32]:
    """A label map (4096, 4096) of squares."""
    cell = np.arange(SIDE, dtype=np.int32) // REGION
    return cell[:, None] * (cell[-1] + 1) + cell


def mask_by_mask(scores: FloatArray, labels: NDArray[np.int32]) -> FloatArray:
    """Paint the first superpixels in a Python loop over masks of the full image."""
    painted = np.zeros(labels.shape, np.float32)
    for region in range(N_MASKED):
        painted[labels == region] = scores[region]
    return painted


def measure(turns: int) -> Outcome:
    """Time all steps from scores to an overlay."""
    labels = squares()
    rng = np.random.default_rng(0)
    scores = rng.exponential(size=int(labels.max()) + 1).astype(np.float32)
    painted, rgb = paint(scores, labels), rng.random((SIDE, SIDE, 3), dtype=np.float32)
    timed = interleaved(
        {
            MASKS: partial(mask_by_mask, scores, labels),
            GATHER: partial(np.take, scores, labels),
            COPY: labels.copy,
            PAINT: partial(paint, scores, labels),
            COLOUR: partial(colour, painted),
            OVERLAY: partial(overlay, rgb, painted),
        },
        turns=turns,
    )
    masks, n_regions = timed.milliseconds(MASKS) or np.nan, len(scores)
    steps = {"paint": PAINT, "colour": COLOUR, "overlay": OVERLAY}
    return Outcome(
        what=__doc__ or "",
        settings={"side": SIDE, "superpixels": n_regions},
        timed={"painting": timed},
        ratios={"painting_vs_gather": ratio_of(timed, GATHER, PAINT)},
        figures={
            **{f"{name}_4096_ms": timed.milliseconds(side) for name, side in steps.items()},
            "mask_by_mask_4096_ms": masks / N_MASKED * n_regions,
        },
    )
