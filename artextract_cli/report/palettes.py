"""Scores as grey levels in the page, and the colours of these levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from artextract_cli.imaging.heatmap import (
    FAINTEST,
    SCALES,
    Picture,
    Scale,
    ScaleName,
    colour,
)

# Of the gradient of a colour bar: one per eight levels of a table of 256 colours. The browser
# interpolates between them.
N_STOPS = 33


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Levels 1..255 of a grey image: score = (level − zero) · step."""

    step: float
    zero: int
    top: float
    """Upper end of the threshold slider."""

    slider_step: float
    unit: str


# Signed evidence keeps its sign. Both ranges, to 5.08 and ±10.16, go beyond full red (3 and 6).
LEVELS: Mapping[str, Levels] = {
    "false-alarm": Levels(step=0.02, zero=1, top=5, slider_step=0.1, unit="score"),
    "re-ranked": Levels(step=0.02, zero=1, top=5, slider_step=0.1, unit="score"),
    "deviation": Levels(step=0.08, zero=128, top=10, slider_step=0.25, unit="deviations"),
}


def palette(name: ScaleName) -> dict[str, Any]:
    """What the script needs for a scale: the colours and opacities of all levels."""
    levels = LEVELS[name]
    size = np.abs((np.arange(256) - levels.zero) * levels.step).astype(np.float32)
    # By size, without its sign: both directions of a deviation have the same colour.
    colours = colour(size[None], scale=name)[0]
    strength = SCALES[name].strength(size)
    return {
        "step": levels.step,
        "zero": levels.zero,
        "top": levels.top,
        "sliderStep": levels.slider_step,
        "unit": levels.unit,
        "faintest": FAINTEST,
        "colours": colours.tobytes().hex(),
        # Three decimals are finer than the 256 opacities that a browser distinguishes.
        "strengths": np.round(strength, 3).tolist(),
    }


@dataclass(frozen=True, kw_only=True)
class ColourBar:
    """A colour bar: its label, gradient and ticks."""

    label: str
    stops: tuple[tuple[float, str], ...]
    """Position in percent, and colour."""

    ticks: tuple[tuple[float, str], ...]


def colour_bar(name: ScaleName) -> ColourBar:
    """The colour bar of a scale, linear in its score."""
    scale = SCALES[name]
    values = np.linspace(scale.values[0], scale.values[-1], N_STOPS)
    return _bar(scale, colour(values.astype(np.float32)[None], scale=name)[0])


def grey_bar(scale: Scale) -> ColourBar:
    """The bar of a scale from black to white."""
    greys = np.linspace(0, 255, N_STOPS).round().astype(np.uint8)
    return _bar(scale, np.repeat(greys[:, None], 3, axis=1))


def _bar(scale: Scale, colours: Picture) -> ColourBar:
    """The bar of a scale in equidistant ``colours`` (N, 3)."""
    lowest, highest = scale.values[0], scale.values[-1]
    places = np.linspace(0, 100, N_STOPS)
    return ColourBar(
        label=scale.label,
        stops=tuple(
            (round(float(place), 2), f"#{bytes(stop).hex()}")
            for place, stop in zip(places, colours, strict=True)
        ),
        ticks=tuple(
            (round(100 * (value - lowest) / (highest - lowest), 2), text)
            for value, text in scale.ticks.items()
        ),
    )
