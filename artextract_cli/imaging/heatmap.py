"""Colouring scores on fixed scales, and overlaying them on the painting.

The colour of a score never depends on the other scores of its image: a clean painting stays blue,
and equal colours in two images mean equal evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray, IntArray
from artextract_cli.errors import UsageError

Picture = NDArray[np.uint8]
ScaleName = Literal["false-alarm", "re-ranked", "importance", "deviation", "hidden"]

# With 0, clean paint would look as if it had not been examined.
FAINTEST = 0.35  # share of the opacity of an overlay at a score of zero
# Positions of the colours below on the cited maps: the last eighth is curved, and is halved.
EIGHTHS = (0, 1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, 15 / 16, 1)


def _table(*controls: tuple[int, int, int], at: tuple[float, ...]) -> Picture:
    """256 colours (256, 3) through ``controls``, which lie at ``at`` in 0..1."""
    channels = np.asarray(controls, dtype=np.float64).T
    where = np.linspace(0, 1, 256)
    table = np.stack([np.interp(where, at, channel) for channel in channels], axis=1)
    return np.asarray(np.rint(table), dtype=np.uint8)


COLOURS: Mapping[str, Picture] = {
    # Diverging and safe for colour-blind readers: the smooth cool-warm map of Moreland, "Diverging
    # color maps for scientific visualization", ISVC 2009.
    "blue-red": _table(
        (59, 76, 192),
        (98, 130, 234),
        (141, 176, 254),
        (184, 208, 249),
        (221, 221, 221),
        (245, 196, 173),
        (244, 154, 123),
        (222, 96, 77),
        (202, 59, 55),
        (180, 4, 38),
        at=EIGHTHS,
    ),
    # The rainbow of earlier publications, kept for comparison: its bright bands suggest edges.
    "jet": _table(
        (0, 0, 128),
        (0, 0, 255),
        (0, 255, 255),
        (255, 255, 0),
        (255, 0, 0),
        (128, 0, 0),
        at=(0, 0.125, 0.375, 0.625, 0.875, 1),
    ),
}
# Sequential and perceptually uniform: viridis (Smith & van der Walt 2015).
SEQUENTIAL: Picture = _table(
    (68, 1, 84),
    (71, 45, 123),
    (59, 82, 139),
    (44, 114, 142),
    (33, 145, 140),
    (40, 174, 128),
    (94, 201, 98),
    (173, 220, 48),
    (216, 226, 25),
    (253, 231, 37),
    at=EIGHTHS,
)


GREYS: Picture = _table((0, 0, 0), (255, 255, 255), at=(0, 1))
# Scales with colour tables of their own, whatever table is chosen for the others.
OWN_TABLES: Mapping[str, Picture] = {"importance": SEQUENTIAL, "hidden": GREYS}


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The meaning of a number, and its position on a colour table."""

    label: str
    values: tuple[float, ...]  # ascending; values beyond the ends have the colours of the ends
    positions: tuple[float, ...]  # of those values on the table, 0..1
    ticks: Mapping[float, str]

    def position(self, score: NDArray[Any]) -> NDArray[np.float64]:
        """Position of each number of ``score``, any shape, on a colour table: 0..1."""
        return np.asarray(np.interp(score, self.values, self.positions))

    def strength(self, score: NDArray[Any]) -> NDArray[np.float64]:
        """Distance of each number from the position of 0, relative to the farthest end: 0..1."""
        neutral = float(np.interp(0, self.values, self.positions))
        return np.abs(self.position(score) - neutral) / max(neutral, 1 - neutral)


SCALES: Mapping[str, Scale] = {
    # A third of the table, its blues, is used for scores that 95 % of clean paint has.
    "false-alarm": Scale(
        label="−log10 of the false-alarm rate",
        values=(0, 1.3, 3),
        positions=(0, 1 / 3, 1),
        ticks={0: "0", 1.3: "1.3 = 5 %", 2: "2 = 1 %", 3: "3 = 0.1 %"},
    ),
    # The colours of the heat map, but not its meaning.
    "re-ranked": Scale(
        label="score after marks; not a false-alarm rate",
        values=(0, 1.3, 3),
        positions=(0, 1 / 3, 1),
        ticks={0: "0", 1: "1", 2: "2", 3: "3"},
    ),
    "importance": Scale(
        label="importance",
        values=(0, 1),
        positions=(0, 1),
        ticks={0: "0", 0.5: "0.5", 1: "1"},
    ),
    "deviation": Scale(
        label="robust deviations, either way",
        values=(0, 2, 6),
        positions=(0, 1 / 3, 1),
        ticks={0: "0", 2: "2", 4: "4", 6: "6"},
    ),
    # The hidden layer as in a reflectogram: darker than the bare ground is dark.
    "hidden": Scale(
        label="change of reflectance by the hidden layer",
        values=(-0.1, 0, 0.1),
        positions=(0, 0.6, 1),
        ticks={-0.1: "10 % darker", 0: "nothing", 0.1: "10 % lighter"},
    ),
}


def paint(scores: NDArray[Any], labels: IntArray) -> NDArray[Any]:
    """Give every pixel of ``labels`` (H, W) the score of its superpixel, from ``scores`` (N,)."""
    # One gather; painting superpixels one by one takes a pass over the image for each.
    return scores[labels]


def colour(
    score: FloatArray, colours: str = "blue-red", scale: ScaleName = "false-alarm"
) -> Picture:
    """Colour ``score`` (H, W) as sRGB (H, W, 3).

    On the scale ``false-alarm`` a score is −log10 of the false-alarm rate: blue up to 1.3 (5 %),
    full red from 3 (0.1 %) on. On ``deviation`` it is a number of robust deviations. On
    ``importance`` it is a share 0..1, which has no neutral value and is always drawn with the
    sequential map; on ``hidden`` it is the logarithm of a ratio of reflectances, always in greys.

    Raises
    ------
    UsageError
        If there is no colour map named ``colours``.
    """
    if colours not in COLOURS:
        msg = f"there is no colour map {colours!r}: choose one of {', '.join(COLOURS)}"
        raise UsageError(msg)
    index = np.rint(SCALES[scale].position(score) * 255).astype(np.uint8)
    return OWN_TABLES.get(scale, COLOURS[colours])[index]


def overlay(
    rgb: FloatArray,
    score: FloatArray,
    *,
    alpha: float = 0.75,
    mask: BoolArray | None = None,
    colours: str = "blue-red",
    scale: ScaleName = "false-alarm",
) -> Picture:
    """Overlay the coloured ``score`` (H, W) on the photograph ``rgb`` (H, W, 3) in grey, sRGB 0..1.

    Opacity increases with the score, up to ``alpha``, so that the painting stays readable where
    nothing was found. Where ``mask`` (H, W) is False the photograph keeps its colours.
    """
    grey = _readable_grey(rgb)[..., None]
    strength = SCALES[scale].strength(score)[..., None]
    share = alpha * (FAINTEST + (1 - FAINTEST) * strength)
    mixed = grey * (1 - share) + colour(score, colours, scale) / 255 * share
    if mask is not None:
        mixed = np.where(mask[..., None], mixed, rgb)
    return np.rint(np.clip(mixed, 0, 1) * 255).astype(np.uint8)


def _readable_grey(rgb: FloatArray) -> FloatArray:
    """Luma (H, W) of sRGB-coded ``rgb`` (ITU-R BT.601), its blacks raised: colour shows on them."""
    # Weights of coded values, as here; those of BT.709 are for linear light.
    luma = rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray(0.08 + 0.92 * luma, dtype=np.float32)


# A hundredth of the pixels at either end is black or white: cracks and specks must not set the
# contrast.
OWN_TAIL = 0.01
# Of the logarithm of reflectance, 0.2 %: an image without contrast stays grey.
LEAST_SPAN = 0.002


def own_scale(hidden: FloatArray) -> Scale:
    """The scale of a hidden-layer image (H, W) by itself: from its 1st to its 99th percentile.

    NaN marks pixels outside the painting.
    """
    # Every n-th pixel: 250 000 of them give percentiles to a hundredth of a grey level.
    values = hidden.ravel()[:: max(1, hidden.size // 250_000)]
    values = values[np.isfinite(values)]
    ends = np.quantile(values, [OWN_TAIL, 1 - OWN_TAIL]) if values.size else (0.0, 0.0)
    middle, half = float(ends[0] + ends[1]) / 2, float(ends[1] - ends[0]) / 2
    low, high = middle - max(half, LEAST_SPAN / 2), middle + max(half, LEAST_SPAN / 2)
    # Ticks closer to an end than a quarter would have overlapping texts.
    has_zero = 0.25 < -low / (high - low) < 0.75
    return Scale(
        label="change of reflectance by the hidden layer, on a scale of its own",
        values=(low, high),
        positions=(0, 1),
        ticks={low: _change(low), **({0.0: "nothing"} if has_zero else {}), high: _change(high)},
    )


def own_greys(hidden: FloatArray, scale: Scale) -> Picture:
    """Greys (H, W) of a hidden-layer image (H, W) on its own scale; white outside the painting."""
    greys = np.rint(scale.position(np.nan_to_num(hidden)) * 255)
    return np.where(np.isfinite(hidden), greys, 255).astype(np.uint8)


def _change(value: float) -> str:
    return f"{100 * abs(value):.2g} % {'darker' if value < 0 else 'lighter'}"
