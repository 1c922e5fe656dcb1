"""Where things are on a plate: the crop to the painting, numbered frames, and the scale bar.

Lengths are pixels of the photograph, so that page and image files place them alike.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.report.regions import Region

N_FRAMED = 12
"""Regions that are framed; more would hide the picture. The table shows as many at first."""

MARGIN = 0.01
"""Margin around the painting, as a share of the longer side of the photograph."""

# Numbers of 12 px on a plate that is 300 px wide, or 450 px high.
LABELS_ACROSS, LABELS_DOWN = 24, 36
"""Heights of a number in the width and in the height of a plate."""

SCALE_SHARE = 0.3
"""Largest share of the width of a plate that the scale bar takes."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def label_size(self) -> int:
        """Height of the numbers of frames on a plate of this box."""
        return max(1, round(max(self.width / LABELS_ACROSS, self.height / LABELS_DOWN)))


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The frame of a region and the place of its number: the start of the base line, or its end."""

    number: int
    box: Box
    x: int
    y: int
    at_end: bool


@dataclass(frozen=True, kw_only=True)
class ScaleBar:
    """A scale bar of a round length."""

    text: str
    length: float


def painting_box(score: FloatArray, shape: tuple[int, int]) -> Box:
    """The box of the painting in an image of ``shape`` (H, W), with a margin.

    ``score`` (h, w) may be reduced; NaN marks pixels outside the painting.
    """
    painted = np.isfinite(score)
    margin = max(4, round(MARGIN * max(shape)))
    top, bottom = _span(np.asarray(painted.any(axis=1)), shape[0], margin)
    left, right = _span(np.asarray(painted.any(axis=0)), shape[1], margin)
    return Box(left=left, top=top, right=right, bottom=bottom)


def _span(painted: NDArray[np.bool_], size: int, margin: int) -> tuple[int, int]:
    """First and last place plus one of ``painted`` (n,), enlarged to ``size``, with the margin."""
    places = np.flatnonzero(painted)
    if not places.size:
        return 0, size
    ratio = size / len(painted)
    first, last = math.floor(places[0] * ratio), math.ceil((places[-1] + 1) * ratio)
    return max(0, first - margin), min(size, last + margin)


def frames(regions: Sequence[Region], crop: Box) -> tuple[Frame, ...]:
    """Frames of the first regions, with their numbers above, or inside at the upper edge."""
    size = crop.label_size
    placed = []
    for region in regions[:N_FRAMED]:
        box = Box(left=region.left, top=region.top, right=region.right, bottom=region.bottom)
        is_above = box.top - 1.4 * size >= crop.top
        at_end = box.left + 2 * size > crop.right
        placed.append(
            Frame(
                number=region.number,
                box=box,
                x=box.right if at_end else box.left,
                y=round(box.top - 0.45 * size) if is_above else round(box.top + 1.1 * size),
                at_end=at_end,
            )
        )
    return tuple(placed)


def scale_bar(crop: Box, pixels_per_mm: float | None) -> ScaleBar | None:
    """The longest bar of 1, 2 or 5 times a power of ten that fits; None without a scale."""
    if pixels_per_mm is None:
        return None
    most = SCALE_SHARE * crop.width / pixels_per_mm
    power = 10.0 ** math.floor(math.log10(most))
    mm = max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))
    # Micrometres of a miniature and metres of an altarpiece in units that a reader expects.
    text = f"{mm / 1000:g} m" if mm >= 1000 else f"{mm / 10:g} cm" if mm >= 10 else f"{mm:g} mm"
    return ScaleBar(text=text, length=mm * pixels_per_mm)
